import type { OwnerChanges, UnpackedEntry } from '../check/archive-content'
import type { Owner } from './owner'

/** How many are kept, for commands. */
const keptMax = 500

/** Finds them in an archive, whose folders come before what is in them. */
export class OwnerChangesFinder {
  readonly changes: OwnerChanges = { count: 0, first: [] }
  /** The last folder of each depth. */
  private readonly folders: { path: string; owner: Owner }[] = []

  add({ path, kind, isHardLink, owner }: UnpackedEntry): void {
    // Its file has one owner, under all its names.
    if (isHardLink) return
    const depth = path.split('/').length
    const around = this.folders[depth - 1]
    const isSame = around?.owner === owner && path.startsWith(`${around.path}/`)
    if (kind === 'd') this.folders[depth] = { path, owner }
    if (isSame) return
    this.changes.count++
    if (this.changes.first.length < keptMax) this.changes.first.push({ path, owner })
  }
}
