import { FailureError } from '../../../../../src/runtime/errors'
import { parseFolderTarget } from '../../../../../src/sources/files/target/folder-target-facts'

const row = (...fields: string[]) => `${fields.join('\t')}\n`
const disk = (available: number | string) => `/dev/sda1 1000 500 ${available} 50% /srv`

describe('parseFolderTarget', () => {
  it('reads what stands at each place, in the order of the request', () => {
    const text =
      row('uid', '1000') +
      row('system', 'debian, mariadb') +
      row('place', '0', 'folder', 'yes', '/var/www') +
      row('place-mount', '0', '/') +
      row('place-disk', '0', disk(20)) +
      row('place', '1', 'absent', 'no', '/srv/a\tb') +
      row('place-mount', '1', '/srv/my disk') +
      row('place-disk', '1', '') +
      row('place-link', '1', '/srv/releases/1') +
      row('place-inside', '0', 'nfs4', 'up loads') +
      row('place-inside', '0', 'tmpfs', 'a\\134b')
    const mounted = [
      { path: 'up loads', type: 'nfs4' },
      { path: 'a\\b', type: 'tmpfs' },
    ]
    expect(parseFolderTarget(text)).toEqual({
      isRoot: false,
      tools: new Map(),
      system: { distribution: ['debian'], databaseServer: 'mariadb' },
      leftovers: [],
      accounts: { users: [], groups: [] },
      places: [
        { state: 'folder', isWritable: true, parent: '/var/www', mount: '/', freeBytes: 20 * 1024, mounted },
        {
          state: 'absent',
          isWritable: false,
          parent: '/srv/a\tb',
          mount: '/srv/my disk',
          freeBytes: undefined,
          leadsTo: '/srv/releases/1',
          mounted: [],
        },
      ],
    })
  })

  it('reads the tools, who is asked, and what earlier restores left', () => {
    const text =
      row('uid', '0') +
      row('tool', 'tar', 'tar (GNU tar) 1.34') +
      row('tool', 'gzip', '') +
      row('leftover', '/srv/.html.restoring-x')
    const facts = parseFolderTarget(text)
    expect(facts.isRoot).toBe(true)
    expect([...facts.tools]).toEqual([
      ['tar', 'tar (GNU tar) 1.34'],
      ['gzip', ''],
    ])
    expect(facts.leftovers).toEqual(['/srv/.html.restoring-x'])
  })

  it.each([
    ['an empty answer', ''],
    ['a place in a state that nobody knows', row('uid', '0') + row('place', '0', 'odd', 'yes', '/')],
    ['a place without a state', row('uid', '0') + row('place', '0')],
    [
      'a place that is reported twice',
      row('uid', '0') + row('place', '0', 'absent', 'yes', '/a') + row('place', '0', 'folder', 'yes', '/b'),
    ],
    ['a place out of turn', row('uid', '0') + row('place', '1', 'absent', 'yes', '/a')],
    [
      'a place on two disks',
      row('uid', '0') +
        row('place', '0', 'absent', 'yes', '/a') +
        row('place-mount', '0', '/') +
        row('place-mount', '0', '/srv'),
    ],
  ])('makes nothing of %s', (_, text) => {
    expect(() => parseFolderTarget(text)).toThrow(FailureError)
  })
})
