import { createHash } from 'node:crypto'
import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CheckError } from '../../../src/pipeline/check-error'
import { checkContent } from '../../../src/pipeline/content-check'
import { type Digest, digest } from '../../../src/pipeline/digest'
import { aside, compose, type Filter } from '../../../src/pipeline/filter'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const abc = { bytes: 3, sha256: sha256('abc') }

/** What came through, in letters. */
async function run(filter: Filter<unknown>, text = 'abc'): Promise<string> {
  let through = ''
  const sink = new Writable({
    write: (chunk, _encoding, done) => {
      through += chunk
      done()
    },
  })
  await pipeline([Readable.from([...text].map(letter => Buffer.from(letter))), ...filter.stages, sink])
  return through
}

/** Makes other bytes of what passes. */
function doubled(): Filter<string> {
  const stage = new PassThrough({
    transform: (chunk, _encoding, done) => done(null, Buffer.concat([chunk, chunk])),
  })
  return { stages: [stage], result: () => 'doubled' }
}

const failing = () =>
  checkContent({
    write: () => {},
    finish: () => {
      throw new CheckError('bad')
    },
    progress: () => ({ bytes: 0 }),
  })

describe('compose', () => {
  it('puts one filter behind the other, and each result in its place', async () => {
    const filter = compose(digest(), compose(doubled(), digest()))
    expect(await run(filter)).toBe('aabbcc')
    expect(filter.result()).toEqual([abc, ['doubled', { bytes: 6, sha256: sha256('aabbcc') }]])
  })
})

describe('aside', () => {
  it('passes on what came, whatever the filter makes of it', async () => {
    const filter = aside(compose(doubled(), digest()))
    expect(await run(filter)).toBe('abc')
    expect(filter.result()).toEqual(['doubled', { bytes: 6, sha256: sha256('aabbcc') }])
  })

  it('does not end before the filter has', async () => {
    await expect(run(aside(compose(doubled(), failing())))).rejects.toThrow('bad')
    await expect(run(compose(aside(failing()), digest()))).rejects.toThrow('bad')
  })

  it('takes no more than the filter takes', async () => {
    const letGo: (() => void)[] = []
    const slow = new PassThrough({
      highWaterMark: 1,
      transform: (chunk, _encoding, done) => {
        letGo.push(() => done(null, chunk))
      },
    })
    const [stage] = aside({ stages: [slow], result: () => undefined }).stages
    const seen: string[] = []
    stage?.on('data', chunk => seen.push(String(chunk)))
    for (const letter of 'abc') stage?.write(letter)
    for (const expected of ['', 'a', 'ab']) {
      await new Promise(setImmediate)
      expect(seen.join('')).toBe(expected)
      letGo.shift()?.()
    }
    stage?.destroy()
  })

  it('is nothing beside a filter that does nothing', () => {
    expect(aside({ stages: [], result: () => 1 })).toMatchObject({ stages: [] })
  })
})

describe('digest', () => {
  it('measures what passes, and says nothing before its end', async () => {
    const measuring = digest()
    expect(() => measuring.result()).toThrow('has no result')
    expect(await run(measuring)).toBe('abc')
    expect(measuring.result()).toEqual(abc)
    expect(measuring.bytes).toBe(3)
  })

  it.each<[string, Digest]>([
    ['another length', { ...abc, bytes: 4 }],
    ['another sha256', { ...abc, sha256: sha256('abd') }],
  ])('fails at the end of what should have %s, and has no result', async (_, expected) => {
    const stage = digest({ key: 'web1/Monday.tar', ...expected })
    await expect(run(stage)).rejects.toThrow(
      new CheckError('"web1/Monday.tar" changed between its check and its use: its digest is different now.'),
    )
    expect(() => stage.result()).toThrow('has no result')
  })

  it('passes everything on before it knows', async () => {
    const [stage] = digest({ key: 'key', bytes: 3, sha256: 'wrong' }).stages
    const failed = new Promise(resolve => stage?.once('error', resolve))
    const passed: Buffer[] = []
    stage?.on('data', piece => passed.push(piece))
    stage?.end(Buffer.from('abc'))
    expect(await failed).toBeInstanceOf(CheckError)
    expect(Buffer.concat(passed).toString()).toBe('abc')
  })
})
