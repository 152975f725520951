import { createHash } from 'node:crypto'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CheckError } from '../../../../../src/pipeline/check-error'
import { checkArchive, type ExpectedArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent, RiskyKind } from '../../../../../src/sources/files/check/archive-content'
import { leaveOut, type Passed } from '../../../../../src/sources/files/check/leave-out'
import { archive, entry, folder, pax } from '../tars'

const site = folder('site/')
const device = (name: string) =>
  entry({ name, type: '3', patch: block => void block.write('0000001\x000000003\0', 329, 'latin1') })
const program = (name: string, mode: string, data = Buffer.alloc(700, 'p')) =>
  entry({ name, data, patch: block => void block.write(`${mode}\0`, 100, 'latin1') })
const long = (name: string) => entry({ name: '././@LongLink', type: 'L', data: Buffer.from(`${name}\0`) })

interface PassedOptions {
  expected?: ExpectedArchive
  trees?: Passed['trees']
}

async function passed(
  bytes: Buffer,
  given: RiskyKind[] = [],
  chunkBytes = 1000,
  { expected = { paths: ['site'] }, trees = [{ path: 'site' }] }: PassedOptions = {},
): Promise<{ passed: Buffer; content: ArchiveContent }> {
  const filter = leaveOut(expected, { given: new Set(given), trees })
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
  return { passed: Buffer.concat(chunks), content: filter.result().content }
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
      expect(found.content).toMatchObject({
        files: 3,
        specials: 2,
        risky: [{ count: 1 }, { count: 1 }, { count: 0 }, {}],
      })
      expect(found.passed).toEqual(
        archive(
          site,
          program('site/su', '0000755'),
          entry({ name: 'site/again', type: '1', link: 'site/su' }),
          Buffer.concat([pax('x', { comment: 'x' }), program('site/sticky', '0001644')]),
        ),
      )
      expect(contentOf(found.passed)).toMatchObject({
        files: 3,
        specials: 0,
        risky: [{ count: 0 }, { count: 0 }, {}, {}],
      })
    },
  )

  it('passes on what is given, byte by byte', async () => {
    expect((await passed(risky, ['set-uid', 'devices'])).passed).toEqual(risky)
    expect(contentOf((await passed(risky, ['devices'])).passed).risky).toMatchObject([
      { count: 0 },
      { count: 1 },
      {},
      {},
    ])
  })

  it('passes on a part, and the file outside of it that a hard link leads to', async () => {
    const file = (name: string, bytes: number) => entry({ name, data: Buffer.alloc(bytes, name.slice(-1)) })
    const link = (name: string, to: string) => entry({ name, type: '1', link: to })
    const before = [site, file('site/a', 600), file('site/b', 5), folder('site/part'), file('site/part/c', 700)]
    const linked = [link('site/part/d', 'site/a'), link('site/part/e', 'site/a'), link('site/part/f', 'site/part/c')]
    const after = [file('site/partner', 9), link('site/z', 'site/part/c')]
    const bytes = archive(...before, ...linked, ...after)
    const first = checkArchive({ paths: ['site'], parts: ['site/part', 'site/part/e', 'site/part/x'] })
    first.write(bytes)
    const { perPath, parts } = first.finish()
    expect(perPath[1]).toMatchObject({ path: 'site/part', files: 4, fileBytes: 700, outside: { links: { count: 2 } } })
    expect(parts.map(({ kind }) => kind)).toEqual(['d', 'f', undefined])
    const pass = async (path: string) => {
      const trees = [{ path, linked: perPath.find(each => each.path === path)?.outside?.targets }]
      const expected = { paths: ['site'], parts: [path], seen: perPath }
      return passed(bytes, [], 1000, { expected, trees })
    }
    const part = await pass('site/part')
    expect(part.passed).toEqual(archive(file('site/a', 600), folder('site/part'), file('site/part/c', 700), ...linked))
    expect(part.content.perPath[1]?.kinds.f).toMatchObject({ names: 4, count: 2, bytes: 1300 })
    expect(part.content.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const one = await pass('site/part/e')
    expect(one.passed).toEqual(archive(file('site/a', 600), link('site/part/e', 'site/a')))
    expect(one.content.perPath[1]?.kinds.f).toMatchObject({ names: 1, count: 1, bytes: 600 })
  })

  it('does not follow a hard link to a hard link out of a part', async () => {
    const link = (name: string, to: string) => entry({ name, type: '1', link: to })
    const bytes = archive(
      ...[site, entry({ name: 'site/a' }), link('site/b', 'site/a'), folder('site/part')],
      link('site/part/c', 'site/b'),
    )
    const first = checkArchive({ paths: ['site'], parts: ['site/part'] })
    first.write(bytes)
    const { perPath } = first.finish()
    const expected = { paths: ['site'], parts: ['site/part'], seen: perPath }
    const trees = [{ path: 'site/part', linked: perPath[1]?.outside?.targets }]
    await expect(passed(bytes, [], 1000, { expected, trees })).rejects.toThrow('which is a hard link itself')
  })

  it('fails like the check', async () => {
    await expect(passed(archive(site, entry({ name: 'etc/x' })))).rejects.toThrow(CheckError)
    await expect(passed(risky.subarray(0, 2000))).rejects.toThrow('cut off')
  })
})
