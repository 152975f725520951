import type { Compression } from '../../../pipeline/compression'
import { runJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { type AnswerRow, readAnswer } from '../../host/answer'
import { explainFolderJob } from '../folder-errors'

/** What the job `inventory` found of the folders. */
export interface FolderInventory {
  os: string
  rsync: string
  tar: string
  /** Of its command line; undefined where there is none. */
  php?: { version: string; modules: string[] }
  paths: ListedFolder[]
}

/** A folder of `paths`. */
export interface ListedFolder {
  path: string
  state: (typeof folderStates)[number]
}

const folderStates = ['present', 'missing', 'not-a-folder', 'unreadable', 'empty'] as const

export interface FolderInventoryRequest {
  paths: readonly string[]
  /** Of the archive: its tool must be installed. */
  compression: Compression
  signal?: AbortSignal | undefined
}

/** The job `inventory`, for folders. */
export async function listFolders(
  connection: Connection,
  { paths, compression, signal }: FolderInventoryRequest,
): Promise<FolderInventory> {
  const request = [...paths.map(path => ['path', path] as const), ['compression', compression] as const]
  const { text } = await runJob(connection, 'inventory', request, {
    explain: failure => explainFolderJob('the inventory', failure),
    signal,
  })
  return parseFolders(text)
}

/** Throws FailureError for an invalid answer. */
export function parseFolders(text: string): FolderInventory {
  const found: FolderInventory = { os: '', rsync: '', tar: '', paths: [] }
  readAnswer(text, 'the inventory', readers, found)
  return found
}

/** A row `path`, its state and the path itself, which may contain tabs. */
export function listedFolder(row: AnswerRow): ListedFolder {
  const state = folderStates.find(each => each === row.field(1)) ?? row.isUnreadable()
  return { path: row.rest(2), state }
}

const readers = new Map<string, (row: AnswerRow, found: FolderInventory) => void>([
  ['os', (row, found) => (found.os = row.field(1))],
  ['rsync', (row, found) => (found.rsync = row.field(1))],
  ['tar', (row, found) => (found.tar = row.field(1))],
  [
    'php',
    (row, found) => {
      const modules = row
        .field(2)
        .split(',')
        .filter(name => name !== '')
      found.php = { version: row.field(1), modules }
    },
  ],
  ['path', (row, found) => found.paths.push(listedFolder(row))],
])

/** What is at each path, one line each, for the log. */
export function describeFolders(paths: readonly ListedFolder[]): string[] {
  return paths.map(({ path, state }) => `folder ${path}: ${state.replaceAll('-', ' ')}`)
}
