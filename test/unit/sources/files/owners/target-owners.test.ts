import type { FoundAccount } from '../../../../../src/sources/files/owners/accounts'
import type { Owner } from '../../../../../src/sources/files/owners/owner'
import {
  accountsToAsk,
  type OwnerChoice,
  type OwnerPlan,
  planOwners,
} from '../../../../../src/sources/files/owners/target-owners'

const web: Owner = { user: 'www-data', group: 'www-data', uid: 33, gid: 33 }
const deploy: Owner = { user: 'deploy', group: 'www-data', uid: 1001, gid: 33 }
const nameless: Owner = { user: undefined, group: undefined, uid: 4711, gid: 4711 }

const nobody: FoundAccount = { number: undefined, loginGroup: undefined, holder: '' }
const account = (number: number, loginGroup?: number): FoundAccount => ({ number, loginGroup, holder: '' })

interface Options {
  owners?: Owner[]
  users?: Record<string, FoundAccount>
  groups?: Record<string, FoundAccount>
  choice?: OwnerChoice
  isRoot?: boolean
}

function plan({
  owners = [web, deploy, nameless],
  users = {},
  groups = {},
  choice,
  isRoot = true,
}: Options): OwnerPlan {
  const counted = new Map(owners.map((owner, index) => [owner, 10 - index]))
  const asked = accountsToAsk(counted, choice, { users: [], groups: [] })
  const found = {
    users: asked.users.map(({ name, number }) => users[name || String(number)] ?? nobody),
    groups: asked.groups.map(({ name, number }) => groups[name || String(number)] ?? nobody),
  }
  return planOwners({ owners: counted, choice, asked, found, isRoot, user: 'sitebackup' })
}

describe('planOwners', () => {
  it('takes the numbers that the names have on the server', () => {
    const users = { 'www-data': account(48), deploy: account(1007) }
    const { numbers, findings, facts } = plan({ users, groups: { 'www-data': account(49) } })
    expect(findings).toEqual([])
    expect([web, deploy, nameless].map(owner => numbers?.(owner))).toEqual([
      { uid: 48, gid: 49 },
      { uid: 1007, gid: 49 },
      { uid: 4711, gid: 4711 },
    ])
    expect(facts).toEqual([
      'Owners by name: www-data:www-data (10 entries), deploy:www-data (9 entries), 4711:4711 (8 entries).',
    ])
  })

  it('takes the recorded numbers where the server does not have a name, and says so', () => {
    const { numbers, findings } = plan({ users: { 'www-data': account(33) }, groups: { 'www-data': account(33) } })
    expect(numbers?.(deploy)).toEqual({ uid: 1001, gid: 33 })
    expect(findings).toEqual([
      {
        ...{ code: 'owners-by-number', level: 'warning' },
        what: 'The server does not have a user of the recovery point. "deploy": 9 entries by the number 1001.',
        fix: 'Create what is missing, then restore again; or set "owner" for all files, as in www-data:www-data. Where the number is free, this alone is enough, now or afterwards, as root:\nuseradd --no-user-group --uid 1001 deploy',
      },
    ])
  })

  it('says whose a number is on the server, and offers no account with it', () => {
    const stranger = { ...nobody, holder: 'mallory' }
    const [finding] = plan({
      owners: [deploy],
      users: { deploy: stranger },
      groups: { 'www-data': account(33) },
    }).findings
    expect(finding?.what).toContain('"deploy": 10 entries by the number 1001, which is "mallory" there.')
    expect(finding?.fix).not.toContain('useradd')
  })

  it('says when a number without a name is somebody on the server', () => {
    const { findings } = plan({ owners: [nameless], groups: { 4711: { ...nobody, holder: 'games' } } })
    expect(findings.map(({ what }) => what)).toEqual([
      'Some groups had no name on the old server and are somebody\'s here: the group 4711 had no name: 10 entries by the number 4711, which is "games" there.',
    ])
  })

  it.each<[OwnerChoice, { uid: number; gid: number }]>([
    [
      { user: 'www-data', group: undefined },
      { uid: 48, gid: 50 },
    ],
    [
      { user: 'www-data', group: 'www-data' },
      { uid: 48, gid: 49 },
    ],
    [
      { user: '7', group: '8' },
      { uid: 7, gid: 8 },
    ],
    [
      { user: 'www-data', group: '8' },
      { uid: 48, gid: 8 },
    ],
  ])('gives everything to %j', (choice, expected) => {
    const { numbers, findings } = plan({
      choice,
      users: { 'www-data': account(48, 50) },
      groups: { 'www-data': account(49) },
    })
    expect(findings).toEqual([])
    expect([web, nameless].map(owner => numbers?.(owner))).toEqual([expected, expected])
  })

  it.each<[OwnerChoice, string]>([
    [{ user: 'www-dat', group: undefined }, 'no user "www-dat"'],
    [{ user: '7', group: 'webb' }, 'no group "webb"'],
  ])('refuses %j, which the server does not have', (choice, missing) => {
    expect(plan({ choice }).findings).toMatchObject([
      { level: 'error', what: `"owner" names an account that the server does not have: ${missing}.` },
    ])
  })

  it('gives nothing away without root', () => {
    expect(plan({ isRoot: false })).toEqual({
      ...{ numbers: undefined, findings: [] },
      facts: ['All restored files will belong to sitebackup.'],
    })
    expect(plan({ isRoot: false, choice: { user: 'sitebackup', group: undefined } }).findings).toEqual([])
    expect(plan({ isRoot: false, choice: { user: 'www-data', group: 'www-data' } }).findings).toMatchObject([
      {
        level: 'error',
        what: '"owner" gives the files to "www-data:www-data", which only root may do, and the SSH user is sitebackup.',
      },
    ])
  })
})
