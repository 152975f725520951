import { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Codec, decoder } from './codec'
import { type ContentCheck, checkContent } from './content-check'
import type { Decoder } from './decoder'
import type { Filter } from './filter'

/** Of stored bytes that wait for their check, and of those that wait for the next stage. */
const heldBytesMax = 2 * 2 ** 20

/**
 * Passes a stored stream on as it is, and no byte of it before all that is decoded from it has passed the check. So
 * whoever decodes what came through has nothing that was not checked, even if the rest fails. `codec`: of the stream.
 */
export function passChecked<R>(codec: Codec | undefined, check: ContentCheck<R>): Filter<R> {
  if (codec === undefined) return checkContent(check)
  const stage = new CheckedPassage(decoder(codec), check)
  return { stages: [stage], result: () => stage.result() }
}

/** `contentBytes`: how many of the content must have been checked; undefined while that is not known. */
interface HeldChunk {
  chunk: Buffer
  contentBytes: number | undefined
}

class CheckedPassage<R> extends Duplex {
  private readonly decoder: Decoder
  private readonly checked: Filter<R>
  private readonly ended: Promise<unknown>
  private held: HeldChunk[] = []
  private heldBytes = 0
  private checkedBytes = 0
  /** Called once more can be taken. */
  private waiting: (() => void) | undefined

  constructor(decoder: Decoder, check: ContentCheck<R>) {
    super({ highWaterMark: 256 * 1024 })
    this.decoder = decoder
    this.checked = checkContent({
      write: piece => {
        check.write(piece)
        this.checkedBytes += piece.length
        this.release()
      },
      finish: () => check.finish(),
      progress: () => check.progress(),
    })
    decoder.onDecoded = contentBytes => {
      const chunk = this.held.find(each => each.contentBytes === undefined)
      if (chunk !== undefined) chunk.contentBytes = contentBytes
      this.release()
    }
    const [last] = this.checked.stages
    last?.resume()
    this.ended = pipeline([decoder, ...this.checked.stages])
    this.ended.catch(error => this.destroy(error))
  }

  result(): R {
    return this.checked.result()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, next: () => void): void {
    this.held.push({ chunk, contentBytes: undefined })
    this.heldBytes += chunk.length
    this.waiting = next
    if (!this.decoder.write(chunk)) this.decoder.once('drain', () => this.goOn())
    this.goOn()
  }

  override _final(done: (error?: Error) => void): void {
    this.decoder.end()
    // What failed has destroyed this.
    this.ended.then(
      () => {
        this.push(null)
        done()
      },
      () => {},
    )
  }

  override _read(): void {
    this.goOn()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.decoder.destroy()
    done(error)
  }

  private release(): void {
    while (this.held[0]?.contentBytes !== undefined && this.held[0].contentBytes <= this.checkedBytes) {
      const { chunk } = this.held[0]
      this.held.shift()
      this.heldBytes -= chunk.length
      this.push(chunk)
    }
    this.goOn()
  }

  private goOn(): void {
    if (this.decoder.writableNeedDrain || this.heldBytes + this.readableLength >= heldBytesMax) return
    const { waiting } = this
    this.waiting = undefined
    waiting?.()
  }
}
