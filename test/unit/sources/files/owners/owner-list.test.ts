import { checkArchive } from '../../../../../src/sources/files/check/archive-check'
import type { ArchiveContent } from '../../../../../src/sources/files/check/archive-content'
import { ownersIn } from '../../../../../src/sources/files/owners/target-owners'
import { archive, entry, folder } from '../tars'

const listEntry = (...fields: (string | Buffer)[]) =>
  entry({
    name: '.make-a-backup.owners',
    data: Buffer.concat(fields.map(field => Buffer.concat([Buffer.from(field), Buffer.alloc(1)]))),
  })

const whole = ['33:33', 'site', 'www-data:www-data', 'site']

function read(bytes: Buffer, chunkBytes = bytes.length): ArchiveContent {
  const check = checkArchive({ paths: ['site'] })
  for (let at = 0; at < bytes.length; at += chunkBytes) check.write(bytes.subarray(at, at + chunkBytes))
  return check.finish()
}

/** How many entries each owner has, and the entries with another one than their folder. */
function owned(content: ArchiveContent) {
  const word = ({
    user,
    group,
    uid,
    gid,
  }: {
    user?: string | undefined
    group?: string | undefined
    uid: number
    gid: number
  }) => `${user ?? ''}/${uid}:${group ?? ''}/${gid}`
  return {
    counts: Object.fromEntries([...ownersIn(content.perPath)].map(([owner, count]) => [word(owner), count])),
    changes: content.ownerChanges.first.map(({ path, owner }) => [path, word(owner)]),
  }
}

const tree = [
  folder('site/'),
  entry({ name: 'site/a' }),
  folder('site/logs/'),
  entry({ name: 'site/logs/today' }),
  entry({ name: 'site/logs/old\nday' }),
  entry({ name: 'site/logs-not' }),
]

const many = [
  ...whole,
  ...['0:4', 'site/logs', 'root:adm', 'site/logs'],
  ...['www-data:www-data', 'site/logs/old\nday', '4711:33', 'site/logs-not', '4711:www-data', 'site/logs-not'],
]

describe('the list of owners of an archive', () => {
  it.each([1, 7, 512, 100_000])('gives each entry its owner, or that of its folder, in chunks of %d', chunkBytes => {
    const content = read(archive(listEntry(...many), ...tree), chunkBytes)
    expect(content).toMatchObject({ files: 4, directories: 2, hasOwnerList: true })
    expect(owned(content)).toEqual({
      counts: { 'www-data/33:www-data/33': 3, 'root/0:adm/4': 2, '/4711:www-data/33': 1 },
      changes: [
        ['site', 'www-data/33:www-data/33'],
        ['site/logs', 'root/0:adm/4'],
        ['site/logs/old\nday', 'www-data/33:www-data/33'],
        ['site/logs-not', '/4711:www-data/33'],
      ],
    })
  })

  it('may have numbers alone, and names that the archive does not have', () => {
    const content = read(archive(listEntry('1001:1001', 'site', '5:5', 'site/gone'), ...tree))
    expect(owned(content).counts).toEqual({ '/1001:/1001': 6 })
  })

  it('leaves the owner of the header where it says nothing', () => {
    expect(owned(read(archive(listEntry('5:5', 'site/a'), ...tree))).counts).toEqual({ '/5:/5': 1, '/0:/0': 5 })
  })

  it.each<[string, Buffer[]]>([
    ['comes later', [folder('site/'), listEntry(...whole)]],
    ['comes twice', [listEntry(...whole), listEntry(...whole), ...tree]],
    ['is a folder', [folder('.make-a-backup.owners'), ...tree]],
    ['is empty', [entry({ name: '.make-a-backup.owners' }), ...tree]],
  ])('is refused where it %s', (_, entries) => {
    expect(() => read(archive(...entries))).toThrow('its list of owners is in the wrong place')
  })

  it.each<[string, (string | Buffer)[]]>([
    ['a name without an owner', [...whole, 'site/a']],
    ['names before their numbers', ['www-data:www-data', 'site']],
    ['names that have other numbers already', [...whole, '34:34', 'site/a', 'www-data:www-data', 'site/a']],
    ['a number that names another', ['33:33', 'site', '34:www-data', 'site']],
    ['an entry twice', [...whole, '5:5', 'site']],
    ['the same entry a third time', [...whole, 'www-data:www-data', 'site']],
    ['an absolute name', ['5:5', '/etc/passwd']],
    ['a name that leaves the folder', ['5:5', 'site/../etc']],
    ['no name', ['5:5', '']],
    ['an owner without a group', ['5', 'site']],
    ['an owner with two groups', ['5:5:5', 'site']],
    ['a number that cannot be', ['4294967295:5', 'site']],
    ['a number that is too long', ['5:99999999999', 'site']],
    ['a name that is too long', ['5:5', 'x'.repeat(9000)]],
  ])('is refused with %s', (_, fields) => {
    expect(() => read(archive(listEntry(...fields), ...tree))).toThrow('its list of owners makes no sense')
  })

  it('is refused without its end', () => {
    const cut = entry({ name: '.make-a-backup.owners', data: Buffer.from('5:5\0site') })
    expect(() => read(archive(cut, ...tree))).toThrow('its list of owners makes no sense')
  })

  it('is refused with more owners than anybody has', () => {
    const fields = Array.from({ length: 4096 }, (_, index) => [`${index}:0`, `site/${index}`]).flat()
    expect(() => read(archive(listEntry(...fields), ...tree))).toThrow('more than 4095 of them')
  })
})

describe('the owners in the headers of an archive', () => {
  const of = (user: string | Buffer, group: string | Buffer) =>
    entry({
      name: 'site/a',
      patch: block => {
        Buffer.from(user).copy(block, 265)
        Buffer.from(group).copy(block, 297)
        block.write('0000041\x000000041\0', 108, 'latin1')
      },
    })
  it.each<[string, string | Buffer, string | Buffer, string]>([
    ['names', 'www-data', 'müller', 'www-data/33:müller/33'],
    ['none', '', '', '/33:/33'],
    ['a name of a domain', 'CORP\\deploy', 'domain users', 'CORP\\deploy/33:domain users/33'],
    ['what may be cut', 'x'.repeat(32), 'y'.repeat(31), `/33:${'y'.repeat(31)}/33`],
    ['what no account is called', '-R', 'a:b', '/33:/33'],
    ['numbers', '1001', '+5', '/33:/33'],
    ['line breaks and other bytes', 'a\nb', Buffer.from([0xff, 0x61]), '/33:/33'],
  ])('are read with %s', (_, user, group, expected) => {
    const { counts } = owned(read(archive(folder('site/'), of(user, group))))
    expect(counts).toHaveProperty([expected], 1)
  })
})
