import { noExamples, note } from '../../../findings/examples'
import { CheckError } from '../../../pipeline/check-error'
import type { Owner } from '../owners/owner'
import {
  type EntryKind,
  entryKinds,
  type FolderContent,
  type KindCount,
  type OutsideLinks,
  type UnpackedEntry,
} from './archive-content'
import { pathBytes, show } from './expected-paths'
import { NameTable } from './name-table'

/** Of all folders together: what they need of memory is bounded. */
const outsideMax = 1_000_000

interface Folder {
  path: string
  bytes: string
  inside: string
  kinds: Record<EntryKind, CountedKind>
  /** Of the first reading, where this is the second. */
  outside: OutsideLinks | undefined
  /** Of `outside`, while it is filled. */
  targets?: NameTable
}

/**
 * Counts the entries of an archive by the folder they are in; one folder may be inside another. A file outside that a
 * hard link leads to counts where the link is, but only in a second reading: in the first it came before the link.
 */
export class FolderTally {
  private readonly folders: Folder[]
  private readonly isSecond: boolean
  private outsideCount = 0

  /** `seen`: of the first reading. */
  constructor(paths: readonly string[], seen?: readonly FolderContent[]) {
    this.isSecond = seen !== undefined
    this.folders = paths.map(path => {
      const bytes = pathBytes(path)
      const inside = bytes === '' ? '' : `${bytes}/`
      return { path, bytes, inside, kinds: noEntries(), outside: seen?.find(each => each.path === path)?.outside }
    })
  }

  add(entry: UnpackedEntry): void {
    const { path, kind, isHardLink, target } = entry
    for (const folder of this.folders) {
      const { bytes, inside, kinds, outside } = folder
      if (path === bytes || path.startsWith(inside)) {
        kinds[kind].names++
        if (!isHardLink) addTo(kinds[kind], entry)
        else if (!this.isSecond && !target.startsWith(inside)) this.addOutside(folder, entry)
      } else if (this.isSecond && outside !== undefined && (outside.targets?.valueOf(path) ?? 0) > 0) {
        if (isHardLink) throw linkToLink(entry, folder.path)
        addTo(kinds[kind], entry)
      }
    }
  }

  finish(): FolderContent[] {
    return this.folders.map(({ path, kinds, outside }) => ({
      ...{ path, files: kinds.f.names, directories: kinds.d.names, links: kinds.l.names },
      ...{ fileBytes: kinds.f.bytes, kinds },
      ...(outside === undefined ? {} : { outside }),
    }))
  }

  private addOutside(folder: Folder, { path, kind, target, owner }: UnpackedEntry): void {
    folder.outside ??= { links: noExamples(), targets: undefined }
    folder.targets ??= new NameTable(1)
    const { outside, targets } = folder
    note(outside.links, () => `${show(`/${path}`)} to ${show(`/${target}`)}`)
    if (this.outsideCount <= outsideMax && targets.add(target, 1)) {
      this.outsideCount++
      // The file was not counted here, and will belong to the same.
      const { owners } = folder.kinds[kind]
      owners.set(owner, (owners.get(owner) ?? 0) + 1)
    }
    outside.targets = this.outsideCount > outsideMax ? undefined : targets
  }
}

function linkToLink({ path }: UnpackedEntry, folder: string): CheckError {
  return new CheckError(
    `A hard link in ${show(`/${pathBytes(folder)}`)} leads to ${show(`/${path}`)}, which is a hard link itself, so that folder cannot be restored alone.`,
    { advice: 'No backup makes that. Restore the whole folder to another place, and copy from there.' },
  )
}

interface CountedKind extends KindCount {
  owners: Map<Owner, number>
}

/** The start of a count. */
export function noEntries(): Record<EntryKind, CountedKind> {
  const none = () => ({ names: 0, count: 0, bytes: 0, modes: 0, owners: new Map(), sticky: 0, setIds: 0 })
  const kinds = Object.fromEntries(entryKinds.map(kind => [kind, none()]))
  return kinds as Record<EntryKind, CountedKind>
}

function addTo(sums: CountedKind, { kind, target, mode, owner, sizeBytes }: UnpackedEntry): void {
  sums.count++
  sums.bytes += kind === 'l' ? target.length : sizeBytes
  sums.modes += mode & 0o777
  sums.owners.set(owner, (sums.owners.get(owner) ?? 0) + 1)
  if ((mode & 0o1000) !== 0) sums.sticky++
  if ((mode & 0o6000) !== 0) sums.setIds++
}
