import type { Connection } from '../../../ssh/remote'
import { freeBytesOf } from '../../host/parse-disk'
import { askTarget, readTarget, type TargetHost, unreadableTarget } from '../../host/target-answer'
import { folderKnowledge } from '../folder-errors'

export interface FolderTargetRequest {
  /** Absolute; the targets. */
  folders: readonly string[]
  signal?: AbortSignal | undefined
}

/** What a restore of folders meets on a server. What could not be found out is undefined, or empty. */
export interface FolderTargetFacts extends TargetHost {
  /** In the order of the request. */
  places: TargetPlace[]
  /** Unpacked folders that restores left at least a day ago. */
  leftovers: string[]
}

/**
 * The target of a folder. `link`: a symbolic link is there; `mount`: a disk is mounted there, so it cannot be renamed;
 * `folder`: one that is not empty, or that cannot be read.
 */
export interface TargetPlace {
  state: (typeof states)[number]
  /** The nearest existing folder above it. */
  parent: string
  isWritable: boolean
  /** Where the disk of `parent` is mounted. */
  mount: string
  freeBytes: number | undefined
}

const states = ['absent', 'empty', 'folder', 'link', 'mount', 'not-a-folder'] as const

/** The job `target-facts`, for folders. Reads only. */
export async function folderTargetFacts(
  connection: Connection,
  { folders, signal }: FolderTargetRequest,
): Promise<FolderTargetFacts> {
  const request = folders.map(path => ['path', path] as const)
  return parseFolderTarget((await askTarget(connection, request, { knowledge: folderKnowledge, signal })).text)
}

/** Throws FailureError for an invalid answer. */
export function parseFolderTarget(text: string): FolderTargetFacts {
  const { rows, host } = readTarget(text)
  const all = (word: string) => rows.filter(([first]) => first === word)
  const [mounts, disks] = [byPlace(all('place-mount')), byPlace(all('place-disk'))]
  return {
    ...host,
    places: all('place').map((row, index) => placeOf(row, index, { mounts, disks })),
    leftovers: all('leftover').map(([, ...folder]) => folder.join('\t')),
  }
}

/** Each place is reported once and in order: an extra line may come from a file name on the server. */
function placeOf(
  [word = '', number = '', state = '', may, ...parent]: string[],
  index: number,
  { mounts, disks }: Record<'mounts' | 'disks', ReadonlyMap<string, string>>,
): TargetPlace {
  const known = states.find(each => each === state)
  if (known === undefined || number !== String(index)) throw unreadableTarget(`${word} ${number} ${state}`)
  return {
    state: known,
    parent: parent.join('\t'),
    isWritable: may === 'yes',
    mount: mounts.get(number) ?? '',
    freeBytes: freeBytesOf(disks.get(number)),
  }
}

function byPlace(rows: readonly string[][]): Map<string, string> {
  const found = new Map<string, string>()
  for (const [word, number = '', ...value] of rows) {
    if (found.has(number)) throw unreadableTarget(`${word} ${number}`)
    found.set(number, value.join('\t'))
  }
  return found
}
