import { digest } from '../pipeline/digest'
import { readArtifact } from '../repository/artifact/reader'
import type { ArtifactObject } from '../repository/manifest/manifest'
import type { Repository } from '../repository/repository'
import { onAbort } from '../runtime/abortable'
import { type Limit, turns } from '../runtime/limit'
import { type DecodedReading, readDecoded } from './read-decoded'

/** How the objects of a chain are read for one recovery point, by itself or with others. */
export interface ChainReader {
  /** Puts a chain together, as soon as there is memory for so many names. */
  admit<T>(names: number, signal: AbortSignal, work: () => Promise<T>): Promise<T>
  read(repository: Repository, reading: DecodedReading): Promise<string>
  /** The digest of what is stored, whatever is in it. */
  digest(repository: Repository, reading: StoredReading): Promise<string>
}

export type StoredReading = Pick<DecodedReading, 'object' | 'signal' | 'pauseMs' | 'onProgress'>

/** By itself. */
export const alone: ChainReader = {
  admit: (_names, _signal, work) => work(),
  read: readDecoded,
  digest: async (repository, { object, ...request }) => {
    const { sha256 } = await readArtifact(repository, object, {
      ...{ filter: digest(), mayDiffer: true, asStored: true, ...request },
    })
    return sha256
  },
}

/** Somebody who waits for an object. */
interface Waiting {
  repository: Repository
  reading: DecodedReading
  done: PromiseWithResolvers<string>
}

/** Of all chains that are put together at the same time. One of a backup never has more. */
const namesMax = 2_500_000

/**
 * Reads what several recovery points build on once for all of them, as far as there is memory for them. Who waits for such an object makes
 * room for others, and it is read once nobody else can go on: that of the highest level first, since whoever reads it waits
 * for the next one then.
 */
export class SharedReadings {
  private readonly limit: Limit
  private readonly turns: ReturnType<typeof turns>
  private active = 0
  private isReading = false
  private waiting: Waiting[] = []
  private names = 0
  private readonly queue: { names: number; begin: () => void }[] = []
  private readonly digests = new Map<string, Promise<string>>()

  /** `atOnce`: recovery points that do not wait. `limit`: of objects that are read. */
  constructor(atOnce: number, limit: Limit) {
    this.turns = turns(atOnce)
    this.limit = limit
  }

  /** Verifies one of them. */
  async run<T>(work: (reader: ChainReader) => Promise<T>): Promise<T> {
    await this.turns.enter()
    let leave = () => this.turns.leave()
    const makeRoom = () => {
      leave()
      leave = () => {}
    }
    this.active++
    try {
      return await work({
        admit: (names, signal, join) => this.admit(names, signal, join),
        read: (repository, reading) => this.read(repository, reading, makeRoom),
        digest: (repository, reading) => this.digest(repository, reading),
      })
    } finally {
      this.active--
      makeRoom()
      this.goOn()
    }
  }

  private async admit<T>(names: number, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    // It keeps its place among those that do not wait, so that not all of them come here.
    if (this.hasNoRoomFor(names)) await this.paused(signal, begin => this.queue.push({ names, begin }))
    else this.names += names
    try {
      return await work()
    } finally {
      this.names -= names
      for (let next = this.queue[0]; next !== undefined && !this.hasNoRoomFor(next.names); next = this.queue[0]) {
        this.queue.shift()
        this.names += next.names
        next.begin()
      }
    }
  }

  private hasNoRoomFor(names: number): boolean {
    return this.names > 0 && this.names + names > namesMax
  }

  private async read(repository: Repository, reading: DecodedReading, makeRoom: () => void): Promise<string> {
    if (levelOf(reading) === undefined) return this.limit(() => readDecoded(repository, reading))
    makeRoom()
    const done = Promise.withResolvers<string>()
    this.waiting.push({ repository, reading, done })
    await this.paused(reading.signal, resolve => done.promise.then(() => resolve(), resolve))
    return done.promise
  }

  private digest(repository: Repository, reading: StoredReading): Promise<string> {
    const read = () => this.limit(() => alone.digest(repository, reading))
    if (levelOf(reading) === undefined) return read()
    const known = this.digests.get(nameOf(reading)) ?? read()
    this.digests.set(nameOf(reading), known)
    return known
  }

  /** Waits until it is resumed. */
  private async paused(signal: AbortSignal, resumed: (resume: () => void) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const forget = onAbort(signal, reject)
    resumed(resolve)
    this.active--
    this.goOn()
    try {
      await promise
    } finally {
      forget()
      this.active++
    }
  }

  /** Once all that can go on at this moment has begun to. */
  private goOn(): void {
    setImmediate(() => {
      if (this.isReading || this.active > 0) return
      const [first] = this.waiting.toSorted((one, other) => (levelOf(other.reading) ?? 0) - (levelOf(one.reading) ?? 0))
      if (first === undefined) return
      const together = this.waiting.filter(({ reading }) => nameOf(reading) === nameOf(first.reading))
      this.waiting = this.waiting.filter(each => !together.includes(each))
      this.isReading = true
      void this.limit(() => readTogether(first, together)).then(() => {
        this.isReading = false
        this.goOn()
      })
    })
  }
}

/** Never throws: each of them hears what became of it. */
async function readTogether({ repository, reading }: Waiting, together: readonly Waiting[]): Promise<void> {
  const left = new Set(together)
  const write = async (piece: Buffer) => {
    for (const each of left) {
      try {
        await each.reading.write(piece)
      } catch (error) {
        left.delete(each)
        each.done.reject(error)
      }
    }
    if (left.size === 0) throw new Error('Nobody reads it any more.')
  }
  const onProgress = (bytes: number) => {
    for (const each of left) each.reading.onProgress?.(bytes)
  }
  try {
    const found = await readDecoded(repository, { ...reading, write, onProgress })
    for (const each of left) each.done.resolve(found)
  } catch (error) {
    for (const each of left) each.done.reject(error)
  }
}

/** Undefined: nobody else builds on it. */
function levelOf({ object }: { object: ArtifactObject }): number | undefined {
  return 'level' in object && typeof object.level === 'number' ? object.level : undefined
}

/** Of the very object. */
function nameOf({ object }: { object: ArtifactObject }): string {
  return `${object.etag} ${object.key}`
}
