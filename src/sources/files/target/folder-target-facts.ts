import { defined } from '../../../runtime/defined'
import type { Connection } from '../../../ssh/remote'
import { freeBytesOf } from '../../host/parse-disk'
import { askTarget, readTarget, type TargetHost, unreadableTarget } from '../../host/target-answer'
import { folderKnowledge } from '../folder-errors'
import { decodedMount } from '../layout/folder-layout'
import type { Accounts, AskedAccount, FoundAccount } from '../owners/accounts'

export interface FolderTargetRequest {
  /** Absolute; the targets. */
  folders: readonly string[]
  /** Whom files will belong to. */
  accounts?: Accounts<AskedAccount>
  signal?: AbortSignal | undefined
}

/** What a restore of folders meets on a server. What could not be found out is undefined, or empty. */
export interface FolderTargetFacts extends TargetHost {
  /** In the order of the request. */
  places: TargetPlace[]
  /** Unpacked folders that restores left at least a day ago. */
  leftovers: string[]
  /** In the order of the request. */
  accounts: Accounts<FoundAccount>
}

/**
 * The target of a folder. `link`: a symbolic link that is not followed is there; `mount`: something is mounted there, so it cannot be renamed;
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
  /** A symbolic link is at the target, and this is where it leads: all else is about that place. */
  leadsTo?: string
  /** The target, or the folder above, where a flag of chattr(1) protects it against being renamed. */
  protectedPath?: string
  /** What is mounted below it. */
  mounted: readonly { path: string; type: string }[]
}

const states = ['absent', 'empty', 'folder', 'link', 'mount', 'not-a-folder'] as const

/** The job `target-facts`, for folders. Reads only. */
export async function folderTargetFacts(
  connection: Connection,
  { folders, accounts, signal }: FolderTargetRequest,
): Promise<FolderTargetFacts> {
  const asked = ({ number, name }: AskedAccount) => `${number ?? ''} ${name}`
  const request = [
    ...folders.map(path => ['path', path] as const),
    ...(accounts?.users ?? []).map(account => ['user', asked(account)] as const),
    ...(accounts?.groups ?? []).map(account => ['group', asked(account)] as const),
  ]
  return parseFolderTarget((await askTarget(connection, request, { knowledge: folderKnowledge, signal })).text)
}

/** Throws FailureError for an invalid answer. */
export function parseFolderTarget(text: string): FolderTargetFacts {
  const { rows, host } = readTarget(text)
  const all = (word: string) => rows.filter(([first]) => first === word)
  const facts = {
    mounts: byPlace(all('place-mount')),
    disks: byPlace(all('place-disk')),
    links: byPlace(all('place-link')),
    flags: byPlace(all('place-protected')),
  }
  const inside = Map.groupBy(all('place-inside'), ([, number]) => number)
  return {
    ...host,
    places: all('place').map((row, index) => ({
      ...placeOf(row, index, facts),
      mounted: (inside.get(String(index)) ?? []).map(([, , type = '', ...path]) => ({
        path: decodedMount(path.join('\t')),
        type,
      })),
    })),
    leftovers: all('leftover').map(([, ...folder]) => folder.join('\t')),
    accounts: { users: all('user').map(accountOf), groups: all('group').map(accountOf) },
  }
}

/** Each place is reported once and in order: an extra line may come from a file name on the server. */
function placeOf(
  [word = '', number = '', state = '', may, ...parent]: string[],
  index: number,
  { mounts, disks, links, flags }: Record<'mounts' | 'disks' | 'links' | 'flags', ReadonlyMap<string, string>>,
): Omit<TargetPlace, 'mounted'> {
  const known = states.find(each => each === state)
  if (known === undefined || number !== String(index)) throw unreadableTarget(`${word} ${number} ${state}`)
  return {
    state: known,
    parent: parent.join('\t'),
    isWritable: may === 'yes',
    mount: mounts.get(number) ?? '',
    freeBytes: freeBytesOf(disks.get(number)),
    ...defined({ leadsTo: links.get(number), protectedPath: flags.get(number) }),
  }
}

/** Each is reported in order, like a place. */
function accountOf(
  [word = '', index = '', number = '', loginGroup = '', ...holder]: string[],
  at: number,
): FoundAccount {
  if (index !== String(at) || ![number, loginGroup].every(text => /^\d{0,10}$/.test(text)))
    throw unreadableTarget(`${word} ${index} ${number}`)
  const known = (text: string) => (text === '' ? undefined : Number(text))
  return { number: known(number), loginGroup: known(loginGroup), holder: holder.join('\t') }
}

function byPlace(rows: readonly string[][]): Map<string, string> {
  const found = new Map<string, string>()
  for (const [word, number = '', ...value] of rows) {
    if (found.has(number)) throw unreadableTarget(`${word} ${number}`)
    found.set(number, value.join('\t'))
  }
  return found
}
