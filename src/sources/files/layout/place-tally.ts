import type { FilesArtifact } from '../../../repository/manifest/manifest'
import type { UnpackedEntry } from '../check/archive-content'
import { pathBytes } from '../check/expected-paths'
import { readableName } from './readable-name'

type Recorded = NonNullable<FilesArtifact['content']['folders']>[number]

interface Place {
  files: number
  bytes: number
}

/** More first-level folders than this are not recorded. */
const foldersMax = 1000

/** Counts what is in each first-level folder of the folders of an archive, and in places that are given. */
export class PlaceTally {
  private readonly roots: ReadonlySet<string>
  private readonly folders = new Map<string, Place>()
  private readonly watched: Map<string, Place>
  /** Most entries are in the folder of the entry before. */
  private last: { folder: string; places: Place[] } = { folder: '/', places: [] }

  constructor(paths: readonly string[], watched: readonly string[]) {
    this.roots = new Set(paths.map(plainBytes))
    this.watched = new Map(watched.map(path => [plainBytes(path), { files: 0, bytes: 0 }]))
  }

  add({ path, kind, isHardLink, sizeBytes }: UnpackedEntry): void {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (kind === 'd') {
      if (this.roots.has(folder) && path !== '' && this.folders.size <= foldersMax)
        this.folders.set(path, { files: 0, bytes: 0 })
      return
    }
    if (folder !== this.last.folder) this.last = { folder, places: this.placesAround(folder) }
    for (const place of this.last.places) {
      place.files++
      if (kind === 'f' && !isHardLink) place.bytes += sizeBytes
    }
  }

  /** `folders`: undefined when there are too many. */
  finish(): { folders: Recorded[] | undefined; watched: Place[] } {
    const all = [...this.folders].map(([bytes, place]) => ({ path: `/${readableName(bytes)}`, ...place }))
    return {
      folders: all.length > foldersMax ? undefined : all.sort((one, other) => (one.path < other.path ? -1 : 1)),
      watched: [...this.watched.values()],
    }
  }

  private placesAround(folder: string): Place[] {
    const places: (Place | undefined)[] = []
    for (let around = folder; ; around = around.slice(0, Math.max(0, around.lastIndexOf('/')))) {
      places.push(this.folders.get(around), this.watched.get(around))
      if (around === '') return places.filter(place => place !== undefined)
    }
  }
}

function plainBytes(path: string): string {
  return pathBytes(path.slice(1))
}
