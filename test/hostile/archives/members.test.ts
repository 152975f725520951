import { archive, type Entry, entry, folder, pax } from '../../unit/sources/files/tars'
import { seen } from './seen'
import { programs, unpacked } from './unpacked'

const site = folder('site/')
const gnu = 'ustar  \0'
const at = (offset: number, bytes: string) => (block: Buffer) => void block.write(bytes, offset, 'latin1')
const setUid = entry({ name: 'site/su', patch: at(100, '0004755\0') })
const long = (type: 'L' | 'K', text: string) =>
  entry({ name: '././@LongLink', type, data: Buffer.from(text), magic: gnu })
const withSize = (type: string, more: Entry = {}) =>
  entry({ name: 'site/x', type, sizeField: '00000001000\0', link: '12'.includes(type) ? 'site/su' : '', ...more })
const numbers = at(329, '0000010\x000000021\0')
const zero = Buffer.alloc(512)

/** One member of each kind, what the reader says, and whether GNU tar and busybox unpack different things. */
const members: readonly [what: string, bytes: Buffer, message: string, isReadDifferently?: boolean][] = [
  // Data where there is none: what lies there is an entry for those who do not skip it.
  ['a symbolic link with a size', archive(site, withSize('2'), setUid), 'data that its type does not have'],
  ['a hard link with a size', archive(site, setUid, withSize('1'), entry()), 'data that its type does not have'],
  ['a fifo with a size', archive(site, withSize('6'), setUid), 'data that its type does not have'],
  [
    'a device with a size',
    archive(site, withSize('3', { patch: numbers }), setUid),
    'data that its type does not have',
  ],
  ['a folder with a size', archive(site, withSize('5'), setUid), 'data that its type does not have'],
  ['a file that is named like a folder', archive(site, withSize('0', { name: 'site/x/' }), setUid), 'named like one'],
  ['an empty file that is named like a folder', archive(site, entry({ name: 'site/x/' })), 'named like one', true],
  // Headers that only one of them knows, or knows otherwise.
  ['a header of Solaris', archive(site, pax('x', { path: 'site/a' }).fill('X', 156, 157), entry()), 'wrong checksum'],
  ...['X', 'S', 'V', 'D', 'M', 'N', 'A', '8'].map((type): [string, Buffer, string] => [
    `the type ${type}`,
    archive(site, entry({ type, data: Buffer.from('13 path=site/a\n') }), entry()),
    `the unknown type "${type}"`,
  ]),
  [
    'two extended headers in a row',
    archive(site, pax('x', { path: 'site/a' }), pax('x', { mtime: '1' }), entry()),
    'two extended',
  ],
  ['two long names', archive(site, long('L', 'site/a\0'), long('L', 'site/b\0'), entry()), 'two extended headers'],
  [
    'a long name and a path',
    archive(site, pax('x', { path: 'site/a' }), long('L', 'site/b\0'), entry()),
    'two names',
    true,
  ],
  [
    'a long target and a linkpath',
    archive(site, pax('x', { linkpath: 'a' }), long('K', 'b\0'), entry({ type: '2', link: 'c' })),
    'two names',
    true,
  ],
  ['a long name without an end', archive(site, long('L', 'site/a'), entry()), 'a long name is damaged'],
  ['a long name with two ends', archive(site, long('L', 'site/a\0b\0'), entry()), 'a long name is damaged'],
  ['a long name of nothing', archive(site, long('L', ''), entry()), 'an extended header is empty'],
  [
    'a long name before the end',
    archive(site, entry(), long('L', 'site/a\0')),
    'an extended header is before its end',
    true,
  ],
  ['a name longer than any', archive(site, long('L', `${'a'.repeat(5000)}\0`), entry()), 'too large', true],
  [
    'an extended header that is too large for busybox',
    archive(site, pax('x', { comment: 'x'.repeat(1_048_576), path: 'site/a' }), entry()),
    'too large',
    true,
  ],
  ['a path for all that follow', archive(site, pax('g', { path: 'site/a' }), entry()), 'the record "path"', true],
  ['an owner for all that follow', archive(site, pax('g', { uid: '0' }), entry()), 'the record "uid"'],
  [
    'another size in a record',
    archive(site, pax('x', { size: '0' }), entry({ data: setUid })),
    'two values of size',
    true,
  ],
  // Of these bsdtar alone would take the size, and the device.
  ['a real size in a record', archive(site, pax('x', { 'SCHILY.realsize': '1' }), entry({ data: setUid })), 'realsize'],
  ['a device in a record', archive(site, pax('x', { 'SCHILY.devmajor': '8' }), entry()), 'devmajor'],
  [
    'another owner in a record',
    archive(site, pax('x', { uid: '1' }), entry()),
    'two values of uid',
    process.getuid?.() === 0,
  ],
  [
    'a sparse file without a map',
    archive(site, pax('x', { 'GNU.sparse.realsize': '9' }), entry()),
    '"GNU.sparse.realsize"',
  ],
  ['a sparse name', archive(site, pax('x', { 'GNU.sparse.name': 'site/a' }), entry()), '"GNU.sparse.name"', true],
  [
    'a list of an incremental backup',
    archive(site, pax('x', { 'GNU.dumpdir': 'Ya\0\0' }), folder('site/d')),
    '"GNU.dumpdir"',
  ],
  ['a label of SELinux', archive(site, pax('x', { 'RHT.security.selinux': 'x' }), entry()), '"RHT.security.selinux"'],
  ['a record twice', archive(site, twice('path', 'site/a', 'site/b'), entry()), 'the record "path"'],
  [
    'a record with an odd length',
    archive(site, records('013 path=site/a\n'), entry()),
    'an extended header is damaged',
  ],
  ['a record with blanks', archive(site, records('16 \tpath=site/a\n'), entry()), 'the record "\\tpath"', true],
  // Fields of one header.
  ['another format with a prefix', archive(site, entry({ magic: 'ustarxyz', prefix: 'site/p' })), 'unknown format'],
  ['a prefix in the format of GNU', archive(site, entry({ magic: gnu, prefix: 'site' })), 'a prefix', true],
  ['no format', archive(site, entry({ magic: '' })), 'unknown format'],
  ['a header without a name', archive(site, entry({ name: '' }), entry(), setUid), 'a header has no name'],
  ['a target of an empty file', archive(site, setUid, entry({ link: 'site/su' })), 'no link, with a target', true],
  [
    'a long target of an empty file',
    archive(site, setUid, long('K', 'site/su\0'), entry()),
    'no link, with a target',
    true,
  ],
  ['a link to nothing', archive(site, entry({ type: '2' })), 'a link without a target'],
  [
    'a device without numbers',
    archive(site, entry({ type: '3', patch: block => block.fill(0, 329, 345) })),
    'no numbers',
  ],
  ['a mode of blanks', archive(site, entry({ patch: at(100, ' '.repeat(8)) })), 'not a number', true],
  [
    'a size behind a zero byte',
    archive(site, entry({ sizeField: '\x000001000', data: Buffer.alloc(512, 'x') })),
    'not a number',
    true,
  ],
  ['a size below zero', archive(site, entry({ sizeField: Buffer.alloc(12, 0xff) })), 'a negative size'],
  ['a size of base 64', archive(site, entry({ sizeField: '+B' })), 'not a number'],
  [
    'a size beyond all',
    archive(site, entry({ sizeField: Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff)]) })),
    'too large',
  ],
  [
    'the owner -1',
    archive(site, entry({ magic: gnu, patch: block => void Buffer.from('80000000ffffffff', 'hex').copy(block, 108) })),
    'an owner',
  ],
  [
    'a sum of signed bytes',
    archive(site, entry({ name: Buffer.from('site/\xe4', 'latin1'), checksum: signedSum() })),
    'wrong checksum',
  ],
  // The tree.
  ['a single zero block', archive(site, entry(), zero, setUid), 'a single zero block', true],
  ['something behind the end', Buffer.concat([archive(site), setUid]), 'continues after its end'],
  ['a name twice', archive(site, entry({ type: '2', link: '/' }), entry()), 'two entries of the name'],
  [
    'an entry below a link',
    archive(site, entry({ name: 'site/l', type: '2', link: '/' }), entry({ name: 'site/l/tmp' })),
    'symbolic link of its own',
  ],
  [
    'an entry below a hard link to a link',
    archive(
      site,
      entry({ name: 'site/l', type: '2', link: '/' }),
      entry({ name: 'site/h', type: '1', link: 'site/l' }),
      entry({ name: 'site/h/tmp' }),
    ),
    'symbolic link of its own',
  ],
  [
    'an entry below a file',
    archive(site, entry(), entry({ name: 'site/file/x' })),
    'whose folder does not come before it',
  ],
  [
    'an entry before its folder',
    archive(site, entry({ name: 'site/d/x' }), folder('site/d')),
    'whose folder does not come before it',
  ],
  [
    'a hard link before its target',
    archive(site, entry({ name: 'site/h', type: '1', link: 'site/file' }), entry()),
    'does not come before it',
    true,
  ],
  [
    'a hard link to itself',
    archive(site, entry({ name: 'site/h', type: '1', link: 'site/h' })),
    'does not come before it',
  ],
  ['a name that is not plain', archive(site, entry({ name: './site/x' })), '"." or "//" in its name'],
  ['a way upwards', archive(site, entry({ name: 'site/../x' })), '".." in its name'],
  ['an absolute name', archive(site, entry({ name: '/site/x' })), 'an absolute name'],
]

describe('the reader refuses', () => {
  for (const [what, bytes, message, isReadDifferently] of members)
    it(what, () => {
      const refused = seen(bytes)
      expect(refused).toBeInstanceOf(Error)
      expect(String(refused)).toContain(message)
      if (isReadDifferently !== true) return
      const [one, other] = programs.map(program => unpacked(program, bytes))
      expect(one).not.toEqual(other)
    })
})

describe('what the reader takes, and both programs unpack as it saw it:', () => {
  const name = `site/${'n'.repeat(200)}`
  it.each<[string, Buffer]>([
    [
      'files, folders, links and fifos',
      archive(site, setUid, entry({ type: '2', link: '/' }), folder('site/d'), entry({ name: 'site/d/p', type: '6' })),
    ],
    [
      'hard links to a file and to a link',
      archive(
        site,
        setUid,
        entry({ name: 'site/l', type: '2', link: '../..' }),
        ...['su', 'l'].map(each => entry({ name: `site/h${each}`, type: '1', link: `site/${each}` })),
      ),
    ],
    [
      'long names and targets',
      archive(
        site,
        Buffer.concat([
          long('K', `${name}\0`),
          long('L', `${name}\0`),
          entry({ name: 'site/n', type: '2', link: 'x', magic: gnu }),
        ]),
      ),
    ],
    [
      'paths and targets in records',
      archive(
        site,
        pax('x', { path: name, linkpath: '/' }),
        entry({ type: '2', link: 'x' }),
        pax('x', { path: 'site/o', size: '5', uid: '0', mtime: '1.5' }),
        entry({ data: Buffer.alloc(5) }),
      ),
    ],
    ['bytes of every kind in a name', archive(site, entry({ name: Buffer.from('site/\xff\n\x1b[2J', 'latin1') }))],
    ['a comment for all', archive(pax('g', { comment: 'git' }), site, entry())],
    ['a prefix', archive(site, folder('site/p'), entry({ prefix: 'site/p', name: 'x' }))],
    ['zero blocks behind the end', Buffer.concat([archive(site, entry()), Buffer.alloc(10_240)])],
  ])('%s', (_, bytes) => {
    const listing = seen(bytes)
    expect(programs.map(program => unpacked(program, bytes))).toEqual(programs.map(() => ({ listing, message: '' })))
  })
})

function signedSum(): number {
  const block = entry({ name: Buffer.from('site/\xe4', 'latin1') }).subarray(0, 512)
  return block.reduce((sum, byte, place) => sum + (place >= 148 && place < 156 ? 32 : byte), 0) - 256
}

function records(text: string): Buffer {
  return entry({ name: 'PaxHeaders/x', type: 'x', data: Buffer.from(text) })
}

function twice(keyword: string, ...values: string[]): Buffer {
  return records(values.map(value => `${keyword.length + value.length + 5} ${keyword}=${value}\n`).join(''))
}
