import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { CheckError } from '../../../pipeline/check-error'
import { pathBytes } from '../check/expected-paths'
import { blockSize } from '../check/tar-header'
import { ownerListName } from '../owners/owner-list'
import { ChainNames } from './chain-names'
import type { NameMark } from './folder-names'
import { LevelArchive, type LevelSink } from './level-archive'

/** What was seen of the tree. */
export interface MergedTree {
  folders: number
  /** Names of everything else, those of sockets among them, which no archive has. */
  others: number
  /** Of those, the ones that are what they were in an archive that was not read. */
  kept: number
  /** Names without an entry in any archive that was read. */
  missing: number
}

/** Lists that are held until the end, compressed. Of ten million entries they have less. */
const heldMax = 48 * 2 ** 20

/**
 * Makes one plain archive of a chain of incremental ones, read from the newest to the oldest: all folders as the newest one
 * has them, then each file from the newest archive that has it. The lists are those of the newest. What comes out is as if the
 * whole tree had been put into one archive, and is to be checked as such; every tar reads it.
 */
export class ChainMerge implements LevelSink {
  private readonly names: ChainNames
  private archive: LevelArchive
  private level = 0
  private out: Buffer[] = []
  private late: Buffer[] = []
  private lateBytes = 0

  /** `paths`: the folders of the archive, without their leading slash. */
  constructor(paths: readonly string[]) {
    this.names = new ChainNames(paths.map(pathBytes))
    this.archive = new LevelArchive(this)
  }

  write(chunk: Buffer): void {
    this.archive.write(chunk)
  }

  /** At the end of an archive: the next write begins the one that it builds on. */
  next(): void {
    this.archive.finish()
    this.names.next()
    this.level++
    this.archive = new LevelArchive(this)
  }

  /** Behind the last archive. */
  end(): void {
    for (const piece of this.late) this.out.push(inflateRawSync(piece))
    this.late = []
    this.out.push(Buffer.alloc(2 * blockSize))
  }

  /** What has been made since the last time. */
  take(): Buffer {
    const bytes = this.out.length === 1 && this.out[0] !== undefined ? this.out[0] : Buffer.concat(this.out)
    this.out = []
    return bytes
  }

  get tree(): MergedTree {
    return { ...this.names.counts, missing: this.names.missing }
  }

  list(name: string, blocks: Buffer[]): (data: Buffer) => void {
    if (this.level > 0) return nowhere
    const put = name === ownerListName ? this.pass : this.hold
    put(Buffer.concat(blocks))
    return put
  }

  folder(path: string, blocks: Buffer[]): void {
    if (this.names.enter(path)) this.out.push(...blocks)
  }

  name(mark: NameMark, name: string): void {
    this.names.list(mark, name)
  }

  entry({ path, target }: { path: string; target: string | undefined }, blocks: Buffer[]): (data: Buffer) => void {
    if (!this.names.find(path, target)) return nowhere
    this.out.push(...blocks)
    return this.pass
  }

  private readonly pass = (data: Buffer): void => {
    this.out.push(Buffer.from(data))
  }

  private readonly hold = (data: Buffer): void => {
    const piece = deflateRawSync(data, { level: 1 })
    this.lateBytes += piece.length
    if (this.lateBytes > heldMax) throw new CheckError('its lists of attributes are too long')
    this.late.push(piece)
  }
}

function nowhere(): void {}
