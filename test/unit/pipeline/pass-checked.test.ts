import { randomBytes } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { CheckError } from '../../../src/pipeline/check-error'
import type { Codec } from '../../../src/pipeline/codec'
import type { ContentCheck } from '../../../src/pipeline/content-check'
import { passChecked } from '../../../src/pipeline/pass-checked'

/** A check that refuses content with this text, and notes how much it has seen. */
function refusing(text: string): ContentCheck<number> & { bytes: number } {
  const check = {
    bytes: 0,
    write: (chunk: Buffer) => {
      if (text !== '' && chunk.includes(text)) throw new CheckError(`There is ${text}.`)
      check.bytes += chunk.length
    },
    finish: () => check.bytes,
    progress: () => ({ bytes: check.bytes }),
  }
  return check
}

function piecesOf(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) =>
    bytes.subarray(at * length, (at + 1) * length),
  )
}

async function pass(codec: Codec | undefined, check: ContentCheck<number>, pieces: readonly Buffer[]) {
  const through: Buffer[] = []
  const filter = passChecked(codec, check)
  const sink = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      through.push(chunk)
      setImmediate(done)
    },
  })
  const error = await pipeline([Readable.from(pieces), ...filter.stages, sink]).catch(caught => caught)
  return { error, through: Buffer.concat(through), filter }
}

const content = Buffer.from(randomBytes(3_000_000).toString('hex'))

describe('passChecked', () => {
  it.each<[Codec | undefined, Buffer]>([
    ['gzip', gzipSync(content)],
    ['zstd', zstdCompressSync(content)],
    [undefined, content],
  ])('passes a stream of %s on as it is', async (codec, stored) => {
    const { error, through, filter } = await pass(codec, refusing(''), piecesOf(stored, 65_000))
    expect(error).toBeUndefined()
    expect(through.equals(stored)).toBe(true)
    expect(filter.result()).toBe(content.length)
  })

  it('passes nothing on from which what the check refuses could be decoded', async () => {
    const parts = [gzipSync(content), gzipSync('evil'), gzipSync(content)]
    const { error, through } = await pass(
      'gzip',
      refusing('evil'),
      parts.flatMap(part => piecesOf(part, 65_000)),
    )
    expect(error).toEqual(new CheckError('There is evil.'))
    const [first = Buffer.alloc(0)] = parts
    expect(through.length).toBeLessThanOrEqual(first.length)
    expect(through.equals(first.subarray(0, through.length))).toBe(true)
  })

  it('has checked, whenever it passes something on, all that is in that', async () => {
    const check = refusing('')
    const stored = gzipSync(content)
    const filter = passChecked('gzip', check)
    let passed = Buffer.alloc(0)
    const sink = new Writable({
      write: (chunk, _encoding, done) => {
        passed = Buffer.concat([passed, chunk])
        const decoded = gunzipSync(passed, { finishFlush: 2 })
        done(decoded.length <= check.bytes ? null : new Error(`${decoded.length} of ${check.bytes} bytes`))
      },
    })
    await pipeline([Readable.from(piecesOf(stored, 200_000)), ...filter.stages, sink])
    expect(passed.equals(stored)).toBe(true)
  })

  it('fails with what comes behind the end of a stream', async () => {
    const { error } = await pass('gzip', refusing(''), [gzipSync('a'), Buffer.from('more')])
    expect(error).toEqual(expect.objectContaining({ message: expect.stringMatching(/^The gzip stream is damaged/) }))
  })
})
