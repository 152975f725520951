import { CheckError } from '../../../src/pipeline/check-error'
import { checkArchive } from '../../../src/sources/files/check/archive-check'
import type { UnpackedEntry } from '../../../src/sources/files/check/archive-content'

const isRoot = process.getuid?.() === 0

/** Only root's busybox gives set-uid and set-gid. */
export const comparedModes = isRoot ? 0o7777 : 0o1777

/** One line for each entry, in the order of names: what is there, and for files of several names which of them is first. */
export type Listing = readonly string[]

/** What the reader sees of an archive of the folder `site`, or why it refuses it. */
export function seen(bytes: Buffer): Listing | CheckError {
  const entries = new Map<string, UnpackedEntry>()
  const sink = {
    header: () => {},
    data: () => {},
    drop: () => {},
    end: () => {},
    listed: () => {},
    entry: (entry: UnpackedEntry) => {
      entries.set(entry.path, entry)
    },
  }
  try {
    const check = checkArchive({ paths: ['site'], sink })
    for (let at = 0; at < bytes.length; at += 777) check.write(bytes.subarray(at, at + 777))
    check.finish()
  } catch (error) {
    if (error instanceof CheckError) return error
    throw error
  }
  return listed([...entries.values()].map(entry => described(entry, entries)))
}

export interface Described {
  path: string
  kind: string
  mode: number
  /** Undefined: it is not compared. */
  owner: string | undefined
  sizeBytes: number
  target: string
  device: string
  /** The same for all names of one file. */
  file: string
}

function described(entry: UnpackedEntry, entries: ReadonlyMap<string, UnpackedEntry>): Described {
  const first = firstName(entry, entries)
  const { path, kind, owner, sizeBytes, target, device } = first
  return {
    ...{ path: entry.path, kind, sizeBytes, file: path },
    mode: first.mode & comparedModes,
    owner: isRoot ? `${owner.uid}:${owner.gid}` : undefined,
    target: kind === 'l' ? target : '',
    device: device === undefined ? '' : `${device.major},${device.minor}`,
  }
}

function firstName(entry: UnpackedEntry, entries: ReadonlyMap<string, UnpackedEntry>): UnpackedEntry {
  const target = entry.isHardLink ? entries.get(entry.target) : undefined
  return target === undefined ? entry : firstName(target, entries)
}

export function listed(entries: readonly Described[]): Listing {
  const sorted = [...entries].sort((one, other) => (one.path < other.path ? -1 : 1))
  const firsts = new Map<string, string>()
  return sorted.map(({ path, kind, mode, owner, sizeBytes, target, device, file }) => {
    const first = firsts.get(file) ?? path
    firsts.set(file, first)
    // Modes of symbolic links mean nothing, and not every tar keeps their owners.
    // GNU tar leaves a folder the set-gid bit that it has from the one around it.
    const kept = kind === 'd' ? mode & ~0o2000 : mode
    const facts = kind === 'l' ? [] : [kept.toString(8), owner]
    return JSON.stringify([path, kind, ...facts, sizeBytes, target, device, first === path ? '' : `= ${first}`])
  })
}
