import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import type { ArchiveSink } from '../check/archive-check'
import type { UnpackedEntry } from '../check/archive-content'
import type { LayoutReader } from './folder-layout'
import { OutsideLinkFinder } from './outside-links'
import { PlaceTally } from './place-tally'

/** What a manifest records of an archive beside its counts, for the next backup and for a restore. */
export class NotedEntries implements ArchiveSink {
  private readonly layout: LayoutReader
  private seen: { places: PlaceTally; links: OutsideLinkFinder } | undefined

  /** `layout`: is complete before the first entry. */
  constructor(layout: LayoutReader) {
    this.layout = layout
  }

  header(): void {}

  entry(entry: UnpackedEntry): void {
    this.seen ??= this.begin()
    this.seen.places.add(entry)
    if (entry.kind === 'l' && !entry.isHardLink) this.seen.links.add(`/${entry.path}`, entry.target)
  }

  data(): void {}

  drop(): void {}

  listed(): void {}

  end(): void {}

  finish(): Pick<FilesArtifact['content'], 'folders' | 'mounts' | 'pathLinks' | 'outsideLinks'> {
    const { places, links } = this.seen ?? this.begin()
    const { mounts, pathLinks } = this.layout
    const { folders, watched } = places.finish()
    const counted = mounts?.map((mount, index) => ({ ...mount, ...(watched[index] ?? { files: 0, bytes: 0 }) }))
    return defined({
      ...{ folders, mounts: counted },
      pathLinks: pathLinks.length === 0 ? undefined : pathLinks,
      outsideLinks: links.finish(),
    })
  }

  private begin() {
    const { folders, mounts = [] } = this.layout
    const places = new PlaceTally(
      folders.map(({ path }) => path),
      mounts.map(({ path }) => path),
    )
    return { places, links: new OutsideLinkFinder(folders) }
  }
}
