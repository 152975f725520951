import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { CheckError } from '../../../../../src/pipeline/check-error'
import { checkArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent } from '../../../../../src/sources/files/check/archive-content'
import { archive, entry, folder, pax } from '../tars'

function check(bytes: Buffer, options: { paths?: string[]; chunkBytes?: number } = {}): ArchiveContent {
  const { paths = ['site'], chunkBytes = bytes.length } = options
  const checking = checkArchive({ paths })
  for (let at = 0; at < bytes.length; at += chunkBytes) checking.write(bytes.subarray(at, at + chunkBytes))
  return checking.finish()
}

const site = folder('site/')
const deep = Array.from({ length: 30 }, (_, index) => `site/${'long-name/'.repeat(index + 1)}`)
const long = `${deep.at(-1)}file`
const varied = archive(
  site,
  ...deep.map(longFolder),
  entry({ data: Buffer.alloc(1300, 'x') }),
  entry({ name: 'site/link', type: '2', link: '/etc/passwd' }),
  entry({ name: 'site/hard', type: '1', link: 'site/file' }),
  entry({ name: 'site/pipe', type: '6' }),
  entry({ name: '././@LongLink', type: 'L', data: Buffer.from(`${long}\0`), magic: 'ustar  \0' }),
  entry({ name: long.slice(0, 100), data: Buffer.alloc(3, 'y'), magic: 'ustar  \0' }),
  pax('g', { comment: 'made by hand' }),
  pax('x', { path: `${long}-2`, 'SCHILY.xattr.user.x': 'a=b\n12 c\n' }),
  entry({ name: 'site/short' }),
)

function longFolder(name: string): Buffer {
  return Buffer.concat([
    entry({ name: '././@LongLink', type: 'L', data: Buffer.from(`${name}\0`), magic: 'ustar  \0' }),
    entry({ name: name.slice(0, 100), type: '5', magic: 'ustar  \0' }),
  ])
}

describe('checkArchive', () => {
  it('counts entries by kind and digests every byte', () => {
    expect(check(varied)).toMatchObject({
      bytes: varied.length,
      sha256: createHash('sha256').update(varied).digest('hex'),
      files: 4,
      directories: 31,
      links: 1,
      specials: 1,
    })
  })

  it('gives the same result whatever the chunks', () => {
    const whole = check(varied)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), chunkBytes => {
        expect(check(varied, { chunkBytes })).toEqual(whole)
      }),
    )
  })

  it('rejects an archive that was cut anywhere', () => {
    // Around each border of a block, and in its middle: the places where the reader changes what it expects.
    for (let block = 0; block < varied.length; block += 512) {
      for (const end of [block, block + 1, block + 256, block + 511]) {
        expect(() => check(varied.subarray(0, end))).toThrow(CheckError)
      }
    }
  })

  it('names how much of a cut archive came', () => {
    const cut = archive(site, entry({ data: Buffer.alloc(1300, 'x') })).subarray(0, 512 + 512 + 700)
    expect(() => check(cut)).toThrow(
      'The archive is cut off: its end did not come. It has 1724 bytes and 2 entries, the last is "site/file".',
    )
    expect(() => check(Buffer.alloc(0))).toThrow('The archive is empty: not one byte arrived.')
  })

  it('accepts zero blocks behind the end and nothing else', () => {
    expect(check(Buffer.concat([varied, Buffer.alloc(8192)])).files).toBe(4)
    expect(() => check(Buffer.concat([varied, Buffer.alloc(100)]))).toThrow('cut off')
    expect(() => check(Buffer.concat([varied, site]))).toThrow('The archive continues after its end.')
    expect(() => check(archive(site, Buffer.alloc(512), entry()))).toThrow('a single zero block')
  })

  describe('sizes', () => {
    const huge = 9_000_000_000

    function skips(...headers: Buffer[]): void {
      const checking = checkArchive({ paths: ['site'] })
      const zeros = Buffer.alloc(8 * 1024 * 1024)
      for (const header of [site, ...headers]) checking.write(header)
      for (let left = Math.ceil(huge / 512) * 512; left > 0; left -= zeros.length) {
        // Shaped like data, so that reading it as headers would fail.
        checking.write(left > zeros.length ? oneByte : oneByte.subarray(0, left))
      }
      checking.write(Buffer.alloc(1024))
      expect(checking.finish().files).toBe(1)
    }
    const oneByte = Buffer.alloc(8 * 1024 * 1024, 1)

    it('may be base-256', () => {
      const sizeField = Buffer.alloc(12)
      sizeField[0] = 0x80
      sizeField.writeBigUInt64BE(BigInt(600), 4)
      const bytes = archive(site, entry({ sizeField, magic: 'ustar  \0' }), Buffer.alloc(1024, 1))
      expect(check(bytes).files).toBe(1)
      sizeField.fill(0xff)
      expect(() => check(archive(site, entry({ sizeField })))).toThrow('The archive is damaged')
      sizeField[0] = 0x80
      expect(() => check(archive(site, entry({ sizeField })))).toThrow('a number that is too large')
    })

    it('of more than 8 GiB are skipped without a copy', () => {
      const sizeField = Buffer.alloc(12)
      sizeField[0] = 0x80
      sizeField.writeBigUInt64BE(BigInt(huge), 4)
      skips(pax('x', { size: String(huge) }), entry({ sizeField, magic: 'ustar  \0' }))
    })

    it('in a pax record are those of the header', () => {
      const data = Buffer.alloc(600)
      expect(check(archive(site, pax('x', { size: '600' }), entry({ data }))).files).toBe(1)
      expect(() => check(archive(site, pax('x', { size: '601' }), entry({ data })))).toThrow('two values of size')
    })
  })

  describe('names', () => {
    it.each([
      ['absolute', '/etc/passwd', 'an absolute name: "/etc/passwd"'],
      ['climbing', 'site/../../etc/passwd', '".." in its name: "site/../../etc/passwd"'],
      ['elsewhere', 'sites/file', 'in none of its folders: "sites/file"'],
      ['not printable', Buffer.from('x/\x1b[2J\xff', 'latin1'), 'in none of its folders: "x/\\x1b[2J\\xff"'],
    ])('that are %s are refused', (_, name, message) => {
      expect(() => check(archive(site, entry({ name })))).toThrow(message)
    })

    it('are held against the folders that were asked for', () => {
      const bytes = archive(folder('var/'), folder('var/www/'), folder('var/www/a/'), entry({ name: 'var/www/a/f' }))
      expect(check(bytes, { paths: ['var/www/a'] }).directories).toBe(3)
      expect(check(bytes, { paths: ['var/www/a', 'var/www'] }).files).toBe(1)
      expect(() => check(bytes, { paths: ['var/www/b'] })).toThrow('in none of its folders: "var/www/a/"')
      expect(() => check(bytes, { paths: ['var/www/a', 'srv/b'] })).toThrow('The archive does not hold "/srv/b".')
      expect(() => check(archive(entry({ name: 'var' })), { paths: ['var/www'] })).toThrow('in none of its folders')
    })

    it('may hold bytes of any kind', () => {
      const name = Buffer.concat([Buffer.from('site/'), Buffer.from([0xff, 0x0a, 0xe4])])
      expect(check(archive(site, entry({ name }))).files).toBe(1)
      expect(check(archive(folder('sïte/'), entry({ name: 'sïte/x' })), { paths: ['sïte'] }).files).toBe(1)
    })

    it('may be split by the prefix of ustar', () => {
      expect(check(archive(site, folder('site/deep'), entry({ prefix: 'site/deep', name: 'file' }))).files).toBe(1)
    })

    it('of targets of hard links stay in the folders too', () => {
      const link = entry({ name: 'site/hard', type: '1', link: 'etc/shadow' })
      expect(() => check(archive(site, link))).toThrow(
        'a hard link that leaves its folders: "site/hard" to "etc/shadow"',
      )
    })
  })

  describe('damage', () => {
    it.each([
      ['a checksum', entry({ checksum: 1 }), 'a header has a wrong checksum'],
      ['a size', entry({ sizeField: 'abc' }), 'a header has a field that is not a number'],
      ['a type', entry({ type: 'q' }), 'an entry is of the unknown type "q"'],
      ['a sparse file', entry({ type: 'S' }), 'an entry is of the unknown type "S"'],
      ['a record', entry({ type: 'x', data: Buffer.from('99 path=a\n') }), 'an extended header is damaged'],
    ])('of %s is named', (_, bytes, message) => {
      expect(() => check(archive(site, bytes))).toThrow(message)
    })

    it('of any header byte is found', () => {
      const bytes = archive(site, entry())
      for (let at = 512; at < 1024; at++) {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ 0x04
        expect(() => check(flipped)).toThrow(CheckError)
      }
    })
  })

  describe('archives of real programs', () => {
    let dir: string
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'archive-check-'))
      const deep = join(dir, 'site', 'd'.repeat(90), 'e'.repeat(120))
      mkdirSync(deep, { recursive: true })
      mkdirSync(join(dir, 'site/empty'))
      writeFileSync(join(deep, 'f'.repeat(200)), 'deep')
      writeFileSync(join(dir, 'site', ' odd\n"näme"'), Buffer.alloc(100_000, 'x'))
      writeFileSync(join(dir, 'site/-dash'), '')
      linkSync(join(dir, 'site/-dash'), join(dir, 'site/hard'))
      symlinkSync('t'.repeat(150), join(dir, 'site/link'))
      execFileSync('mkfifo', [join(dir, 'site/pipe')])
      const sparse = join(dir, 'site/sparse')
      writeFileSync(sparse, 'x')
      for (let at = 1; at <= 60; at++) {
        writeFileSync(sparse, 'x', { flag: 'a' })
        truncateSync(sparse, at * 100_000)
      }
    })
    afterAll(() => rmSync(dir, { recursive: true }))

    it.each([
      ['GNU tar, format gnu', 'tar', ['--format=gnu']],
      ['GNU tar, format ustar', 'tar', ['--format=pax', '--pax-option=delete=?time']],
      ['GNU tar, format pax', 'tar', ['--format=pax']],
      ['busybox tar', 'busybox', ['tar']],
    ])('are read: %s', (_, program, options) => {
      const bytes = execFileSync(program, [...options, '-C', dir, '-cf', '-', 'site'], {
        maxBuffer: 64 * 1024 * 1024,
      })
      const found = check(bytes, { chunkBytes: 10_007 })
      expect(found).toMatchObject({ bytes: bytes.length, files: 5, directories: 4, links: 1, specials: 1 })
      for (const share of [0.1, 0.5, 0.9]) {
        expect(() => check(bytes.subarray(0, Math.floor(bytes.length * share)))).toThrow('The archive is cut off')
      }
    })
  })

  it('reports how far it is', () => {
    const checking = checkArchive({ paths: ['site'] })
    checking.write(varied)
    expect(checking.progress()).toEqual({ bytes: varied.length, files: 4 })
  })
})
