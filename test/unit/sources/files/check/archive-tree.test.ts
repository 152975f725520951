import fc from 'fast-check'
import { checkArchive, type ExpectedArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent, RiskyKind } from '../../../../../src/sources/files/check/archive-content'
import { archive, type Entry, entry, folder, pax } from '../tars'

function check(bytes: Buffer, options: Partial<ExpectedArchive> & { chunkBytes?: number } = {}): ArchiveContent {
  const { chunkBytes = bytes.length, ...rest } = options
  const checking = checkArchive({ paths: ['site'], ...rest })
  for (let at = 0; at < bytes.length; at += chunkBytes) checking.write(bytes.subarray(at, at + chunkBytes))
  return checking.finish()
}

const site = folder('site/')
const file = entry({ name: 'site/file', data: Buffer.alloc(1300, 'x') })

/** Ways to say name and target; each gives the entry and what has to come before it. */
const forms: [string, (options: { name: string; type: string; link?: string }) => Buffer][] = [
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
        entry({ name: 'site/x', link: link === '' ? '' : 'site/x', type, magic: 'ustar  \0' }),
      ]),
  ],
  [
    'pax',
    ({ name, link, type }) =>
      Buffer.concat([
        pax('x', { path: name, ...(link === undefined ? {} : { linkpath: link }) }),
        entry({ name: 'site/x', link: link === undefined ? '' : 'site/x', type }),
      ]),
  ],
]

function gnuLong(type: 'L' | 'K', text: string): Buffer {
  return entry({ name: '././@LongLink', type, data: Buffer.from(`${text}\0`), magic: 'ustar  \0' })
}

const symlink = (name: string, link: string, more: Entry = {}) => entry({ name, type: '2', link, ...more })
const hardLink = (name: string, link: string) => entry({ name, type: '1', link })

const mode = (name: string, bits: string, options: Entry = {}) =>
  entry({ name, ...options, patch: block => block.write(`${bits}\0`, 100, 'latin1') })
const riskyOf = (kind: RiskyKind, ...entries: Buffer[]) =>
  check(archive(site, ...entries)).risky.find(each => each.kind === kind)

describe('the tree of an archive', () => {
  it('is counted folder by folder, and kind by kind', () => {
    const bytes = archive(
      folder('srv/'),
      folder('srv/a/'),
      mode('srv/a/one', '0000640', { data: Buffer.alloc(10) }),
      symlink('srv/a/link', 'one'),
      hardLink('srv/a/two', 'srv/a/one'),
      hardLink('srv/a/again', 'srv/a/link'),
      folder('srv/b/'),
      entry({ name: 'srv/b/three', data: Buffer.alloc(600) }),
      mode('srv/b/deep', '0003777', { type: '5' }),
      entry({ name: 'srv/b/deep/pipe', type: '6' }),
    )
    for (const chunkBytes of [1, 500, 100_000]) {
      const found = check(bytes, { paths: ['srv/a', 'srv/b'], chunkBytes })
      expect(found).toMatchObject({ files: 3, directories: 4, links: 2, specials: 1 })
      expect(found.perPath.map(({ outside }) => outside)).toEqual([undefined, undefined])
      expect(found.perPath).toMatchObject([
        { path: 'srv/a', files: 2, directories: 1, links: 2, fileBytes: 10 },
        { path: 'srv/b', files: 1, directories: 2, links: 0, fileBytes: 600 },
      ])
      expect(found.perPath[0]?.kinds).toMatchObject({
        f: { names: 2, count: 1, bytes: 10, modes: 0o640, sticky: 0, setIds: 0 },
        l: { names: 2, count: 1, bytes: 3 },
      })
      expect(found.perPath[1]?.kinds.d).toMatchObject({ names: 2, modes: 0o755 + 0o777, sticky: 1, setIds: 1 })
      expect(found.perPath[1]?.kinds.p.names).toBe(1)
    }
  })

  it('counts what is in a folder of a folder for both', () => {
    const bytes = archive(
      folder('srv/'),
      folder('srv/a'),
      entry({ name: 'srv/a/f', data: Buffer.alloc(5) }),
      entry({ name: 'srv/g', data: Buffer.alloc(7) }),
    )
    expect(check(bytes, { paths: ['srv', 'srv/a'] }).perPath).toMatchObject([
      { path: 'srv', files: 2, directories: 2, links: 0, fileBytes: 12 },
      { path: 'srv/a', files: 1, directories: 1, links: 0, fileBytes: 5 },
    ])
  })

  describe.each(forms)('in the form %s', (_, form) => {
    const a = folder('site/a')

    it('has no name that leads outside', () => {
      expect(() => check(archive(site, form({ name: '/etc/cron.d/x', type: '0' })))).toThrow('an absolute name')
      expect(() => check(archive(site, form({ name: 'site/../etc/x', type: '0' })))).toThrow('".." in its name')
      expect(() => check(archive(site, form({ name: 'etc/cron.d/x', type: '0' })))).toThrow('in none of its folders')
    })

    it('has nothing below a symbolic link, wherever that leads', () => {
      const link = form({ name: 'site/a/out', type: '2', link: '/etc' })
      for (const below of ['site/a/out/passwd', 'site/a/out/deep/er']) {
        for (const type of ['0', '5', '6', '7'])
          expect(() => check(archive(site, a, link, form({ name: below, type })))).toThrow(
            'written through a symbolic link of its own: "site/',
          )
      }
    })

    it('has each name once', () => {
      const link = form({ name: 'site/a/out', type: '2', link: '/etc/passwd' })
      for (const type of ['0', '5', '6']) {
        expect(() => check(archive(site, a, link, form({ name: 'site/a/out', type })))).toThrow(
          'The archive has two entries of the name "site/a/out".',
        )
      }
      expect(() => check(archive(site, a, form({ name: 'site/a', type: '5' })))).toThrow('two entries')
    })

    it('has the folder of each entry before it', () => {
      expect(() => check(archive(site, form({ name: 'site/b/c', type: '0' })))).toThrow(
        'The archive has an entry whose folder does not come before it: "site/b/c".',
      )
      expect(() => check(archive(site, file, form({ name: 'site/file/c', type: '0' })))).toThrow('whose folder')
    })

    it('has the target of each hard link before it, and never a folder', () => {
      const link = (target: string) => form({ name: 'site/a/hard', type: '1', link: target })
      expect(check(archive(site, file, a, link('site/file'))).files).toBe(2)
      for (const target of ['site/fil', 'site/a/hard', 'site/file/x', 'site/a'])
        expect(() => check(archive(site, file, a, link(target)))).toThrow('does not come before it')
      expect(() => check(archive(site, a, link('site/file'), file))).toThrow('does not come before it')
      expect(() => check(archive(site, a, link('etc/shadow')))).toThrow('a hard link that leaves its folders')
      expect(() => check(archive(site, a, link('/etc/shadow')))).toThrow('absolute')
      expect(() => check(archive(site, a, symlink('site/out', '/etc'), link('site/out/shadow')))).toThrow(
        'a hard link to something that does not come before it: "site/a/hard" to "site/out/shadow"',
      )
    })

    it('has nothing below another name of a symbolic link', () => {
      const also = form({ name: 'site/a/also', type: '1', link: 'site/out' })
      const bytes = archive(site, a, symlink('site/out', '/etc'), also, entry({ name: 'site/a/also/passwd' }))
      expect(() => check(bytes)).toThrow('"site/a/also/passwd" through "site/a/also"')
    })
  })

  it('has symbolic links as they are, wherever they lead', () => {
    const targets = ['/', '/etc/passwd', '../../../..', 'x', `${'t'.repeat(90)}`]
    const links = targets.map((target, index) => symlink(`site/l${index}`, target))
    expect(check(archive(site, ...links))).toMatchObject({ links: targets.length, risky: [{}, {}, {}, {}] })
  })

  it('has a folder where a folder was asked for', () => {
    for (const type of ['0', '2'])
      expect(() => check(archive(entry({ name: 'site', type, link: type === '2' ? '/etc' : '' })))).toThrow(
        'The archive has "/site" as something that is not a folder.',
      )
  })

  it('has no more entries than there should be, and no more bytes', () => {
    const bytes = archive(site, file, entry({ name: 'site/b' }))
    const limits = { entries: 3, bytes: bytes.length }
    expect(check(bytes, { limits }).files).toBe(2)
    expect(() => check(bytes, { limits: { ...limits, entries: 2 } })).toThrow('more than the 2 entries')
    const checking = checkArchive({ paths: ['site'], limits })
    expect(() => {
      for (let count = 0; count < 1000; count++) checking.write(Buffer.alloc(bytes.length / 2))
    }).toThrow(`larger than the ${bytes.length} bytes`)
  })

  it('is known by all its names, whatever their number', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(100_000), { minLength: 1, maxLength: 3000 }), numbers => {
        const checking = checkArchive({ paths: ['site'] })
        checking.write(site)
        for (const number of numbers) checking.write(entry({ name: `site/${number}` }))
        for (const number of numbers) checking.write(hardLink(`site/h${number}`, `site/${number}`))
        expect(() => checking.write(hardLink('site/no', 'site/100001'))).toThrow('does not come before it')
      }),
      { numRuns: 5 },
    )
  })

  it('tells of hard links from one folder to another', () => {
    const paths = ['a', 'b', 'a/in']
    const entries = [
      ...['a/', 'a/in/', 'b/'].map(folder),
      entry({ name: 'a/f' }),
      hardLink('a/g', 'a/f'),
      entry({ name: 'a/in/f' }),
      hardLink('a/h', 'a/in/f'),
    ]
    const linksOut = () => check(archive(...entries), { paths }).perPath.map(({ outside }) => outside?.links)
    expect(linksOut()).toEqual([undefined, undefined, undefined])
    entries.push(hardLink('b/x', 'a/f'), hardLink('a/in/y', 'a/f'))
    expect(linksOut()).toEqual([
      undefined,
      { count: 1, examples: ['"/b/x" to "/a/f"'] },
      { count: 1, examples: ['"/a/in/y" to "/a/f"'] },
    ])
  })
})

describe('risky entries', () => {
  it('are files with set-uid or set-gid, and nothing else that has the bits', () => {
    const found = riskyOf(
      'set-uid',
      mode('site/0', '0007755', { type: '5' }),
      mode('site/1', '0000755'),
      mode('site/2', '0004755'),
      mode('site/3', '0102644'),
      mode('site/4', '0006711', { type: '7' }),
      mode('site/5', '0001644'),
      mode('site/6', '0004777', { type: '2', link: 'x' }),
      mode('site/7', '0004755', { type: '1', link: 'site/1' }),
    )
    expect(found?.count).toBe(3)
    expect(found?.first.map(each => [each.path, each.mode])).toEqual([
      ['site/2', 0o4755],
      ['site/3', 0o2644],
      ['site/4', 0o6711],
    ])
  })

  it('are devices with their numbers, other names of theirs too, and no fifo', () => {
    const device = (name: string, type: string) =>
      entry({ name, type, patch: block => void block.write('0000010\x000000021\0', 329, 'latin1') })
    const special = [device('site/a', '3'), device('site/b', '4'), hardLink('site/c', 'site/a'), device('site/d', '6')]
    expect(check(archive(site, ...special)).specials).toBe(4)
    expect(riskyOf('devices', ...special)).toMatchObject({
      count: 2,
      first: [
        { path: 'site/a', device: 'c 8 17' },
        { path: 'site/b', device: 'b 8 17' },
      ],
    })
  })

  it.each([
    ['0100000200040000000000000000000000000000', '10+ep'],
    ['0000000200140000000100000000000000000000', '10,12+p 8+i'],
    ['010000030000000000000000020000000000000000000000', '33+ep'],
    ['010000010004000000000000', '10+ep'],
  ])('are files with capabilities: %s', (value, capabilities) => {
    const data = Buffer.from(value, 'hex')
    const record = 'xattr.security.capability'
    const plain = paxBytes(`SCHILY.${record}`, data)
    const encoded = pax('x', { [`LIBARCHIVE.${record}`]: data.toString('base64') })
    for (const header of [plain, encoded])
      expect(riskyOf('capabilities', header, file)).toMatchObject({ count: 1, first: [{ capabilities }] })
  })

  it('are refused with capabilities that are none', () => {
    for (const value of ['', '01000002', '0100000400040000000000000000000000000000'])
      expect(() =>
        check(archive(site, paxBytes('SCHILY.xattr.security.capability', Buffer.from(value, 'hex')), file)),
      ).toThrow('capabilities that make no sense')
  })

  it('are kept up to fifty', () => {
    const many = Array.from({ length: 60 }, (_, index) => mode(`site/${index}`, '0004755'))
    const found = riskyOf('set-uid', ...many)
    expect([found?.count, found?.first.length]).toEqual([60, 50])
  })
})

/** A pax header with a record of bytes. */
function paxBytes(keyword: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${keyword}=`), value, Buffer.from('\n')])
  const length = rest.length + String(rest.length + 2).length
  return entry({ type: 'x', data: Buffer.concat([Buffer.from(String(length)), rest]) })
}
