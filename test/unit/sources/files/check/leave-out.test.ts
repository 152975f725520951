import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CheckError } from '../../../../../src/pipeline/check-error'
import { checkArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent, RiskyKind } from '../../../../../src/sources/files/check/archive-content'
import { leaveOut } from '../../../../../src/sources/files/check/leave-out'
import { archive, entry, folder, pax } from '../tars'

const site = folder('site/')
const device = (name: string) =>
  entry({ name, type: '3', patch: block => void block.write('0000001\x000000003\0', 329, 'latin1') })
const program = (name: string, mode: string, data = Buffer.alloc(700, 'p')) =>
  entry({ name, data, patch: block => void block.write(`${mode}\0`, 100, 'latin1') })
const long = (name: string) => entry({ name: '././@LongLink', type: 'L', data: Buffer.from(`${name}\0`) })

async function passed(
  bytes: Buffer,
  given: RiskyKind[] = [],
  chunkBytes = 1000,
): Promise<{ passed: Buffer; content: ArchiveContent }> {
  const filter = leaveOut({ paths: ['site'] }, new Set(given))
  const chunks: Buffer[] = []
  const pieces = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  )
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk))
      done()
    },
  })
  await pipeline([Readable.from(pieces), ...filter.stages, sink])
  return { passed: Buffer.concat(chunks), content: filter.result() }
}

function contentOf(bytes: Buffer): ArchiveContent {
  const check = checkArchive({ paths: ['site'] })
  check.write(bytes)
  return check.finish()
}

const name = `site/${'n'.repeat(120)}`
const risky = archive(
  site,
  program('site/su', '0006755'),
  entry({ name: 'site/again', type: '1', link: 'site/su' }),
  Buffer.concat([long(name), device(name.slice(0, 100))]),
  Buffer.concat([
    entry({ name: 'L', type: 'K', data: Buffer.from(`${name}\0`) }),
    entry({ name: 'site/hard', type: '1', link: 'x' }),
  ]),
  Buffer.concat([pax('x', { comment: 'x' }), program('site/sticky', '0001644')]),
)

describe('leaveOut', () => {
  it.each([1, 512, 700, 100_000])(
    'passes on an archive without what is not given, in chunks of %d',
    async chunkBytes => {
      const found = await passed(risky, [], chunkBytes)
      expect(found.content.sha256).toBe(createHash('sha256').update(risky).digest('hex'))
      expect(found.content).toMatchObject({ files: 3, specials: 2, risky: [{ count: 1 }, { count: 1 }, { count: 0 }] })
      expect(found.passed).toEqual(
        archive(
          site,
          program('site/su', '0000755'),
          entry({ name: 'site/again', type: '1', link: 'site/su' }),
          Buffer.concat([pax('x', { comment: 'x' }), program('site/sticky', '0001644')]),
        ),
      )
      expect(contentOf(found.passed)).toMatchObject({ files: 3, specials: 0, risky: [{ count: 0 }, { count: 0 }, {}] })
    },
  )

  it('passes on what is given, byte by byte', async () => {
    expect((await passed(risky, ['set-uid', 'devices'])).passed).toEqual(risky)
    expect(contentOf((await passed(risky, ['devices'])).passed).risky).toMatchObject([{ count: 0 }, { count: 1 }, {}])
  })

  it('fails like the check', async () => {
    await expect(passed(archive(site, entry({ name: 'etc/x' })))).rejects.toThrow(CheckError)
    await expect(passed(risky.subarray(0, 2000))).rejects.toThrow('cut off')
  })
})
