import { parseSystem } from '../../../../../src/server/missing-tool'
import { AttributeTally } from '../../../../../src/sources/files/attributes/attribute-tally'
import type { AclEntry, Listed } from '../../../../../src/sources/files/attributes/listed'
import { type AttributesPlan, planAttributes } from '../../../../../src/sources/files/attributes/plan-attributes'
import type { FoundAccount } from '../../../../../src/sources/files/owners/accounts'

const own = (tag: AclEntry['tag'], permissions: string): AclEntry => {
  return { isDefault: false, tag, account: undefined, permissions }
}
const web = { name: 'www-data', number: 33 }
const entries: AclEntry[] = [
  own('user', 'rw-'),
  { ...own('user', 'r--'), account: web },
  { ...own('user', 'rwx'), account: { name: undefined, number: 4711 } },
  own('group', 'r--'),
  { ...own('group', 'rw-'), account: { name: "o'dev", number: 50 } },
  own('mask', 'rwx'),
  own('other', '---'),
]
const listed: Listed[] = [
  { kind: 'lists', path: 'srv/site/a', entries },
  { kind: 'lists', path: 'srv/site/it s', entries },
  { kind: 'lists', path: 'srv/other/b', entries },
  { kind: 'attributes', path: 'srv/site/a', isFirst: true, name: 'user.colour', value: '6f' },
  { kind: 'attributes', path: 'srv/site/p', isFirst: true, name: 'security.capability', value: '01' },
]

interface Options {
  isRoot?: boolean
  tools?: [string, string][]
  withRights?: boolean
  users?: Record<string, FoundAccount>
}

const account = (number?: number, holder = ''): FoundAccount => ({ number, loginGroup: undefined, holder })
const bothTools: [string, string][] = [
  ['setfacl', 'setfacl 2.3.1'],
  ['setfattr', 'setfattr 2.5.1'],
]

function plan({ isRoot = true, tools = bothTools, withRights = false, users = {} }: Options = {}): AttributesPlan {
  const tally = new AttributeTally(['srv/site', 'srv/other'])
  for (const each of listed) tally.add(each)
  const content = tally.finish()
  const { accounts } = content
  const found = {
    users: accounts.users.map(({ name, number }) => users[name || String(number)] ?? account()),
    groups: accounts.groups.map(() => account(50)),
  }
  return planAttributes({
    ...{ content, withRights, asked: accounts, found },
    parts: [{ path: '/srv/site', target: '/srv/new' }],
    host: { isRoot, tools: new Map(tools), system: parseSystem('debian none') },
  })
}

describe('planAttributes', () => {
  it('gives what is listed of the folders, with the numbers that names have on the server', () => {
    const { gives, findings, facts } = plan({ users: { 'www-data': account(48), 4711: account() } })
    expect(findings).toEqual([])
    expect(facts).toEqual([
      'With the files come the access control lists of 2 entries and the extended attributes of 1 entry.',
    ])
    expect([...(gives?.kinds ?? [])]).toEqual(['lists', 'attributes'])
    expect(gives?.numberOf('user', web)).toEqual({ number: 48, isByName: true })
    expect(gives?.numberOf('user', { name: undefined, number: 4711 })).toEqual({ number: 4711, isByName: false })
    expect(plan({ withRights: true }).facts[0]).toMatch(/the extended attributes of 2 entries\.$/)
  })

  it('names the accounts that the server does not have, or that are somebody else there', () => {
    const { gives, findings } = plan({
      users: { 'www-data': account(undefined, 'nobody'), 4711: account(4711, 'eve') },
    })
    expect(gives?.numberOf('user', web)).toEqual({ number: 33, isByName: false })
    expect(findings.map(({ what }) => what)).toEqual([
      'Access control lists name accounts that this server does not have by name: the user "www-data" by the number 33, which is "nobody" there, the user 4711, which is "eve" there.',
    ])
  })

  it('says to a user who is not root what is missing, with the commands that give it', () => {
    const { gives, findings } = plan({ isRoot: false })
    expect(gives).toBeUndefined()
    const acl = `'user::rw-,user:www-data:r--,user:4711:rwx,group::r--,group:o\\047dev:rw-,mask::rwx,other::---'`
    expect(findings).toMatchObject([
      {
        code: 'attributes-not-given',
        what: 'Not restored: the access control lists of 2 entries: "/srv/site/a", "/srv/site/it s". Only a restore as root gives them. Until then the group of each has the rights that its list gave to any group or named user.',
        fix: `Restore as root. Or: Give them as root after the restore:\nsetfacl --set ${acl} -- /srv/new/a '/srv/new/it s'`,
      },
      {
        what: 'Not restored: the extended attributes of 1 entry: "/srv/site/a". Only a restore as root gives them.',
        fix: 'Restore as root. Or: Give them as root after the restore:\nsetfattr -h -n user.colour -v 0x6f -- /srv/new/a',
      },
    ])
  })

  it('says which package is missing; the program of busybox does not do', () => {
    const { gives, findings } = plan({ tools: [['setfattr', '']], withRights: true })
    expect(gives).toBeUndefined()
    expect(findings.map(({ fix }) => fix?.split('\n')[0])).toEqual([
      'Install it, then restore: sudo apt install acl',
      'Install it, then restore: sudo apt install attr',
    ])
    expect(findings[1]?.fix).toContain('setfattr -h -n security.capability -v 0x01 -- /srv/new/p')
  })
})
