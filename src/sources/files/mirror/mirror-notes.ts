import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { shellWord } from '../../../findings/shell-word'
import { plural } from '../../../runtime/text/format-count'
import { printable } from '../../../runtime/text/printable'
import type { ReportLine } from '../../../server/job-report'

/** What the script reports of the mirror, beside its counts. */
export interface MirrorNotes {
  /** Each line of the report. */
  read(line: ReportLine): void
  /** Whether contents were compared. */
  readonly isCompared: boolean
  /** What it does not keep; see `unkeptFindings`. */
  readonly unkept: readonly string[]
  /** `comparedAt`: when they were compared before, as the last good recovery point says. */
  findings(comparedAt: string | undefined): Finding[]
}

/** The most names of each kind that are kept; the script sends five. */
const namesMax = 5

/** Collects the lines of one job. */
export function mirrorNotes(): MirrorNotes {
  const names = new Map<string, string[]>()
  const of = (word: string): string[] => names.get(word) ?? []
  const count = (word: string): number => Number.parseInt(of(word)[0] ?? '0', 10)
  return {
    read: ({ word, value }) => {
      const known = of(word)
      if (words.has(word) && known.length < namesMax) names.set(word, [...known, value])
    },
    get isCompared() {
      return of('compared').length > 0
    },
    get unkept() {
      return of('unkept')
    },
    findings: comparedAt => [
      ...differing(count('differs'), of('differ'), comparedAt),
      ...notCopied(count('skipped'), of('skip')),
      ...forgotten(of('forgotten')),
      ...notForgotten(of('unforgotten')),
    ],
  }
}

const words = new Set(['compared', 'differs', 'differ', 'skipped', 'skip', 'forgotten', 'unforgotten', 'unkept'])

function differing(count: number, names: readonly string[], comparedAt: string | undefined): Finding[] {
  if (count === 0) return []
  const since = comparedAt === undefined ? '' : ` since ${comparedAt}`
  return [
    warning(
      'contents-differed',
      `${plural(count, 'file')} had other contents in the mirror than on the site, with the same size and time: ${shownNames(names, count)}. This recovery point has those of the site; earlier ones${since} may have the others.`,
      'Look whether the site has the right contents. Either a program changed the files and set back their time, which is harmless, or a disk of the server damages data: check it (sudo smartctl -a /dev/DISK).',
    ),
  ]
}

/** Entries that rsync cannot copy. For the backup and the dry run. */
export function notCopied(count: number, names: readonly string[]): Finding[] {
  if (count === 0) return []
  return [
    warning(
      'devices-left-out',
      `${plural(count, 'device')} cannot be copied, since only root may make one: ${shownNames(names, count)}. ${count === 1 ? 'It is' : 'They are'} not in the backup.`,
      'Devices below a folder of a site are rare: if nothing needs them, add them to "exclude". Otherwise let the action log in as root.',
    ),
  ]
}

function forgotten(folders: readonly string[]): Finding[] {
  if (folders.length === 0) return []
  return [
    warning(
      'mirror-folders-removed',
      `"paths" no longer has ${listed(folders.map(printable), namesMax)}: the copy in the mirror on the server was removed. Earlier recovery points still have the files.`,
    ),
  ]
}

function notForgotten(folders: readonly string[]): Finding[] {
  if (folders.length === 0) return []
  return [
    warning(
      'mirror-folders-left',
      `"paths" no longer has folders whose copies in the mirror on the server could not be removed: ${listed(folders.map(printable), namesMax)}. A link or a mount is there, or the SSH user may not remove them.`,
      `Look what is there, unmount it, then remove them on the server:\n${folders.map(folder => `ls -la ${shellWord(folder)}\nrm -rf --one-file-system ${shellWord(folder)}`).join('\n')}`,
    ),
  ]
}

/** As rsync names them: relative to the root. */
function shownNames(names: readonly string[], count: number): string {
  return listed(
    names.map(name => `/${printable(name).replace(/^\//, '')}`),
    namesMax,
    count,
  )
}
