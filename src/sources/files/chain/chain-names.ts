import { CheckError } from '../../../pipeline/check-error'
import { show } from '../check/expected-paths'
import { NameTable } from '../check/name-table'
import type { NameMark } from './folder-names'

/** What is known of a name of the tree; from `found` on, in which archive its entry is, the newest being 0. */
const state = { here: 1, older: 2, folder: 3, folderSeen: 4, found: 5 } as const
/** For five states, and two archives more. */
const stateBits = 3

/**
 * Which archive of a chain has which name of the tree, read from the newest one to the oldest: the newest has all names of
 * all folders, and of each whether its entry is there, or is what it was in the one that it builds on. That one must list it
 * too, and so on. What is not listed was removed, and its entries in older archives are none of the tree.
 */
export class ChainNames {
  private readonly table = new NameTable(stateBits)
  private readonly roots: Set<string>
  /** The archive that is read now. */
  private level = 0
  /** How many names are still to be found in an older one, and how many of them this one has listed. */
  private olderCount = 0
  private listedCount = 0
  private hereCount = 0
  private folderCount = 0
  /** Folders of this archive, each once. */
  private listed = new NameTable(1)
  private folder = ''
  private isOfTree = false
  /** Of the newest archive. */
  readonly counts = { folders: 0, others: 0, kept: 0 }

  /** `roots`: the folders of the archive, without their leading slash, in bytes. */
  constructor(roots: readonly string[]) {
    this.roots = new Set(roots)
  }

  /** Whether it is one of the tree. */
  enter(path: string): boolean {
    if (!this.listed.add(path, 1)) throw new CheckError(`The archive has the folder ${show(path)} twice.`)
    this.folder = path
    if (this.level > 0) {
      this.isOfTree = this.table.valueOf(path) === state.folderSeen
      return false
    }
    this.isOfTree = true
    if (this.roots.has(path)) {
      if (!this.table.add(path, state.folderSeen))
        throw new CheckError(`The archive has the folder ${show(path)} twice.`)
    } else {
      if (this.table.valueOf(path) !== state.folder) throw unlisted(path)
      this.table.put(path, state.folderSeen)
      this.folderCount--
    }
    this.counts.folders++
    return true
  }

  /** A name in the folder that was entered last. */
  list(mark: NameMark, name: string): void {
    if (!this.isOfTree) return
    const path = this.folder === '' ? name : `${this.folder}/${name}`
    if (this.level === 0) this.addName(mark, path)
    else this.confirmName(mark, path)
  }

  /** Whether the entry of this archive is one of the tree. `target`: of a hard link. */
  find(path: string, target: string | undefined): boolean {
    if (this.table.valueOf(path) !== state.here) {
      if (this.level === 0) throw unlisted(path)
      return false
    }
    // A link has no data of its own: all names of a file are in one archive.
    if (target !== undefined && this.table.valueOf(target) !== state.found + this.level)
      throw new CheckError(
        `The archive has a hard link to something that does not come before it: ${show(path)} to ${show(target)}.`,
      )
    this.table.put(path, state.found + this.level)
    this.hereCount--
    return true
  }

  /** At the end of an archive. */
  next(): void {
    if (this.folderCount > 0) throw new CheckError(`The archive lacks ${this.folderCount} of its folders.`)
    for (const root of this.roots)
      if (this.listed.valueOf(root) === 0) throw new CheckError(`The archive does not hold ${show(`/${root}`)}.`)
    if (this.level > 0 && this.listedCount < this.olderCount + this.takenCount)
      throw new CheckError(
        `The archive does not list ${this.olderCount + this.takenCount - this.listedCount} names that a later one keeps from it.`,
      )
    this.level++
    this.listedCount = 0
    this.takenCount = 0
    this.listed = new NameTable(1)
  }

  /** How many names have no entry in any archive that was read. */
  get missing(): number {
    return this.hereCount + this.olderCount
  }

  private takenCount = 0

  private addName(mark: NameMark, path: string): void {
    const value = { Y: state.here, N: state.older, D: state.folder }[mark]
    if (!this.table.add(path, value)) throw new CheckError(`The archive has two entries of the name ${show(path)}.`)
    if (mark === 'D') {
      this.folderCount++
      return
    }
    this.counts.others++
    if (mark === 'Y') {
      this.hereCount++
      return
    }
    this.counts.kept++
    this.olderCount++
  }

  private confirmName(mark: NameMark, path: string): void {
    if (this.table.valueOf(path) !== state.older || mark === 'D') return
    this.listedCount++
    if (mark !== 'Y') return
    this.table.put(path, state.here)
    this.olderCount--
    this.takenCount++
    this.hereCount++
  }
}

function unlisted(path: string): CheckError {
  return new CheckError(`The archive has an entry that its folder does not list: ${show(path)}.`)
}
