import { CheckError } from '../../../pipeline/check-error'
import type { ArchiveContent, UnpackedEntry } from './archive-content'
import { pathBytes, show } from './expected-paths'
import { FolderTally } from './folder-tally'
import { Hazards } from './hazards'
import { SeenNames } from './seen-names'

/**
 * Follows what unpacking an archive would do, entry by entry. Throws as soon as an entry would be written outside:
 * through an earlier symbolic link, or by a hard link to something that is not an earlier entry. Keeps the names of
 * symbolic links, and digests of others.
 */
export class Unpacking {
  private readonly folders: readonly string[]
  private readonly tally: FolderTally
  private readonly hazards: Hazards
  private readonly symlinks = new Set<string>()
  private readonly files = new SeenNames()

  constructor(paths: readonly string[]) {
    this.folders = paths.map(pathBytes)
    this.tally = new FolderTally(paths)
    this.hazards = new Hazards(this.folders)
  }

  add(entry: UnpackedEntry): void {
    const { path, type, target } = entry
    this.refuseLinkedPlace(path)
    if (type === '5') {
      this.tally.add(entry)
      return
    }
    if (this.folders.includes(path))
      throw new CheckError(`The archive has ${show(`/${path}`)} as something that is not a folder.`)
    const isSymlink = type === '2' || (type === '1' && this.acceptHardLink(path, target))
    if (isSymlink) this.symlinks.add(path)
    else this.files.add(path)
    this.tally.add(entry)
    this.hazards.add(entry)
  }

  finish(): Required<Pick<ArchiveContent, 'perPath' | 'hazards' | 'crossLinks'>> {
    const { perPath, crossLinks } = this.tally.finish()
    return { perPath, hazards: this.hazards.finish(), crossLinks }
  }

  /** Whether it is another name of a symbolic link. */
  private acceptHardLink(path: string, target: string): boolean {
    const isSymlink = this.symlinks.has(target)
    if (this.linkAbove(target) === undefined && (isSymlink || this.files.has(target))) return isSymlink
    throw new CheckError(
      `The archive has a hard link to something that does not come before it: ${show(path)} to ${show(target)}.`,
    )
  }

  private refuseLinkedPlace(path: string): void {
    if (this.symlinks.has(path))
      throw new CheckError(`The archive has an entry in the place of a symbolic link of its own: ${show(path)}.`)
    const link = this.linkAbove(path)
    if (link === undefined) return
    throw new CheckError(
      `The archive has an entry that would be written through a symbolic link of its own: ${show(path)} through ${show(link)}.`,
    )
  }

  /** The symbolic link on the way to this name, if there is one. */
  private linkAbove(path: string): string | undefined {
    if (this.symlinks.size === 0) return undefined
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const parent = path.slice(0, at)
      if (this.symlinks.has(parent)) return parent
    }
    return undefined
  }
}
