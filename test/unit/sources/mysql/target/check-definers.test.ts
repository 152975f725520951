import type { DumpNeeds } from '../../../../../src/sources/mysql/check/needs/dump-needs'
import { aDump, aManifest, type FactOptions } from '../../../commands/restore/a-restore'
import { findings, findingsOf, fixes, type PlanOptions } from '../../../commands/restore/planning'

const owner = 'GRANT ALL PRIVILEGES ON `shop`.* TO `shop`@`localhost`'
const noRoutines = { routines: 0, objects: { views: [], triggers: ['t'], routines: [], events: [] } }

type Server = readonly ['mariadb' | 'mysql', string]

/** A dump without routines, onto a server of the same kind. */
function onto(
  [flavor, version]: Server,
  rights: string,
  facts: FactOptions = {},
  needs: Partial<DumpNeeds> = { definers: ['root@localhost'] },
): PlanOptions {
  const made = aManifest([aDump('shop', noRoutines)])
  const manifest = { ...made, server: { os: '', database: { flavor, version, dumpTool: '', options: [] } } }
  const grants = [owner, `GRANT ${rights} ON *.* TO \`shop\`@\`localhost\``]
  return { manifest, needs, facts: { user: 'shop@localhost', server: { flavor, version }, grants, ...facts } }
}

const mysql57: Server = ['mysql', '5.7.44']
const mysql80: Server = ['mysql', '8.0.40']
const mysql84: Server = ['mysql', '8.4.3']
const mariadb103: Server = ['mariadb', '10.3.39']
const mariadb1011: Server = ['mariadb', '10.11.19']
const mariadb114: Server = ['mariadb', '11.4.4']

describe('definerProblems', () => {
  it.each<[Server, string, string | undefined]>([
    [mysql57, 'USAGE', 'SUPER'],
    [mysql57, 'SUPER', undefined],
    [mysql80, 'USAGE', 'SET_USER_ID'],
    [mysql80, 'SET_USER_ID', undefined],
    [mysql80, 'SUPER', undefined],
    [mysql80, 'SET_ANY_DEFINER', 'SET_USER_ID'],
    [mysql84, 'USAGE', 'SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER'],
    [mysql84, 'SET_USER_ID', 'SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER'],
    [mysql84, 'SET_ANY_DEFINER', undefined],
    [mariadb103, 'USAGE', 'SUPER'],
    [mariadb103, 'SUPER', undefined],
    [mariadb1011, 'USAGE', 'SET USER'],
    [mariadb1011, 'SET USER', undefined],
    [mariadb1011, 'SUPER', undefined],
    [mariadb114, 'SUPER', 'SET USER'],
    [mariadb114, 'SET USER', undefined],
    [mariadb114, 'ALL PRIVILEGES', undefined],
  ])('knows on %j, with %s, what the names of others take: %s', (server, rights, grant) => {
    const options = onto(server, rights)
    expect(findings(options)).toEqual(
      grant === undefined
        ? []
        : [
            'warning: Views, triggers, routines and events of "shop" that were in the name of root@localhost (DEFINER) are restored in the name of shop@localhost, who may not use other names.',
          ],
    )
    expect(fixes(options)).toEqual(
      grant === undefined
        ? []
        : [expect.stringMatching(/^Nothing, if shop@localhost has rights on the whole database\./)],
    )
    expect(fixes(options).filter(fix => !fix.endsWith(`\nGRANT ${grant} ON *.* TO 'shop'@'localhost';`))).toEqual([])
  })

  it('asks for nothing when everything is in the own name', () => {
    expect(findings(onto(mariadb1011, 'USAGE', {}, { definers: ['shop@localhost'] }))).toEqual([])
    expect(findings(onto(mariadb1011, 'USAGE', {}, { definers: [] }))).toEqual([])
  })

  it('takes a role, or the same name at another host, for another', () => {
    expect(findings(onto(mariadb1011, 'USAGE', {}, { definers: ['shop', 'shop@%', 'shop@localhost'] }))[0]).toMatch(
      /in the name of shop, shop@% \(DEFINER\) are restored in the name of shop@localhost/,
    )
  })

  it('remarks which users are not there, with what makes them', () => {
    const accounts = new Set(['root@localhost', 'shop@localhost'])
    const definers = ['root@localhost', 'old@10.%', "o'x@localhost"]
    const options = onto(mariadb1011, 'SET USER', { database: { accounts } }, { definers })
    expect(findings(options)).toEqual([
      `warning: The dump of "shop" creates objects in the name of users that this server does not have: old@10.%, o'x@localhost. They are restored, and cannot be used until these users exist.`,
    ])
    expect(fixes(options)[0]?.split('\n')).toEqual([
      'Create them, with the rights that they had:',
      "CREATE USER 'old'@'10.%' IDENTIFIED BY '…';",
      "CREATE USER `o'x`@'localhost' IDENTIFIED BY '…';",
    ])
  })

  it('refuses a name that the inventory of the source does not list', () => {
    const options = { ...onto(mariadb1011, 'SET USER', {}, { definers: ['a@%', 'evil@%'] }), definers: ['a@%', 'b@%'] }
    expect(findings(options)).toEqual([
      'error: The dump of "shop" creates objects in the name of evil@% (DEFINER), and nothing in the database was in that name when it was backed up.',
    ])
  })

  it('says which names only an account with SYSTEM_USER may use, and prints no such right', () => {
    const database = { deniedDefiners: new Map([['root@localhost', 'system-user' as const]]) }
    const rights = 'SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER'
    const options = onto(mysql84, rights, { database }, { definers: ['root@localhost', 'old@%'] })
    expect(findings(options)).toEqual([
      'warning: Views, triggers, routines and events of "shop" that were in the name of root@localhost (DEFINER) are restored in the name of shop@localhost: on this server only a login with SYSTEM_USER may use the name of an account that has SYSTEM_USER.',
    ])
    expect(fixes(options).join()).not.toContain('GRANT')
  })

  it('believes the server, which refuses a name, and not the rights that it lists', () => {
    const database = { deniedDefiners: new Map([['old@%', 'right' as const]]) }
    const options = onto(mysql84, 'SET_ANY_DEFINER', { database }, { definers: ['root@localhost', 'old@%'] })
    expect(findings(options)).toEqual([expect.stringContaining('in the name of old@% (DEFINER) are restored')])
  })

  it('says nothing of accounts that it may not see', () => {
    const options = onto(mariadb1011, 'SET USER', { database: { accounts: undefined } })
    expect(findings(options)).toEqual([])
  })

  it('wants on MySQL 8.2 and newer a second right for users who are not there', () => {
    const database = { accounts: new Set(['root@localhost']) }
    const levels = (rights: string, definers: string[]) =>
      findings(onto(mysql84, rights, { database }, { definers })).map(line => line.split(':')[0])
    expect(levels('SET_ANY_DEFINER', ['root@localhost'])).toEqual([])
    const codes = (rights: string) =>
      findingsOf(onto(mysql84, rights, { database }, { definers: ['old@%'] })).map(({ code }) => code)
    expect(codes('SET_ANY_DEFINER')).toEqual(['definers-replaced'])
    expect(codes('SET_ANY_DEFINER, ALLOW_NONEXISTENT_DEFINER')).toEqual(['definers-missing'])
  })
})

describe('definerProblems, with a binary log', () => {
  const on = { log_bin: 'ON', log_bin_trust_function_creators: 'OFF' }
  const dump = (routines: string[], triggers: string[]) =>
    aManifest([
      aDump('shop', {
        ...{ routines: routines.length, triggers: triggers.length },
        objects: { views: [], triggers, routines, events: [] },
      }),
    ])
  const told = (
    routines: string[],
    triggers: string[],
    { rights = 'SHOW VIEW', variables = on }: { rights?: string; variables?: Record<string, string> } = {},
  ) =>
    findings({
      manifest: dump(routines, triggers),
      facts: {
        user: 'shop@localhost',
        grants: [owner, `GRANT ${rights} ON *.* TO \`shop\`@\`localhost\``],
        variables,
      },
    })
  const wrong = [expect.stringMatching(/^error: .* has triggers or functions, .*\(error 1419\)/)]
  const remark = [expect.stringMatching(/^warning: .* has functions, .*\(error 1418\)/)]

  it('refuses triggers and functions to whom they are refused', () => {
    expect(told(['function f'], [])).toEqual(wrong)
    expect(told([], ['t'])).toEqual(wrong)
    // Tried on MariaDB 10.11.
    expect(told(['function f'], [], { rights: 'BINLOG ADMIN' })).toEqual(wrong)
    expect(told(['package body p'], [])).toEqual(wrong)
  })

  it('lets procedures be', () => {
    expect(told(['procedure p'], [])).toEqual([])
    expect(told([], [])).toEqual([])
  })

  it('remarks to SUPER that functions must declare what they do', () => {
    expect(told(['function f'], ['t'], { rights: 'SUPER' })).toEqual(remark)
    expect(told([], ['t'], { rights: 'SUPER' })).toEqual([])
  })

  it.each([
    { log_bin: 'OFF', log_bin_trust_function_creators: 'OFF' },
    { log_bin: 'ON', log_bin_trust_function_creators: 'ON' },
    { log_bin: '1', log_bin_trust_function_creators: '1' },
    {},
  ])('has nothing to say with %j', variables => {
    expect(told(['function f'], ['t'], { variables })).toEqual([])
  })

  it('goes by the number of routines where an old manifest has no names', () => {
    const { objects: _, ...content } = aDump().content
    const artifact = { ...aDump(), content: { ...content, triggers: 0, routines: 1 } }
    const facts = { user: 'shop@localhost', grants: [owner], variables: on }
    expect(findings({ manifest: aManifest([artifact]), facts })).toEqual(wrong)
  })
})
