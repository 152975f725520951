import { ChainMerge } from '../../../../../src/sources/files/chain/chain-merge'
import { archive, type Entry, entry } from '../tars'

/** A header as GNU tar writes it in an incremental archive. */
function level(options: Entry): Buffer {
  const times = (block: Buffer) => {
    block.write('15302356376\x0015302356375\0', 345, 'latin1')
    options.patch?.(block)
  }
  return entry({ magic: 'ustar  \0', ...options, patch: times })
}

function folder(name: string, ...records: string[]): Buffer {
  return level({ name, type: 'D', data: Buffer.from(`${records.map(record => `${record}\0`).join('')}\0`, 'latin1') })
}

function file(name: string, text: string): Buffer {
  return level({ name, data: Buffer.from(text) })
}

/** Read from the newest to the oldest. */
function merged(...archives: Buffer[]): Buffer {
  const merge = new ChainMerge(['site'])
  const pieces: Buffer[] = []
  for (const each of archives) {
    merge.write(each)
    merge.next()
    pieces.push(merge.take())
  }
  merge.end()
  expect(merge.tree.missing).toBe(0)
  return Buffer.concat([...pieces, merge.take()])
}

const base = archive(
  folder('site/', 'Ya', 'Yb', 'Dgone', 'Yold'),
  folder('site/gone/', 'Yx'),
  file('site/a', 'a1'),
  file('site/b', 'b1'),
  file('site/old', 'o'),
  file('site/gone/x', 'x'),
)

describe('a chain of archives', () => {
  it('becomes the tree of the newest one, each file from the newest archive that has it', () => {
    const newest = archive(
      folder('site/', 'Na', 'Yb', 'Dnew'),
      folder('site/new/', 'Yc'),
      file('site/b', 'b2'),
      file('site/new/c', 'c'),
    )
    const text = merged(newest, base).toString('latin1')
    expect([...text.matchAll(/site\/[a-z/]*/g)].map(([name]) => name)).toEqual([
      'site/',
      'site/new/',
      'site/b',
      'site/new/c',
      'site/a',
    ])
    expect(text).toContain('b2')
    expect(text).not.toContain('b1')
    expect(text).not.toMatch(/153023/)
  })

  it.each<[string, Buffer, RegExp]>([
    ['a rename', archive(folder('site/', 'Rsite/a', 'Tsite/b', 'Nc')), /record of the kind "R"/],
    ['a temporary folder', archive(folder('site/', 'Xsite/tmp', 'Nc')), /record of the kind "X"/],
    ['a name with a slash', archive(folder('site/', 'N../../etc/passwd')), /which is no name/],
    ['..', archive(folder('site/', 'N..')), /which is no name/],
    ['an empty name', archive(folder('site/', 'N')), /which is no name/],
    ['two of one name', archive(folder('site/', 'Na', 'Ya'), file('site/a', 'a')), /not in order/],
    ['no end', archive(level({ name: 'site/', type: 'D', data: Buffer.from('Na\0') })), /cut off/],
    [
      'something behind its end',
      archive(level({ name: 'site/', type: 'D', data: Buffer.from('Na\0\0Nb\0') })),
      /goes on behind/,
    ],
    ['a folder outside', archive(folder('etc/', 'Na')), /does not list/],
    ['a folder that no other lists', archive(folder('site/', 'Na'), folder('site/b/', 'Nc')), /does not list/],
    ['a folder that does not come', archive(folder('site/', 'Db')), /lacks 1/],
    ['a folder twice', archive(folder('site/', 'Na'), folder('site/', 'Na')), /twice/],
    ['a file that no folder lists', archive(folder('site/', 'Na'), file('site/b', 'b')), /does not list/],
    [
      'a folder behind files',
      archive(folder('site/', 'Ya', 'Db'), file('site/a', 'a'), folder('site/b/', 'Nc')),
      /behind files/,
    ],
    [
      'a folder without a list',
      archive(folder('site/', 'Db'), level({ name: 'site/b/', type: '5' })),
      /without its list/,
    ],
    ['nothing', archive(), /does not hold/],
    [
      'more in a header',
      archive(
        level({ name: 'site/', type: 'D', patch: block => void block.writeUInt8(1, 400), data: Buffer.from('Na\0\0') }),
      ),
      /more than/,
    ],
  ])('is refused with a list that has %s', (_what, bytes, told) => {
    expect(() => merged(bytes, base)).toThrow(told)
  })

  it('is refused when an older archive does not list what a newer one keeps from it', () => {
    expect(() => merged(archive(folder('site/', 'Na', 'Nnever')), base)).toThrow(/does not list 1 name/)
  })

  it('is refused when a hard link leads to what came from a newer archive', () => {
    const linked = archive(
      folder('site/', 'Ya', 'Yb'),
      file('site/a', 'a'),
      level({ name: 'site/b', type: '1', link: 'site/a' }),
    )
    const newest = archive(folder('site/', 'Ya', 'Nb'), file('site/a', 'other'))
    expect(() => merged(newest, linked)).toThrow(/hard link/)
    expect(merged(archive(folder('site/', 'Na', 'Nb')), linked).toString('latin1')).toContain('site/b')
  })
})
