import { FailureError } from '../../../runtime/errors'
import { type JobFailure, runJob } from '../../../server/job'
import type { Request } from '../../../server/request'
import type { Connection } from '../../../ssh/remote'
import { type EntryKind, entryKinds, type KindCount } from '../check/archive-content'
import { explainFolderJob } from '../folder-errors'

/** A staging folder, and the folders of the archive in it. */
export interface CountRequest {
  staging: string
  paths: readonly string[]
}

/** What is in an unpacked folder, itself counted among its directories. */
export interface TreeCount {
  /** How many names there are of each kind; `s`: sockets. */
  names: Readonly<Record<EntryKind | 's', number>>
  /** Undefined where the server has no `stat` that shows more. */
  kinds: Readonly<Record<EntryKind, FoundKind>> | undefined
  /** Only where `kinds` is undefined: a file is set-uid or set-gid. */
  hasSetIds: boolean
  hasCapabilities: boolean
}

/** The entries of one kind. `uids` and `gids`: the sums of their owners. */
export interface FoundKind extends Omit<KindCount, 'owners'> {
  uids: number
  gids: number
}

/** The job `count-trees`. */
export async function countTrees(connection: Connection, { staging, paths }: CountRequest): Promise<TreeCount[]> {
  const request: Request = [['staging', staging], ...paths.map(path => ['path', path] as const)]
  const explain = (failure: JobFailure) => explainFolderJob('the count of the unpacked files', failure)
  const { text } = await runJob(connection, 'count-trees', request, { explain })
  return parseTrees(text, paths.length)
}

const foundKinds = [...entryKinds, 's'] as const

/** Reads the answer of the job `count-trees`. Throws FailureError when it is not for that many folders. */
export function parseTrees(text: string, folders: number): TreeCount[] {
  const lines = text.split('\n').map(line => line.split('\t'))
  return Array.from({ length: folders }, (_, index) => {
    const own = lines.filter(([word, folder]) => word === 'tree' && folder === String(index))
    const numbersOf = (kind: string) => (own.find(line => line[2] === kind)?.slice(3) ?? []).map(numberOf)
    const all = foundKinds.map(kind => [kind, numbersOf(kind)] as const)
    if (all.some(([, numbers]) => !isComplete(numbers))) throw unreadable()
    const isDetailed = all.every(([, numbers]) => numbers.length > 1)
    return {
      names: Object.fromEntries(all.map(([kind, [names]]) => [kind, names])) as TreeCount['names'],
      kinds: isDetailed
        ? (Object.fromEntries(all.map(([kind, numbers]) => [kind, countOf(numbers)])) as Readonly<
            Record<EntryKind, FoundKind>
          >)
        : undefined,
      hasSetIds: own.some(([, , kind]) => kind === 'set-ids'),
      hasCapabilities: own.some(([, , kind]) => kind === 'capabilities'),
    }
  })
}

/** In the order of the answer. */
const fields = ['names', 'count', 'bytes', 'modes', 'uids', 'gids', 'sticky', 'setIds'] as const

function isComplete(numbers: readonly number[]): boolean {
  return (numbers.length === 1 || numbers.length === fields.length) && numbers.every(Number.isSafeInteger)
}

function countOf(numbers: readonly number[]): FoundKind {
  return Object.fromEntries(fields.map((field, index) => [field, numbers[index]])) as unknown as FoundKind
}

function numberOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

function unreadable(): FailureError {
  return new FailureError('The server counted the unpacked files and answered with lines that make no sense.')
}
