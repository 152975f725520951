import { Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib'
import { CheckError } from '../../../src/pipeline/check-error'
import { type Codec, codecsOf, decode, splitSuffix, suffixOf } from '../../../src/pipeline/codec'

const content = Buffer.from('INSERT INTO orders VALUES (1);\n'.repeat(20_000))
const encode = { gzip: gzipSync, zstd: zstdCompressSync }

/** What comes out when these bytes go in, in small pieces. */
async function decoded(codecs: Codec[], bytes: Buffer): Promise<Buffer> {
  const pieces: Buffer[] = []
  const sink = new Writable({
    highWaterMark: 1,
    write: (piece, _encoding, done) => {
      pieces.push(piece)
      setImmediate(done)
    },
  })
  function* cut() {
    for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
  }
  await pipeline([Readable.from(cut()), ...decode(codecs).stages, sink])
  return Buffer.concat(pieces)
}

describe('decode', () => {
  it.each(['gzip', 'zstd'] as const)('gives back the content of a stored stream: %s', async codec => {
    expect((await decoded([codec], encode[codec](content))).equals(content)).toBe(true)
  })

  it.each(['gzip', 'zstd'] as const)('takes several %s members for one stream', async codec => {
    const member = encode[codec](content)
    const twice = await decoded([codec], Buffer.concat([member, member]))
    expect(twice.equals(Buffer.concat([content, content]))).toBe(true)
  })

  it('undoes the codec that was applied last first', async () => {
    const stored = zstdCompressSync(gzipSync(content))
    expect((await decoded(['gzip', 'zstd'], stored)).equals(content)).toBe(true)
    await expect(decoded(['zstd', 'gzip'], stored)).rejects.toThrow('The gzip stream is damaged')
  })

  it('has nothing to do where nothing was done', () => {
    expect(decode([]).stages).toEqual([])
  })

  it.each(['gzip', 'zstd'] as const)('fails on %s that is cut off or followed by something', async codec => {
    const stored = encode[codec](content)
    await expect(decoded([codec], stored.subarray(0, -1))).rejects.toBeInstanceOf(CheckError)
    await expect(decoded([codec], Buffer.concat([stored, Buffer.from('x')]))).rejects.toBeInstanceOf(CheckError)
  })

  it('does not unpack zstd that takes more memory than level 19 does', async () => {
    const compressed = async (windowLog: number) => {
      const params = { [constants.ZSTD_c_windowLog]: windowLog }
      return buffer(Readable.from([content]).pipe(createZstdCompress({ params })))
    }
    expect((await decoded(['zstd'], await compressed(24))).equals(content)).toBe(true)
    await expect(decoded(['zstd'], await compressed(25))).rejects.toThrow('needs more memory to be unpacked')
  })

  it('holds no more than a few pieces for a reader that takes nothing', async () => {
    const [decoder] = decode(['gzip']).stages
    decoder?.write(gzipSync(Buffer.alloc(64 * 2 ** 20)))
    for (let before = -1; before !== decoder?.readableLength; ) {
      before = decoder?.readableLength ?? 0
      await new Promise(resolve => setTimeout(resolve, 200))
    }
    expect(decoder?.readableLength).toBeGreaterThan(0)
    expect(decoder?.readableLength).toBeLessThan(4 * 2 ** 20)
    decoder?.destroy()
  })
})

describe('codecsOf', () => {
  it.each([
    ['gzip', ['gzip'], '.gz'],
    ['zstd', ['zstd'], '.zst'],
    ['none', [], ''],
  ] as const)('knows what %s makes of content and of its name', (compression, codecs, suffix) => {
    expect(codecsOf({ compression })).toEqual(codecs)
    expect(suffixOf({ compression })).toBe(suffix)
    expect(splitSuffix(`shop.sql${suffix}`)).toEqual({ stem: 'shop.sql', encoded: { compression } })
  })
})
