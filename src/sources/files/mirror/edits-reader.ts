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

/** Of several passes, one behind the other. Undefined where the first one does not know. */
export function editsOf(passes: readonly (FilesEdited | undefined)[]): FilesEdited | undefined {
  if (passes[0] === undefined) return undefined
  const known = passes.filter(pass => pass !== undefined)
  const folders = new Map<string, FilesEdited['folders'][number]>()
  for (const each of known.flatMap(pass => pass.folders)) {
    const before = folders.get(each.folder)
    folders.set(each.folder, before === undefined ? each : { ...each, ...sumOf(before, each) })
  }
  const most = [...folders.values()].sort((one, other) => editsIn(other) - editsIn(one)).slice(0, foldersMax)
  return { ...known.reduce<EditCounts>(sumOf, { added: 0, changed: 0, removed: 0 }), folders: most }
}

type EditCounts = Omit<FilesEdited, 'folders'>

function sumOf(one: EditCounts, other: EditCounts): EditCounts {
  return {
    added: one.added + other.added,
    changed: one.changed + other.changed,
    removed: one.removed + other.removed,
  }
}

function editsIn({ added, changed, removed }: EditCounts): number {
  return added + changed + removed
}

/** As rsync writes names: relative to the root, and bytes that are no plain ASCII as `\#303`. */
function nameOf(text: string): string {
  const bytes = text.replace(/\\#([0-3][0-7]{2})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )
  return `/${readableName(bytes).replace(/^\//, '')}`
}
