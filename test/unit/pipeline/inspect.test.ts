import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { CheckError } from '../../../src/pipeline/check-error'
import { codecsOf } from '../../../src/pipeline/codec'
import type { Compression } from '../../../src/pipeline/compression'
import type { ContentCheck } from '../../../src/pipeline/content-check'
import { type Inspection, inspect } from '../../../src/pipeline/inspect'
import { checkDump } from '../../../src/sources/mysql/check/dump-check'
import { mysqlDump } from '../sources/mysql/dumps'

interface Seen {
  bytes: number
  sha256: string
}

/** A check that digests, so that a test sees what came out of the decompressor. */
function digesting(): ContentCheck<Seen> {
  const hash = createHash('sha256')
  let bytes = 0
  return {
    write(chunk) {
      bytes += chunk.length
      hash.update(chunk)
    },
    finish: () => ({ bytes, sha256: hash.digest('hex') }),
    progress: () => ({ bytes }),
  }
}

function digestOf(bytes: Buffer): Seen {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** What came through, and what was found. */
async function run<R>(inspection: Inspection<R>, chunks: Iterable<Buffer>) {
  const through: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      through.push(chunk)
      callback()
    },
  })
  await pipeline([Readable.from(chunks, { objectMode: false }), ...inspection.stages, sink])
  return { stored: Buffer.concat(through), ...inspection.result() }
}

function* cut(bytes: Buffer, ...sizes: number[]): Generator<Buffer> {
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length
    yield bytes.subarray(at, at + size)
    at += size
  }
}

function inspectBytes(compression: Compression, bytes: Buffer, ...sizes: number[]) {
  return run(inspect(codecsOf({ compression }), digesting()), cut(bytes, ...sizes, bytes.length))
}

/** A stream of skippable and empty frames, as parallel compressors write them. */
const skippable = Buffer.concat([Buffer.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from('hello')])

const compress = {
  gzip: (content: Buffer) => gzipSync(content),
  zstd: (content: Buffer) => zstdCompressSync(content, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
}
const compressed = ['gzip', 'zstd'] as const

const content = Buffer.concat([Buffer.alloc(1_500_000, 'some text; '), randomBytes(700_000)])

describe('inspect', () => {
  it.each(['gzip', 'zstd', 'none'] as const)(
    'passes a %s stream on unchanged and sees its content',
    async compression => {
      const stored = compression === 'none' ? content : compress[compression](content)
      const found = await inspectBytes(compression, stored, 65_536)
      expect(found.stored.equals(stored)).toBe(true)
      expect(found).toMatchObject({ ...digestOf(stored), content: digestOf(content) })
    },
  )

  it.each(compressed)('does so for %s whatever the chunks and the number of parts', async compression => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 5 }),
        async (parts, sizes) => {
          const stored = Buffer.concat(parts.map(part => compress[compression](Buffer.from(part))))
          const found = await inspectBytes(compression, stored, ...sizes)
          expect(found.content).toEqual(digestOf(Buffer.concat(parts)))
        },
      ),
      { numRuns: 150 },
    )
  })

  it.each(compressed)('sees %s content that fills the decompressor exactly', async compression => {
    for (const bytes of [0, 1, 512 * 1024, 1024 * 1024, 1024 * 1024 + 1]) {
      const zeros = Buffer.alloc(bytes)
      const found = await inspectBytes(
        compression,
        Buffer.concat([compress[compression](zeros), compress[compression](zeros)]),
      )
      expect(found.content.bytes).toBe(2 * bytes)
    }
  })

  it.each([
    ['gzip', 'gzip', ['-1']],
    ['gzip', 'pigz', ['-p', '3']],
    ['gzip', 'pigz', ['-i', '-b', '128']],
    ['zstd', 'zstd', ['-q', '-T2']],
    // The highest level of the input; what is above it needs windows that no backup has.
    ['zstd', 'zstd', ['-q', '-19']],
    ['zstd', 'zstd', ['-q', '--no-check', '--long=24']],
    ['zstd', 'pzstd', ['-q', '-p', '2']],
  ] as const)('reads what %s programs write: %s %j', async (compression, program, options) => {
    const stored = execFileSync(program, [...options, '-c'], { input: content, maxBuffer: 64 * 1024 * 1024 })
    expect((await inspectBytes(compression, stored, 100_003)).content).toEqual(digestOf(content))
  })

  describe('fails the pipeline', () => {
    it.each(compressed)('for a %s stream that was cut anywhere', async compression => {
      const part = compress[compression](Buffer.from(mysqlDump()))
      for (const stored of [part, ...(compression === 'zstd' ? [Buffer.concat([skippable, part])] : [])]) {
        for (let end = 0; end < stored.length; end++) {
          const inspection = inspect(codecsOf({ compression }), checkDump())
          await expect(run(inspection, [stored.subarray(0, end)])).rejects.toBeInstanceOf(CheckError)
          expect(() => inspection.result()).toThrow('has no result')
        }
      }
    })

    it.each(compressed)('for a %s stream with more data after its end', async compression => {
      const part = compress[compression](content)
      const behind = [
        Buffer.alloc(1),
        Buffer.alloc(600),
        Buffer.from('x'),
        Buffer.from('garbage'),
        part.subarray(0, 2),
        part.subarray(0, -1),
      ]
      for (const more of behind) {
        const stored = Buffer.concat([part, more])
        await expect(inspectBytes(compression, stored)).rejects.toBeInstanceOf(CheckError)
        await expect(inspectBytes(compression, stored, part.length)).rejects.toBeInstanceOf(CheckError)
        await expect(inspectBytes(compression, stored, 10_007)).rejects.toBeInstanceOf(CheckError)
      }
    })

    it.each(compressed)('for a %s stream with a damaged byte', async compression => {
      const stored = compress[compression](content)
      for (const at of [0, 1, 2, stored.length >> 1, stored.length - 5, stored.length - 1]) {
        const damaged = Buffer.from(stored)
        damaged[at] = (damaged[at] ?? 0) ^ 0x55
        await expect(inspectBytes(compression, damaged, 65_536)).rejects.toThrow(
          new RegExp(`The ${compression} stream`),
        )
      }
    })

    it.each([
      ['gzip', 'The gzip stream is cut off after 7 bytes.'],
      ['zstd', 'The zstd stream is cut off after 7 bytes.'],
    ] as const)('in plain words: %s', async (compression, message) => {
      await expect(inspectBytes(compression, compress[compression](content).subarray(0, 7))).rejects.toThrow(message)
      await expect(run(inspect(codecsOf({ compression }), digesting()), [])).rejects.toThrow(
        `The ${compression} stream is empty: not one byte arrived.`,
      )
      await expect(inspectBytes(compression, Buffer.from('mysqldump: not found'))).rejects.toThrow(
        `The ${compression} stream is damaged`,
      )
    })

    it.each(['gzip', 'zstd', 'none'] as const)('with the error of the check, %s', async compression => {
      const text = Buffer.from('mysqldump: not found\n')
      const stored = compression === 'none' ? text : compress[compression](text)
      await expect(run(inspect(codecsOf({ compression }), checkDump()), [stored])).rejects.toThrow('not SQL')
      const early: ContentCheck<never> = {
        write() {
          throw new CheckError('bad content')
        },
        finish: () => {
          throw new CheckError('never asked')
        },
        progress: () => ({ bytes: 0 }),
      }
      await expect(run(inspect(codecsOf({ compression }), early), [stored])).rejects.toThrow('bad content')
    })

    it('at once when the check knows, though nothing more arrives', async () => {
      const source = new PassThrough()
      const inspection = inspect(['gzip'], checkDump())
      const ended = pipeline([source, ...inspection.stages, new PassThrough()])
      source.write(gzipSync(Buffer.from('mysqldump: not found\n')))
      await expect(ended).rejects.toThrow('not SQL')
    })
  })

  it('holds its end back until the check has finished', async () => {
    const order: string[] = []
    const { finish, ...rest } = digesting()
    const check = {
      ...rest,
      finish() {
        order.push('finish')
        return finish()
      },
    }
    const inspection = inspect(['zstd'], check)
    inspection.stages.at(-1)?.on('end', () => order.push('end'))
    await run(inspection, [zstdCompressSync(content)])
    expect(order).toEqual(['finish', 'end'])
  })

  it('takes no more than a reader takes', async () => {
    const inspection = inspect(['gzip'], digesting())
    let taken = 0
    async function* endless() {
      const part = gzipSync(randomBytes(200_000))
      for (;;) {
        taken += part.length
        yield part
      }
    }
    const source = Readable.from(endless(), { objectMode: false, highWaterMark: 65_536 })
    let took = () => {}
    const first = new Promise<void>(resolve => {
      took = resolve
    })
    const stalled = new Writable({ write: () => took() })
    const ended = pipeline([source, ...inspection.stages, stalled])
    await first
    for (let before = -1; before !== taken; ) {
      before = taken
      for (let turn = 0; turn < 1000; turn++) await new Promise(setImmediate)
    }
    expect(taken).toBeLessThan(4_000_000)
    source.destroy()
    await expect(ended).rejects.toThrow('Premature close')
  })

  it('keeps memory flat when content explodes', async () => {
    const zeros = Buffer.alloc(4 * 1024 * 1024)
    const member = gzipSync(zeros)
    const stored = Buffer.concat(Array.from({ length: 100 }, () => member))
    const before = process.memoryUsage().rss
    let most = 0
    const check = digesting()
    const watching: ContentCheck<Seen> = {
      ...check,
      write(chunk) {
        most = Math.max(most, process.memoryUsage().rss)
        check.write(chunk)
      },
    }
    const found = await run(inspect(['gzip'], watching), [stored])
    expect(found.content.bytes).toBe(100 * zeros.length)
    expect(most - before).toBeLessThan(150 * 1024 * 1024)
  })

  it('reports how far both sides are', async () => {
    const stored = gzipSync(content)
    const inspection = inspect(['gzip'], digesting())
    await run(inspection, [stored])
    expect(inspection.progress()).toEqual({ storedBytes: stored.length, content: { bytes: content.length } })
  })
})
