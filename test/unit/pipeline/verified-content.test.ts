import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { CheckError } from '../../../src/pipeline/check-error'
import type { Compression } from '../../../src/pipeline/compression'
import { verifiedContent, verifyDigest } from '../../../src/pipeline/verified-content'

const content = Buffer.from('INSERT INTO orders VALUES (1);\n'.repeat(20_000))
const compressors: Record<Compression, (bytes: Buffer) => Buffer> = {
  gzip: gzipSync,
  zstd: zstdCompressSync,
  none: bytes => bytes,
}

const digestOf = (bytes: Buffer) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
})

/** What comes out of the stages when these bytes go in, in small pieces. */
async function read(
  bytes: Buffer,
  digest = digestOf(bytes),
  compression: Compression = 'gzip',
): Promise<Buffer> {
  const pieces: Buffer[] = []
  const source = Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
    })(),
  )
  const sink = new Writable({
    write: (piece, _encoding, done) => {
      pieces.push(piece)
      done()
    },
  })
  await pipeline([source, ...verifiedContent(compression, digest), sink])
  return Buffer.concat(pieces)
}

describe('verifiedContent', () => {
  it.each(['gzip', 'zstd', 'none'] as const)(
    'gives back the content of a stored stream: %s',
    async compression => {
      const stored = compressors[compression](content)
      expect((await read(stored, digestOf(stored), compression)).equals(content)).toBe(true)
    },
  )

  const stored = gzipSync(content)

  it.each([
    ['is shorter', stored.subarray(0, -1)],
    ['is longer', Buffer.concat([stored, Buffer.from([0])])],
    ['is another one', gzipSync(Buffer.from('DROP TABLE orders;\n'))],
    ['is empty', Buffer.alloc(0)],
  ])('fails at the end of a stream that %s', async (_, bytes) => {
    await expect(read(bytes, digestOf(stored))).rejects.toThrow()
  })

  it('fails by the digest where the content itself is sound', async () => {
    const other = gzipSync(content, { level: 1 })
    await expect(read(other, digestOf(stored))).rejects.toThrow(CheckError)
    await expect(read(other, { ...digestOf(other), bytes: 1 })).rejects.toThrow(
      'The object changed between its check and its use: its digest is another now.',
    )
  })

  it('fails for a flipped bit that no decompressor sees', async () => {
    const flipped = Buffer.from(content)
    flipped[777] = (flipped[777] ?? 0) ^ 1
    await expect(read(flipped, digestOf(content), 'none')).rejects.toThrow(CheckError)
  })
})

describe('verifyDigest', () => {
  it('passes everything on before it knows', async () => {
    const stage = verifyDigest({ bytes: 3, sha256: 'wrong' })
    const failed = new Promise(resolve => stage.once('error', resolve))
    const passed: Buffer[] = []
    stage.on('data', piece => passed.push(piece))
    stage.end(Buffer.from('abc'))
    expect(await failed).toBeInstanceOf(CheckError)
    expect(Buffer.concat(passed).toString()).toBe('abc')
  })
})
