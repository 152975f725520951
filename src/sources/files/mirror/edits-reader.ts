import type { ReportLine } from '../../../server/job-report'
import type { FilesEdited } from '../../backup-part'
import { readableName } from '../layout/readable-name'

/** Collects which files rsync has copied or removed, as the script reports them. */
export interface EditsReader {
  /** Each line of the report. */
  read(line: ReportLine): void
  /** Undefined: not known, or it was the first copy. */
  readonly edited: FilesEdited | undefined
}

/** The script sends fifteen. */
const foldersMax = 15

export function editsReader(): EditsReader {
  let total: Omit<FilesEdited, 'folders'> | undefined
  const folders: FilesEdited['folders'][number][] = []
  return {
    read: ({ word, value }) => {
      const [, added, changed, removed, folder = ''] = /^(\d{1,12}) (\d{1,12}) (\d{1,12})(?: (.*))?$/s.exec(value) ?? []
      if (added === undefined) return
      const counts = { added: Number(added), changed: Number(changed), removed: Number(removed) }
      if (word === 'edits') total = counts
      if (word === 'edited' && folders.length < foldersMax) folders.push({ ...counts, folder: nameOf(folder) })
    },
    get edited() {
      return total === undefined ? undefined : { ...total, folders }
    },
  }
}

/** As rsync writes names: relative to the root, and bytes that are no plain ASCII as `\#303`. */
function nameOf(text: string): string {
  const bytes = text.replace(/\\#([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return `/${readableName(bytes).replace(/^\//, '')}`
}
