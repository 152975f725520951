import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { GivenAttributes } from '../../../../../src/sources/files/attributes/given-lists'
import { checkArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent, RiskyKind } from '../../../../../src/sources/files/check/archive-content'
import { leaveOut } from '../../../../../src/sources/files/check/leave-out'
import { archive, entry, folder } from '../tars'

const list = (name: string, text: string) =>
  entry({ name: `.make-a-backup.${name}`, data: Buffer.from(text, 'latin1') })
const acls = (text: string) => list('acls', text)
const attributes = (text: string) => list('attributes', text)

const tree = [
  folder('site/'),
  entry({ name: 'site/a' }),
  folder('site/logs/'),
  entry({ name: 'site/logs/two\nlines' }),
  entry({ name: 'site/link', type: '2', link: '/etc' }),
  entry({ name: 'site/hard', type: '1', link: 'site/a' }),
]

const base = 'user::rw-\ngroup::r--\nother::---\n'
const named =
  'user::rwx\nuser:www-data:r-x\nuser:4711:rwx\ngroup::r-x\ngroup:DOM\\\\dev\\040team:r--\nmask::rwx\nother::---\n'
const numbers = '# number: user:www-data:33\n# number: group:DOM\\\\dev\\040team:1001\n'
const folderList = `# file: site/logs\n${named}default:user::rwx\ndefault:group::r-x\ndefault:other::---\n\n`
const allLists = `${numbers}${folderList}# file: site/logs/two\\012lines\n${base}\n# file: site/hard\n${base}\n`
const capability = `security.capability=0x0100000200200000${'0'.repeat(24)}\n`
const allAttributes = `# file: site/a\nuser.colour=0x626c7565\n${capability}\n# file: site/logs\n${capability}\n# file: site/logs/two\\012lines\nuser.a\\075b=0x\n\n`

function read(bytes: Buffer, chunkBytes = bytes.length): ArchiveContent {
  const check = checkArchive({ paths: ['site'], parts: ['site/logs'] })
  for (let at = 0; at < bytes.length; at += chunkBytes) check.write(bytes.subarray(at, at + chunkBytes))
  return check.finish()
}

describe('the lists at the end of an archive', () => {
  it.each([1, 7, 512, 100_000])('are counted, with the accounts that they name, in chunks of %d', chunkBytes => {
    const content = read(archive(...tree, acls(allLists), attributes(allAttributes)), chunkBytes)
    expect(content).toMatchObject({ files: 3, directories: 2, links: 1, hasOwnerList: false })
    expect(content.attributes).toMatchObject({
      counts: { lists: 3, attributes: 3, ordinary: 2 },
      perPath: [
        { path: 'site', counts: { lists: 3, attributes: 3, ordinary: 2 } },
        { path: 'site/logs', counts: { lists: 2, attributes: 2, ordinary: 1 } },
      ],
      accounts: {
        users: [
          { name: 'www-data', number: 33 },
          { name: '', number: 4711 },
        ],
        groups: [{ name: 'DOM\\dev team', number: 1001 }],
      },
    })
    expect(content.risky.find(({ kind }) => kind === 'attributes')).toMatchObject({
      count: 2,
      first: [{ path: 'site/a' }, { path: 'site/logs' }],
    })
  })

  it.each([
    ['leads out', '# file: ../etc/passwd\n'],
    ['leads out behind a folder', '# file: site/../../etc/passwd\n'],
    ['is absolute', '# file: /etc/passwd\n'],
    ['is absolute, in octal', '# file: \\057etc/passwd\n'],
    ['is not in the archive', '# file: site/b\n'],
    ['is a symbolic link', '# file: site/link\n'],
    ['goes through a symbolic link', '# file: site/link/passwd\n'],
    ['is none', '# file: \n'],
    ['is not plain', '# file: site//a\n'],
    ['has a zero byte', '# file: site/a\\000\n'],
    ['is badly quoted', '# file: site/a\\9\n'],
    ['has an owner for setfacl', '# file: site/a\n# owner: root\n'],
    ['has flags for setfacl', '# file: site/a\n# flags: s--\n'],
    ['is given twice before its lines', '# file: site/a\n# file: site/logs\n'],
  ])('are refused where a name %s', (_, head) => {
    expect(() => read(archive(...tree, acls(`${head}${base}\n`)))).toThrow(/^The archive (is damaged|has an entry)/)
    expect(() => read(archive(...tree, attributes(`${head}user.a=0x00\n\n`)))).toThrow(
      /^The archive (is damaged|has an)/,
    )
  })

  it.each([
    ['no lines', ''],
    ['an unknown tag', `${base}admin::rwx\n`],
    ['other rights', `${base}mask::rws\n`],
    ['an account that is no number', `${base}user:99999999999:rwx\nmask::rwx\n`],
    ['a line twice', `${base}user::rwx\n`],
    ['a mask that is missing', `${base}user:4711:rwx\n`],
    ['an owner that is missing', 'group::r--\nother::---\n'],
    ['half a default list', `${base}default:user::rwx\n`],
    ['a mask with a name', `${base}mask:4711:rwx\n`],
    ['a comment behind a line', `${base}user::rwx\t#effective:r--\n`],
  ])('are refused with an access control list of %s', (_, lines) => {
    expect(() => read(archive(...tree, acls(`# file: site/a\n${lines}\n`)))).toThrow(
      'its list of access control lists makes no sense',
    )
  })

  it.each([
    ['security.selinux=0x00'],
    ['system.posix_acl_access=0x0200'],
    ['user.a'],
    ['user.a="text"'],
    ['user.a=0sAAAA'],
    ['user.a=0x0'],
    ['user.=0x00'],
    ['user.a\\000=0x00'],
    [`user.a=0x${'00'.repeat(65_537)}`],
    [`user.${'a'.repeat(251)}=0x00`],
  ])('are refused with the attribute %s', line => {
    expect(() => read(archive(...tree, attributes(`# file: site/a\n${line}\n\n`)))).toThrow(
      'its list of extended attributes makes no sense',
    )
  })

  it('are refused where they are cut off, empty, doubled or in the wrong place', () => {
    const [one, other] = [acls(`# file: site/a\n${base}\n`), attributes('# file: site/a\nuser.a=0x00\n\n')]
    for (const bytes of [
      archive(one, ...tree),
      archive(...tree, one, one),
      archive(...tree, other, one),
      archive(...tree, one, entry({ name: 'site/late' })),
      archive(...tree, acls(`# file: site/a\n${base}`)),
      archive(...tree, acls('# number: user:www-data:33\n')),
      archive(...tree, acls('')),
      archive(...tree, acls(`\n# file: site/a\n${base}\n`)),
      archive(...tree, entry({ name: '.make-a-backup.acls', type: '2', link: 'site/a' })),
      archive(...tree, acls(`${numbers}${numbers}# file: site/a\n${base}\n`)),
      archive(...tree, acls('x'.repeat(200_000))),
    ])
      expect(() => read(bytes)).toThrow('The archive is damaged')
  })
})

const gives: GivenAttributes = {
  kinds: new Set(['lists', 'attributes']),
  numberOf: (_, { name, number }) =>
    name === 'www-data' ? { number: 4711, isByName: true } : { number, isByName: false },
}

async function sent(bytes: Buffer, trees: string[], given: RiskyKind[], wanted: GivenAttributes | undefined) {
  const passing = { given: new Set(given), attributes: wanted, trees: trees.map(path => ({ path })) }
  const filter = leaveOut({ paths: ['site'] }, passing)
  const chunks: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  await pipeline([Readable.from([bytes]), ...filter.stages, sink])
  const passed = Buffer.concat(chunks)
  return { passed, counts: filter.result().given, lists: listsIn(passed) }
}

/** Name and text of each list of an archive. */
function listsIn(bytes: Buffer): [string, string][] {
  const found: [string, string][] = []
  for (let at = 0; at < bytes.length; ) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8) || 0
    const [, name] = /^\.make-a-backup\.([^\0]+)/.exec(bytes.toString('latin1', at, at + 100)) ?? []
    if (name !== undefined) found.push([name, bytes.toString('latin1', at + 512, at + 512 + size)])
    at += 512 + Math.ceil(size / 512) * 512
  }
  return found
}

describe('leaveOut, of the lists at the end of an archive', () => {
  const bytes = archive(...tree, acls(allLists), attributes(allAttributes))

  it('sends lists of its own with the numbers of the server, and without attributes that give rights', async () => {
    const { lists, counts } = await sent(bytes, ['site'], [], gives)
    // On the server "www-data" has the number that somebody without a name had before: it keeps its own line.
    const own = named.replace('user:4711:rwx\n', '').replace('www-data', '4711').replace('DOM\\\\dev\\040team', '1001')
    expect(lists).toEqual([
      ['acls-1', folderList.replace(named, own) + allLists.slice(numbers.length + folderList.length)],
      [
        'attributes-1',
        '# file: site/a\nuser.colour=0x626c7565\n\n# file: site/logs/two\\012lines\nuser.a\\075b=0x\n\n',
      ],
    ])
    expect(counts).toEqual({ lists: 3, attributes: 2 })
  })

  it('sends attributes that give rights where these are given', async () => {
    const { lists, counts } = await sent(bytes, ['site'], ['attributes'], { ...gives, kinds: new Set(['attributes']) })
    expect(lists.map(([name]) => name)).toEqual(['attributes-1'])
    expect(lists[0]?.[1]).toContain(`# file: site/logs\n${capability}\n`)
    expect(counts).toEqual({ lists: 0, attributes: 3 })
  })

  it('sends of them only what is of a part, and none where none are given', async () => {
    const part = await sent(bytes, ['site/logs'], [], gives)
    expect(part.counts).toEqual({ lists: 2, attributes: 1 })
    expect(part.lists.every(([, text]) => !text?.includes('site/a\n'))).toBe(true)
    expect((await sent(bytes, ['site'], [], undefined)).passed).toEqual(archive(...tree))
  })

  it('sends a long list in pieces', async () => {
    const line = (index: number) => `# file: site/a\nuser.n${index}=0x${'ab'.repeat(60_000)}\n\n`
    const long = archive(...tree, attributes(Array.from({ length: 10 }, (_, index) => line(index)).join('')))
    const { lists } = await sent(long, ['site'], [], gives)
    expect(lists.map(([name]) => name)).toEqual(['attributes-1', 'attributes-2'])
    expect(lists.map(([, text]) => text).join('')).toBe(Array.from({ length: 10 }, (_, index) => line(index)).join(''))
  })
})
