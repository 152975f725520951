import { CheckError } from '../../../pipeline/check-error'
import { AttributeTally } from '../attributes/attribute-tally'
import { isPrivileged, type Listed } from '../attributes/listed'
import { OwnerChangesFinder } from '../owners/owner-changes'
import {
  type ArchiveContent,
  type EntryKind,
  entryKinds,
  type FolderContent,
  type UnpackedEntry,
} from './archive-content'
import { ExpectedPaths, show } from './expected-paths'
import { FolderTally } from './folder-tally'
import { NameTable } from './name-table'
import { PartFinder } from './part-finder'
import { RiskyFinder } from './risky-entries'

/** An entry as the archive names it. `type`: one letter, as in the header. */
export interface NamedEntry extends Pick<UnpackedEntry, 'mode' | 'owner' | 'sizeBytes' | 'device' | 'capabilities'> {
  name: string
  type: string
  target: string
}

/** Without their leading slash. */
export interface ExpectedTree {
  /** The folders of the archive. */
  paths: readonly string[]
  /** Folders and files below them, that are counted separately. */
  parts?: readonly string[]
  /** Of an earlier reading of the same archive. */
  seen?: readonly FolderContent[]
  /** It has all folders, and not all files: its lists name others, too. */
  isPartial?: boolean
}

/**
 * The tree that an archive becomes, entry by entry: every name comes once, behind the folder that it is in, and every
 * hard link behind its target. So nothing is ever written through a link, and the order of two entries decides nothing.
 * Throws CheckError for any other entry.
 */
export class ArchiveTree {
  private readonly paths: ExpectedPaths
  private readonly tally: FolderTally
  private readonly parts: PartFinder
  private readonly risky = new RiskyFinder()
  private readonly owners = new OwnerChangesFinder()
  private readonly attributes: AttributeTally
  private readonly names = new NameTable(kindBits)
  private readonly isPartial: boolean
  private readonly counts = { files: 0, directories: 0, links: 0, specials: 0 }
  /** Most entries are in the folder of the entry before. */
  private lastFolder = ''

  constructor({ paths, parts = [], seen, isPartial = false }: ExpectedTree) {
    this.isPartial = isPartial
    this.paths = new ExpectedPaths(paths)
    this.tally = new FolderTally([...paths, ...parts], seen)
    this.parts = new PartFinder(parts)
    this.attributes = new AttributeTally([...paths, ...parts])
  }

  add(named: NamedEntry): UnpackedEntry {
    const { name, type, target, mode, owner, sizeBytes, device, capabilities } = named
    const isHardLink = type === '1'
    const place = this.paths.accept(name, type === '5')
    const { path } = place
    const linked = isHardLink ? this.paths.acceptTarget(name, target) : target
    if (place.isInside) this.refuseOtherFolder(path)
    const kind = isHardLink ? this.kindOfTarget(path, linked) : kindsByType[type]
    if (kind === undefined) throw new TypeError(`An entry has the type ${type}.`)
    if (!this.names.add(path, entryKinds.indexOf(kind) + 1))
      throw new CheckError(`The archive has two entries of the name ${show(path)}.`)
    const entry = { path, kind, isHardLink, target: linked, mode, owner, sizeBytes, device, capabilities }
    this.counts[countedAs[kind]]++
    this.tally.add(entry)
    this.parts.add(path, kind)
    this.risky.add(entry)
    this.owners.add(entry)
    return entry
  }

  /** What is listed of an entry that came before. */
  addListed(listed: Listed): void {
    const kind = this.kindOf(listed.path)
    if (kind !== 'f' && kind !== 'd' && !(this.isPartial && kind === undefined))
      throw new CheckError(`its lists have an entry that is none of its files and folders: ${show(listed.path)}`)
    this.attributes.add(listed)
    if (listed.kind === 'attributes' && isPrivileged(listed)) this.risky.addAttribute(listed)
  }

  get files(): number {
    return this.counts.files
  }

  get entries(): number {
    const { files, directories, links, specials } = this.counts
    return files + directories + links + specials
  }

  finish(): Omit<ArchiveContent, 'bytes' | 'sha256' | 'hasOwnerList'> {
    this.paths.finish()
    const parts = this.parts.finish(path => this.kindOf(path) === 'd')
    const perPath = this.tally.finish()
    const { owners, risky, attributes } = this
    return {
      ...{ ...this.counts, perPath, parts, risky: risky.finish(), ownerChanges: owners.changes },
      attributes: attributes.finish(),
    }
  }

  /** Of an earlier entry. */
  private kindOf(path: string): EntryKind | undefined {
    return entryKinds[this.names.valueOf(path) - 1]
  }

  private kindOfTarget(path: string, target: string): EntryKind {
    const kind = this.kindOf(target)
    if (kind !== undefined && kind !== 'd') return kind
    throw new CheckError(
      `The archive has a hard link to something that does not come before it: ${show(path)} to ${show(target)}.`,
    )
  }

  private refuseOtherFolder(path: string): void {
    const folder = folderOf(path)
    if (folder === this.lastFolder) return
    if (this.kindOf(folder) !== 'd') throw this.noFolder(path)
    this.lastFolder = folder
  }

  private noFolder(path: string): CheckError {
    for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) {
      const kind = this.kindOf(folder)
      if (kind === 'l') {
        return new CheckError(
          `The archive has an entry that would be written through a symbolic link of its own: ${show(path)} through ${show(folder)}.`,
        )
      }
    }
    return new CheckError(`The archive has an entry whose folder does not come before it: ${show(path)}.`)
  }
}

/** For the number of a kind, its place in the list from 1. */
const kindBits = 3

const kindsByType: Readonly<Record<string, EntryKind>> = {
  ...{ '0': 'f', '7': 'f', '5': 'd', '2': 'l', '6': 'p', '4': 'b', '3': 'c' },
}

const countedAs: Readonly<Record<EntryKind, 'files' | 'directories' | 'links' | 'specials'>> = {
  ...{ f: 'files', d: 'directories', l: 'links', p: 'specials', b: 'specials', c: 'specials' },
}

/** '' is the root of the archive. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
