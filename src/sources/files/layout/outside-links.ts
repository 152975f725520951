import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { pathBytes } from '../check/expected-paths'
import { isInside } from '../plan/folder-paths'
import type { FolderLayout } from './folder-layout'
import { readableName } from './readable-name'

export type OutsideLinks = NonNullable<FilesArtifact['content']['outsideLinks']>

/** How many are recorded one by one. */
const recordedMax = 100

/**
 * Finds the symbolic links that lead out of all folders: what they lead to is not in the archive. By their text, from
 * where their folder really is; names are bytes, one character each.
 */
export class OutsideLinkFinder {
  private readonly folders: readonly { path: string; real: string }[]
  private readonly found: OutsideLinks['links'] = []
  private count = 0
  /** The sum of their digests, which no order changes. */
  private digest = 0n

  constructor(folders: readonly Pick<FolderLayout, 'path' | 'real'>[]) {
    this.folders = folders.map(({ path, real }) => ({ path: pathBytes(path), real: pathBytes(real) }))
  }

  /** `path`: absolute. */
  add(path: string, target: string): void {
    const folder = this.folders.find(each => isInside(path, each.path))
    if (folder === undefined) return
    const around = posix.dirname(`${folder.real}${path.slice(folder.path.length)}`)
    const leadsTo = posix.resolve(around, target)
    if (this.folders.some(({ path, real }) => isInside(leadsTo, path) || isInside(leadsTo, real))) return
    this.count++
    this.digest += BigInt(`0x${createHash('sha256').update(`${path}\0${target}`, 'latin1').digest('hex')}`)
    if (this.found.length < recordedMax)
      this.found.push({ path: readableName(path), target: readableName(target), leadsTo: readableName(leadsTo) })
  }

  /** Undefined: there is none. */
  finish(): OutsideLinks | undefined {
    if (this.count === 0) return undefined
    return {
      count: this.count,
      sha256: BigInt.asUintN(256, this.digest).toString(16).padStart(64, '0'),
      links: this.found.sort((one, other) => (one.path < other.path ? -1 : 1)),
    }
  }
}
