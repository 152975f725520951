import fc from 'fast-check'
import { checkArchive, type ExpectedArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent } from '../../../../../src/sources/files/check/archive-content'
import { archive, type Entry, entry, folder, pax } from '../tars'

function check(bytes: Buffer, options: Partial<ExpectedArchive> & { chunkBytes?: number } = {}): ArchiveContent {
  const { chunkBytes = bytes.length, ...rest } = options
  const checking = checkArchive({ paths: ['site'], isUntrusted: true, ...rest })
  for (let at = 0; at < bytes.length; at += chunkBytes) checking.write(bytes.subarray(at, at + chunkBytes))
  return checking.finish()
}

const site = folder('site/')
const file = entry({ name: 'site/file', data: Buffer.alloc(1300, 'x') })

/** Ways to say name and target; each gives the entry and what has to come before it. */
const forms: [string, (options: { name: string; type: string; link?: string }) => Buffer][] = [
  ['v7', options => entry({ ...options, magic: '' })],
  ['ustar', options => entry(options)],
  [
    'ustar with a prefix',
    ({ name, ...options }) => {
      const cut = name.lastIndexOf('/')
      return entry({ ...options, prefix: name.slice(0, cut), name: name.slice(cut + 1) })
    },
  ],
  ['gnu', options => entry({ ...options, magic: 'ustar  \0' })],
  [
    'gnu with long names',
    ({ name, link = '', type }) =>
      Buffer.concat([
        gnuLong('L', name),
        ...(link === '' ? [] : [gnuLong('K', link)]),
        entry({ name: 'site/x', link: 'site/x', type, magic: 'ustar  \0' }),
      ]),
  ],
  [
    'pax',
    ({ name, link, type }) =>
      Buffer.concat([
        pax('x', { path: name, ...(link === undefined ? {} : { linkpath: link }) }),
        entry({ name: 'site/x', link: 'site/x', type }),
      ]),
  ],
]

function gnuLong(type: 'L' | 'K', text: string): Buffer {
  return entry({ name: '././@LongLink', type, data: Buffer.from(`${text}\0`), magic: 'ustar  \0' })
}

const symlink = (name: string, link: string, more: Entry = {}) => entry({ name, type: '2', link, ...more })
const hardLink = (name: string, link: string) => entry({ name, type: '1', link })

describe('checkArchive of an archive that may be hostile', () => {
  it('finds the same as the check of a backup, and what each folder takes', () => {
    const bytes = archive(
      folder('srv/'),
      folder('srv/a/'),
      entry({ name: './srv//a/one', data: Buffer.alloc(10) }),
      symlink('srv/a/link', 'one'),
      hardLink('srv/a/two', 'srv/a/one'),
      folder('srv/b/'),
      entry({ name: 'srv/b/three', data: Buffer.alloc(600) }),
      folder('srv/b/deep'),
      entry({ name: 'srv/b/deep/pipe', type: '6' }),
    )
    const paths = ['srv/a', 'srv/b']
    const usual = check(bytes, { paths, isUntrusted: false })
    expect(usual).not.toHaveProperty('perPath')
    for (const chunkBytes of [1, 500, 100_000]) {
      expect(check(bytes, { paths, chunkBytes })).toEqual({
        ...usual,
        perPath: [
          { path: 'srv/a', files: 2, directories: 1, links: 1, fileBytes: 10 },
          { path: 'srv/b', files: 1, directories: 2, links: 0, fileBytes: 600 },
        ],
        hazards: [
          { kind: 'outside-links', count: 0, examples: [] },
          { kind: 'set-uid', count: 0, examples: [] },
          { kind: 'devices', count: 0, examples: [] },
        ],
        crossLinks: { count: 0, examples: [] },
      })
    }
  })

  it('counts what is in a folder of a folder for both', () => {
    const bytes = archive(
      folder('srv/'),
      folder('srv/a'),
      entry({ name: 'srv/a/f', data: Buffer.alloc(5) }),
      entry({ name: 'srv/g', data: Buffer.alloc(7) }),
    )
    expect(check(bytes, { paths: ['srv', 'srv/a'] }).perPath).toEqual([
      { path: 'srv', files: 2, directories: 2, links: 0, fileBytes: 12 },
      { path: 'srv/a', files: 1, directories: 1, links: 0, fileBytes: 5 },
    ])
  })

  describe('sizes on disk', () => {
    const bytesOf = (...entries: Buffer[]) => check(archive(site, ...entries)).perPath?.[0]?.fileBytes

    it('of sparse files of old GNU tar are the real ones', () => {
      const sparse = (more: number) =>
        entry({
          type: 'S',
          magic: 'ustar  \0',
          sizeField: '00000000010\0',
          patch: block => {
            block[482] = more
            block.write('00007654321\0', 483, 'latin1')
          },
        })
      expect(bytesOf(sparse(0), Buffer.alloc(512, 'd'))).toBe(0o7654321)
      expect(bytesOf(sparse(1), Buffer.alloc(512), Buffer.alloc(512, 'd'))).toBe(0o7654321)
    })

    it.each(['GNU.sparse.realsize', 'GNU.sparse.size'])('of sparse files of pax are in %s', keyword => {
      expect(bytesOf(pax('x', { [keyword]: '123456' }), entry({ data: Buffer.alloc(9) }))).toBe(123456)
      expect(() => bytesOf(pax('x', { [keyword]: '-1' }), entry())).toThrow('a wrong size')
    })

    it('of all others are those of their data', () => {
      expect(bytesOf(file, hardLink('site/hard', 'site/file'), entry({ name: 'site/b' }))).toBe(1300)
      expect(bytesOf(pax('x', { size: '600' }), entry(), Buffer.alloc(1024, 1))).toBe(600)
    })
  })

  describe('refuses, before anything could be written,', () => {
    describe.each(forms)('in the form %s,', (_, form) => {
      it('a name that leads outside', () => {
        expect(() => check(archive(site, form({ name: '/etc/cron.d/x', type: '0' })))).toThrow('an absolute name')
        expect(() => check(archive(site, form({ name: 'site/../etc/x', type: '0' })))).toThrow('".." in its name')
        expect(() => check(archive(site, form({ name: 'etc/cron.d/x', type: '0' })))).toThrow('in none of its folders')
      })

      it('what would be written through a symbolic link', () => {
        const link = form({ name: 'site/a/out', type: '2', link: '/etc' })
        for (const below of ['site/a/out/passwd', 'site/./a//out/deep/er/']) {
          for (const type of ['0', '1', '2', '3', '5', '6', '7', 'S']) {
            const bytes = archive(site, file, link, form({ name: below, type, link: 'site/file' }))
            expect(() => check(bytes)).toThrow('written through a symbolic link of its own: "site/')
          }
        }
      })

      it('what takes the place of a symbolic link', () => {
        const link = form({ name: 'site/a/out', type: '2', link: '/etc/passwd' })
        for (const type of ['0', '2', '5']) {
          const bytes = archive(site, link, form({ name: 'site/a/./out', type, link: 'x' }))
          expect(() => check(bytes)).toThrow(
            'The archive has an entry in the place of a symbolic link of its own: "site/a/out".',
          )
        }
      })

      it('a hard link to what did not come before it', () => {
        const link = (target: string) => form({ name: 'site/d/hard', type: '1', link: target })
        expect(check(archive(site, file, link('./site//file'))).files).toBe(2)
        for (const target of ['site/fil', 'site/d/hard', 'site/file/x', 'site/d'])
          expect(() => check(archive(site, file, link(target)))).toThrow('does not come before it')
        expect(() => check(archive(site, link('site/file'), file))).toThrow('does not come before it')
        expect(() => check(archive(site, file, link('etc/shadow')))).toThrow('a hard link that leaves its folders')
        expect(() => check(archive(site, file, link('/etc/shadow')))).toThrow('absolute')
      })

      it('a hard link to the inside of a symbolic link', () => {
        const bytes = archive(
          site,
          file,
          symlink('site/out', '/etc'),
          form({ name: 'site/d/hard', type: '1', link: 'site/out/shadow' }),
        )
        expect(() => check(bytes)).toThrow(
          'a hard link to something that does not come before it: "site/d/hard" to "site/out/shadow"',
        )
      })

      it('what would be written through another name of a symbolic link', () => {
        const bytes = archive(
          site,
          symlink('site/out', '/etc'),
          form({ name: 'site/d/also', type: '1', link: 'site/out' }),
          entry({ name: 'site/d/also/passwd' }),
        )
        expect(() => check(bytes)).toThrow('"site/d/also/passwd" through "site/d/also"')
      })
    })

    it('a symbolic link in the place of a folder that was asked for', () => {
      expect(() => check(archive(symlink('site', '/etc')))).toThrow(
        'The archive has "/site" as something that is not a folder.',
      )
    })

    it('names that another program could read in another way', () => {
      const both = [gnuLong('L', 'site/a'), pax('x', { path: 'site/b' }), entry({ magic: 'ustar  \0' })]
      expect(() => check(archive(site, ...both))).toThrow('an entry with two names: "site/b"')
      const links = [gnuLong('K', 'a'), pax('x', { linkpath: 'b' }), symlink('site/l', 'c', { magic: 'ustar  \0' })]
      expect(() => check(archive(site, ...links))).toThrow('an entry with two names: "site/l"')
      for (const name of ['../etc/x', '/etc/x']) {
        expect(() => check(archive(site, pax('x', { path: 'site/a' }), entry({ name })))).toThrow('an entry with')
        expect(() => check(archive(site, gnuLong('L', 'site/a'), entry({ name })))).toThrow('an entry with')
        const sparse = { 'GNU.sparse.name': 'site/a', path: name }
        expect(() => check(archive(site, pax('x', sparse), entry()))).toThrow('an entry with')
      }
    })

    it('names with a zero byte', () => {
      for (const record of ['path', 'GNU.sparse.name'])
        expect(() => check(archive(site, pax('x', { [record]: 'site/a\0b' }), entry()))).toThrow('a zero byte')
      expect(() => check(archive(site, pax('x', { linkpath: '/etc\0' }), symlink('site/a', 'x')))).toThrow(
        'a zero byte',
      )
    })

    it('more entries than there should be, and more bytes', () => {
      const bytes = archive(site, file, entry({ name: 'site/b' }))
      const limits = { entries: 3, bytes: bytes.length }
      expect(check(bytes, { limits }).files).toBe(2)
      expect(() => check(bytes, { limits: { ...limits, entries: 2 } })).toThrow('more than the 2 entries')
      const checking = checkArchive({ paths: ['site'], isUntrusted: true, limits })
      expect(() => {
        for (let count = 0; count < 1000; count++) checking.write(Buffer.alloc(bytes.length / 2))
      }).toThrow(`larger than the ${bytes.length} bytes`)
    })
  })

  it('takes long names of all kinds that stay inside', () => {
    const long = `site/${'long-name/'.repeat(30)}file`
    const dots = `site/${'n'.repeat(92)}/..hidden`
    const bytes = archive(
      site,
      gnuLong('L', long),
      entry({ name: long.slice(0, 100), magic: 'ustar  \0' }),
      gnuLong('L', dots),
      entry({ name: dots.slice(0, 100), magic: 'ustar  \0' }),
      gnuLong('K', long),
      entry({ name: 'site/hard', type: '1', link: long.slice(0, 100), magic: 'ustar  \0' }),
      pax('x', { path: `${long}-2`, linkpath: long }),
      entry({ name: 'site/short', type: '1' }),
      pax('x', { 'GNU.sparse.name': 'site/real', path: 'site/GNUSparseFile.1/real' }),
      entry({ name: 'site/GNUSparseFile.1/real' }),
    )
    expect(dots.slice(0, 100).endsWith('/..')).toBe(true)
    expect(check(bytes).files).toBe(5)
  })

  describe('symbolic links that lead out of the folders', () => {
    const outside = (name: string, target: string) =>
      check(archive(folder('srv/'), folder('srv/a/'), folder('srv/b/'), symlink(name, target)), {
        paths: ['srv/a', 'srv/b'],
      }).hazards?.[0]

    it.each([
      ['srv/a/l', 'x'],
      ['srv/a/l', '.'],
      ['srv/a/l', 'not/there'],
      ['srv/a/l', '../b/x'],
      ['srv/a/d/e/l', '../../../a//x/./y/'],
      ['srv/a/l', '/srv/a'],
      ['srv/a/l', '//srv/./b/x'],
      ['srv/a/l', '..x'],
    ])('are not these: %s to %s', (name, target) => {
      expect(outside(name, target)?.count).toBe(0)
    })

    it.each([
      ['srv/a/l', '/etc/passwd'],
      ['srv/a/l', '/'],
      ['srv/a/l', '/srv'],
      ['srv/a/l', '/srv/ab'],
      ['srv/a/l', '..'],
      ['srv/a/l', '../../../../..'],
      ['srv/a/d/l', '../../c'],
      ['srv/a/l', '../c'],
      // By the letter inside, but only if `d` is not a link to another depth.
      ['srv/a/l', 'd/../x'],
      ['srv/a/l', '/srv/a/d/../x'],
    ])('are these: %s to %s', (name, target) => {
      expect(outside(name, target)).toEqual({
        kind: 'outside-links',
        count: 1,
        examples: [`"/${name}" to "${target}"`],
      })
    })

    it('are named, up to five, so that nothing acts on a terminal', () => {
      const links = Array.from({ length: 7 }, (_, index) => symlink(`site/l${index}\x1b[2J`, '/etc\n'))
      expect(check(archive(site, ...links)).hazards?.[0]).toEqual({
        kind: 'outside-links',
        count: 7,
        examples: [0, 1, 2, 3, 4].map(index => `"/site/l${index}\\x1b[2J" to "/etc\\x0a"`),
      })
    })
  })

  it('reports set-uid, set-gid and capabilities of files, and of nothing else', () => {
    const mode = (name: string, bits: string, type = '0') =>
      entry({ name, type, link: 'site/1', patch: block => block.write(`${bits}\0`, 100, 'latin1') })
    const bytes = archive(
      mode('site/', '0007755', '5'),
      mode('site/1', '0000755'),
      mode('site/2', '0004755'),
      mode('site/3', '0102644'),
      mode('site/4', '0006711', '7'),
      mode('site/5', '0001644'),
      mode('site/6', '0004777', '2'),
      mode('site/7', '0004755', '1'),
      pax('x', { 'SCHILY.xattr.security.capability': '\x01' }),
      mode('site/8', '0000755'),
    )
    expect(check(bytes).hazards?.[1]).toEqual({
      kind: 'set-uid',
      count: 4,
      examples: ['"/site/2"', '"/site/3"', '"/site/4"', '"/site/8"'],
    })
  })

  it('reports devices, and no fifo', () => {
    const special = ['3', '4', '6'].map(type => entry({ name: `site/${type}`, type }))
    const found = check(archive(site, ...special))
    expect(found.others).toBe(3)
    expect(found.hazards?.[2]).toEqual({ kind: 'devices', count: 2, examples: ['"/site/3"', '"/site/4"'] })
  })

  it('reports hard links from one folder to another', () => {
    const paths = ['a', 'b', 'a/in']
    const entries = [
      ...['a/', 'a/in/', 'b/'].map(folder),
      entry({ name: 'a/f' }),
      hardLink('a/g', 'a/f'),
      entry({ name: 'a/in/f' }),
      hardLink('a/h', 'a/in/f'),
    ]
    expect(check(archive(...entries), { paths }).crossLinks).toEqual({ count: 0, examples: [] })
    entries.push(hardLink('b/x', 'a/f'), hardLink('a/in/y', 'a/f'))
    expect(check(archive(...entries), { paths }).crossLinks).toEqual({
      count: 2,
      examples: ['"/b/x" to "/a/f"', '"/a/in/y" to "/a/f"'],
    })
  })

  it('remembers all names of files, whatever their number', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100_000), { minLength: 1, maxLength: 3000 }), numbers => {
        const checking = checkArchive({ paths: ['site'], isUntrusted: true })
        checking.write(site)
        for (const number of numbers) checking.write(entry({ name: `site/${number}` }))
        for (const number of numbers) checking.write(hardLink(`site/h${number}`, `site/${number}`))
        expect(() => checking.write(hardLink('site/no', 'site/100001'))).toThrow('does not come before it')
      }),
      { numRuns: 5 },
    )
  })
})
