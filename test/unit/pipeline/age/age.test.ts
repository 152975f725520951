import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import * as vectors from 'cctv-age'
import {
  findHeaderEnd,
  headerBytesMax,
  LockedError,
  openBytes,
  recipientsMax,
  sealBytes,
} from '../../../../src/pipeline/age/header'
import { identityOf } from '../../../../src/pipeline/age/identity'
import { open } from '../../../../src/pipeline/age/open'
import { chunkBytes, nonceBytes, tagBytes } from '../../../../src/pipeline/age/payload'
import { seal } from '../../../../src/pipeline/age/seal'
import { CheckError } from '../../../../src/pipeline/check-error'
import { type AgeKey, anAgeKey, opened, sealed, through } from './age-files'

const blockBytes = chunkBytes + tagBytes
const sizes = [0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 2 * chunkBytes, 2 * chunkBytes + 1, 3 * chunkBytes - 1]

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'make-a-backup-age-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Debian's `age`, which is written in Go by the author of the format. */
function age(args: readonly string[], input: Buffer): Buffer {
  return execFileSync('age', args, { input, maxBuffer: 2 ** 26 })
}

function keyFile({ secret }: AgeKey): string {
  const file = join(folder, createHash('sha256').update(secret).digest('hex'))
  writeFileSync(file, secret, { mode: 0o600 })
  return file
}

describe.each(['x25519', 'ssh-ed25519'] as const)('a file for a key of the type %s', kind => {
  it('is opened by the program age, and what that encrypts is opened here, around each border of a chunk', async () => {
    const [one, other] = [await anAgeKey(kind), await anAgeKey('x25519')]
    const file = keyFile(one)
    for (const size of sizes) {
      const bytes = randomBytes(size)
      const own = await sealed(bytes, other, one)
      expect(age(['-d', '-i', file], own).equals(bytes)).toBe(true)
      expect((await opened(own, one)).equals(bytes)).toBe(true)
      expect((await opened(own, other)).equals(bytes)).toBe(true)
      const theirs = age(['-r', one.recipient.line, '-r', other.recipient.line], bytes)
      expect((await opened(theirs, one)).equals(bytes)).toBe(true)
    }
  })
})

it('opens what is encrypted to a post-quantum key', async () => {
  const key = await anAgeKey('post-quantum')
  expect(key.recipient).toMatchObject({ isPostQuantum: true, line: expect.stringMatching(/^age1pq1/) })
  const bytes = randomBytes(100_000)
  expect((await opened(await sealed(bytes, key), key)).equals(bytes)).toBe(true)
})

describe('seal', () => {
  it.each([1, 7, 1000, chunkBytes, 300_000])('makes the same content of pieces of %d bytes', async pieceBytes => {
    const key = await anAgeKey()
    const bytes = randomBytes(pieceBytes < 10 ? 2000 : 5 * chunkBytes + 3)
    const file = await through(await seal([key.recipient]), bytes, pieceBytes)
    expect((await through(open([key.identity]), file, pieceBytes)).equals(bytes)).toBe(true)
  })

  it('makes a header for as many keys of the largest kind as an input may name that can be opened', async () => {
    const key = await anAgeKey('post-quantum')
    const file = await sealed(Buffer.from('rows'), ...Array.from({ length: recipientsMax }, () => key))
    expect(findHeaderEnd(file)).toBeLessThan(headerBytesMax)
  })

  it('makes another file of the same bytes each time', async () => {
    const key = await anAgeKey()
    const [one, other] = [await sealed(Buffer.from('rows'), key), await sealed(Buffer.from('rows'), key)]
    expect(one.equals(other)).toBe(false)
  })
})

describe('open', () => {
  let key: AgeKey
  let content: Buffer
  let file: Buffer
  let start: number
  beforeAll(async () => {
    key = await anAgeKey()
    content = randomBytes(3 * chunkBytes)
    file = await sealed(content, key)
    start = (findHeaderEnd(file) ?? 0) + nonceBytes
  })

  /** What was passed on before it failed, and the error. */
  async function failing(bytes: Buffer, by = key): Promise<{ error: unknown; passed: Buffer }> {
    const passed: Buffer[] = []
    const { stages } = open([by.identity])
    stages[0]?.on('data', (piece: Buffer) => passed.push(piece))
    const error = await through({ stages }, bytes).catch((each: unknown) => each)
    return { error, passed: Buffer.concat(passed) }
  }

  it('refuses a file that is cut off, at each border of a chunk and beside it, with nothing after the damage', async () => {
    const ends = [0, 1, 2, 3].flatMap(block => [-1, 0, 1, 15, 16].map(beside => start + block * blockBytes + beside))
    for (const end of ends.filter(each => each < file.length)) {
      const { error, passed } = await failing(file.subarray(0, end))
      expect(error).toBeInstanceOf(CheckError)
      expect(String(error)).toMatch(/cut off/)
      expect(content.subarray(0, passed.length).equals(passed)).toBe(true)
    }
  })

  it('refuses chunks that were exchanged, left out, repeated, or taken from another file', async () => {
    const block = (of: Buffer, index: number) =>
      of.subarray(start + index * blockBytes, start + (index + 1) * blockBytes)
    const stranger = await sealed(content, key)
    const head = file.subarray(0, start)
    const orders = [
      [1, 0, 2],
      [0, 2],
      [0, 0, 1, 2],
      [0, 1, 1],
      [1, 2],
      [0, 2, 1],
    ]
    const files = [
      ...orders.map(order => Buffer.concat([head, ...order.map(index => block(file, index))])),
      Buffer.concat([head, block(file, 0), block(stranger, 1), block(file, 2)]),
    ]
    for (const each of files) expect((await failing(each)).error).toBeInstanceOf(CheckError)
  })

  it('refuses data after the end', async () => {
    for (const more of [Buffer.from('x'), file.subarray(start), file])
      expect(String((await failing(Buffer.concat([file, more]))).error)).toMatch(/more data after its end/)
    const short = await sealed(Buffer.from('short'), key)
    expect((await failing(Buffer.concat([short, short]))).error).toBeInstanceOf(CheckError)
  })

  it('refuses a changed bit, wherever it is, and passes on nothing of its chunk', async () => {
    for (const at of [
      0,
      30,
      start - nonceBytes - 3,
      start - 1,
      start,
      start + chunkBytes,
      start + blockBytes + 9,
      -1,
    ]) {
      const changed = Buffer.from(file)
      const index = at < 0 ? file.length + at : at
      changed[index] = (changed[index] ?? 0) ^ 1
      const { error, passed } = await failing(changed)
      expect(error).toBeInstanceOf(CheckError)
      expect(passed.length).toBeLessThanOrEqual(Math.max(0, Math.floor((index - start) / blockBytes)) * chunkBytes)
      expect(content.subarray(0, passed.length).equals(passed)).toBe(true)
    }
  })

  it('says when no key opens it', async () => {
    const { error, passed } = await failing(file, await anAgeKey())
    expect(error).toBeInstanceOf(LockedError)
    expect(passed.length).toBe(0)
    expect((await failing(file, await anAgeKey('ssh-ed25519'))).error).toBeInstanceOf(LockedError)
  })

  it('refuses what is no age file, and a header without an end', async () => {
    expect(String((await failing(Buffer.from('\x1f\x8b gzip'))).error)).toMatch(/not encrypted with age/)
    expect(String((await failing(Buffer.alloc(0))).error)).toMatch(/is empty/)
    const endless = Buffer.concat([
      Buffer.from('age-encryption.org/v1\n'),
      Buffer.alloc(2 ** 20, '-> X25519 a\nAAAA\n'),
    ])
    expect(String((await failing(endless)).error)).toMatch(/header of more than/)
  })
})

describe('openBytes', () => {
  it('gives back what sealBytes got, and refuses changes and other keys', async () => {
    const key = await anAgeKey('ssh-ed25519')
    const file = await sealBytes(Buffer.from('a key'), [key.recipient])
    expect((await openBytes(file, [key.identity])).toString()).toBe('a key')
    await expect(openBytes(file, [(await anAgeKey()).identity])).rejects.toBeInstanceOf(LockedError)
    await expect(openBytes(file.subarray(0, -1), [key.identity])).rejects.toBeInstanceOf(CheckError)
    await expect(openBytes(file.subarray(0, 60), [key.identity])).rejects.toBeInstanceOf(CheckError)
  })
})

/** https://c2sp.org/CCTV/age, 0BSD: what concerns X25519, post-quantum and payloads, not passphrases and armor. */
describe('the test vectors of the format', () => {
  const usable = Object.entries(vectors).flatMap(([name, bytes]) => {
    const file = Buffer.from(bytes)
    const split = file.indexOf('\n\n')
    const fields = file
      .toString('latin1', 0, split)
      .split('\n')
      .map(line => line.split(': '))
    const values = (field: string) => fields.flatMap(([key, value = '']) => (key === field ? [value] : []))
    if (values('passphrase').length > 0 || values('armored').length > 0) return []
    const body = file.subarray(split + 2)
    return [{ name, values, body: values('compressed').includes('zlib') ? inflateSync(body) : body }]
  })

  it('are there', () => expect(usable.length).toBeGreaterThan(50))

  it.each(usable)('$name', async ({ values, body }) => {
    const [expected = ''] = values('expect')
    const identities = values('identity').map(text => {
      const identity = identityOf(text)
      if (identity === undefined) throw new Error(`not an identity: ${text}`)
      return identity
    })
    const passed = createHash('sha256')
    const { stages } = open(identities)
    stages[0]?.on('data', (piece: Buffer) => passed.update(piece))
    const error = await through({ stages }, body).catch((each: unknown) => each)
    const [payload] = values('payload')
    if (expected === 'success') expect(error).toBeInstanceOf(Buffer)
    else if (expected === 'no match') expect(error).toBeInstanceOf(LockedError)
    else expect(error).toBeInstanceOf(CheckError)
    if (payload !== undefined && expected === 'success') expect(passed.digest('hex')).toBe(payload)
  })
})
