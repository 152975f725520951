import { type Examples, noExamples, note } from '../../../findings/examples'
import type { Owner } from '../owners/owner'
import { type EntryKind, entryKinds, type FolderContent, type KindCount, type UnpackedEntry } from './archive-content'
import { pathBytes, show } from './expected-paths'

/** Counts the entries of an archive by the folder they are in; one folder may be inside another. */
export class FolderTally {
  private readonly folders: { path: string; bytes: string; inside: string; kinds: Record<EntryKind, CountedKind> }[]
  private readonly crossLinks = noExamples()

  constructor(paths: readonly string[]) {
    this.folders = paths.map(path => {
      const bytes = pathBytes(path)
      return { path, bytes, inside: bytes === '' ? '' : `${bytes}/`, kinds: noEntries() }
    })
  }

  add(entry: UnpackedEntry): void {
    const { path, isHardLink, target } = entry
    let isCrossLink = false
    for (const { bytes, inside, kinds } of this.folders) {
      if (path !== bytes && !path.startsWith(inside)) continue
      addTo(kinds[entry.kind], entry)
      if (isHardLink && !target.startsWith(inside)) isCrossLink = true
    }
    if (isCrossLink) note(this.crossLinks, () => `${show(`/${path}`)} to ${show(`/${target}`)}`)
  }

  finish(): { perPath: FolderContent[]; crossLinks: Examples } {
    const perPath = this.folders.map(({ path, kinds }) => ({
      ...{ path, files: kinds.f.names, directories: kinds.d.names, links: kinds.l.names },
      ...{ fileBytes: kinds.f.bytes, kinds },
    }))
    return { perPath, crossLinks: this.crossLinks }
  }
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

function addTo(sums: CountedKind, { kind, isHardLink, target, mode, owner, sizeBytes }: UnpackedEntry): void {
  sums.names++
  if (isHardLink) return
  sums.count++
  sums.bytes += kind === 'l' ? target.length : sizeBytes
  sums.modes += mode & 0o777
  sums.owners.set(owner, (sums.owners.get(owner) ?? 0) + 1)
  if ((mode & 0o1000) !== 0) sums.sticky++
  if ((mode & 0o6000) !== 0) sums.setIds++
}
