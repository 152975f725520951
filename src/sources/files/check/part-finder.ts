import type { EntryKind, FoundPart } from './archive-content'
import { pathBytes } from './expected-paths'

const similarMax = 5

interface WantedPart {
  path: string
  folder: string
  /** In lower case, as are those that it is compared with. */
  name: string
  kind: EntryKind | undefined
  /** In the same folder, or in another of that name. */
  near: string[]
  /** Of the same name elsewhere. */
  far: string[]
}

/** Finds the requested parts of an archive, and names that may be meant where it does not have one. */
export class PartFinder {
  private readonly wanted: WantedPart[]

  constructor(parts: readonly string[]) {
    this.wanted = parts.map(part => {
      const path = pathBytes(part)
      const { folder, name } = split(path)
      return { path, folder: folder.toLowerCase(), name, kind: undefined, near: [], far: [] }
    })
  }

  add(path: string, kind: EntryKind): void {
    for (const wanted of this.wanted) {
      if (path === wanted.path) wanted.kind = kind
      else if (wanted.kind === undefined && wanted.near.length < similarMax) noteSimilar(wanted, path)
    }
  }

  /** `isFolder`: whether the archive has a folder of this name. */
  finish(isFolder: (path: string) => boolean): FoundPart[] {
    return this.wanted.map(({ path, kind, near, far }) => ({
      ...{ path, kind, above: nearestAbove(path, isFolder) },
      similar: kind === undefined ? [...near, ...far].slice(0, similarMax) : [],
    }))
  }
}

function noteSimilar({ folder, name, near, far }: WantedPart, path: string): void {
  const other = split(path)
  const isNear = other.folder.toLowerCase() === folder
  if (isNear ? isAlike(other.name, name) : other.name === name && far.length < similarMax)
    (isNear ? near : far).push(path)
}

function split(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf('/')
  return { folder: path.slice(0, Math.max(0, at)), name: path.slice(at + 1).toLowerCase() }
}

/** One begins with the other, or a letter or two differ. */
function isAlike(one: string, other: string): boolean {
  if (one.startsWith(other) || other.startsWith(one)) return true
  return Math.abs(one.length - other.length) <= 2 && Math.min(one.length, other.length) > 3 && distance(one, other) <= 2
}

/** How many letters have to be changed, added or removed. */
function distance(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...one].entries()) {
    const now = [row + 1]
    for (const [at, each] of [...other].entries())
      now.push(Math.min((now[at] ?? 0) + 1, (before[at + 1] ?? 0) + 1, (before[at] ?? 0) + Number(each !== letter)))
    before = now
  }
  return before.at(-1) ?? 0
}

function nearestAbove(path: string, isFolder: (path: string) => boolean): string {
  let { folder } = split(path)
  while (folder !== '' && !isFolder(folder)) folder = split(folder).folder
  return folder
}
