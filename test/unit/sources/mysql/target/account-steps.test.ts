import type { DatabaseAccount } from '../../../../../src/repository/manifest/manifest'
import type { AccountRight } from '../../../../../src/sources/mysql/inventory/inventory'
import { accountSteps } from '../../../../../src/sources/mysql/target/account-steps'
import type { TargetDatabase } from '../../../../../src/sources/mysql/target/database-target-facts'
import { aDump, someFacts } from '../../../commands/restore/a-restore'

const site: DatabaseAccount = {
  account: 'site@localhost',
  grants: ["GRANT SELECT, INSERT ON `my\\_shop`.* TO 'site'@'localhost'"],
}

function targetWith(accounts: string[] | undefined, rights: AccountRight[] = []): TargetDatabase {
  const { database } = someFacts().databases
  if (database === undefined) throw new Error('There is a database server.')
  const { inventory } = database.found
  return {
    ...database,
    accounts: accounts && new Set(accounts),
    found: {
      ...database.found,
      inventory: {
        ...inventory,
        accounts: { seen: new Set(['db']), rights, roles: [], defaultRoles: [], plugins: new Map() },
      },
    },
  }
}

const stepsFor = (accounts: DatabaseAccount[] | undefined, target = targetWith(['root@localhost']), name = 'my_shop') =>
  accountSteps([{ artifact: aDump('my_shop', accounts === undefined ? {} : { accounts }), target: name }], target)
const commandsFor = (...asked: Parameters<typeof stepsFor>) => stepsFor(...asked).flatMap(({ commands }) => commands)

describe('accountSteps', () => {
  it('makes what is missing on the target, with its rights and without a password', () => {
    expect(commandsFor([site])).toEqual([
      "CREATE USER 'site'@'localhost' IDENTIFIED BY '…';",
      "GRANT SELECT, INSERT ON `my\\_shop`.* TO 'site'@'localhost';",
    ])
  })

  it('names the database as it is called there', () => {
    const table = { account: 'a@%', grants: ["GRANT SELECT (`c`) ON `my_shop`.`t` TO 'a'@'%' WITH GRANT OPTION"] }
    expect(commandsFor([site, table], targetWith(['a@%']), 'copy_1')).toEqual([
      "CREATE USER 'site'@'localhost' IDENTIFIED BY '…';",
      "GRANT SELECT, INSERT ON `copy\\_1`.* TO 'site'@'localhost';",
      "GRANT SELECT (`c`) ON `copy_1`.`t` TO 'a'@'%' WITH GRANT OPTION;",
    ])
  })

  it('has nothing to do where the account has its rights', () => {
    const right: AccountRight = {
      ...{ database: 'my\\_shop', account: 'site@localhost', object: { kind: '', name: '' }, column: undefined },
      ...{ privileges: ['SELECT', 'INSERT'], isGrantable: false },
    }
    expect(stepsFor([site], targetWith(['site@localhost'], [right]))).toEqual([])
    expect(commandsFor([site], targetWith(['site@localhost']))).toHaveLength(1)
  })

  it('makes roles as roles', () => {
    const accounts = [
      { account: 'editors', grants: ['GRANT SELECT ON `my\\_shop`.* TO `editors`'] },
      { account: 'readers@%', grants: ["GRANT SELECT ON `my_shop`.* TO 'readers'@'%'"] },
      { account: 'eve@%', grants: ["GRANT `editors` TO 'eve'@'%'", "GRANT 'readers'@'%' TO 'eve'@'%'"] },
    ]
    expect(commandsFor(accounts).filter(command => command.startsWith('CREATE'))).toEqual([
      'CREATE ROLE `editors`;',
      "CREATE ROLE 'readers'@'%';",
      "CREATE USER 'eve'@'%' IDENTIFIED BY '…';",
    ])
  })

  it('makes everybody before anybody gets a role, and makes roles active as they were', () => {
    const accounts = [
      { account: 'chiefs', grants: ['GRANT `editors` TO `chiefs`'] },
      { account: 'editors', grants: ['GRANT SELECT ON `my\\_shop`.* TO `editors`'] },
      { account: 'eve@%', grants: ["GRANT `chiefs` TO 'eve'@'%'"], defaultRoles: ['chiefs', 'unrecorded'] },
    ]
    expect(commandsFor(accounts)).toEqual([
      'CREATE ROLE `chiefs`;',
      'CREATE ROLE `editors`;',
      "CREATE USER 'eve'@'%' IDENTIFIED BY '…';",
      'GRANT `editors` TO `chiefs`;',
      'GRANT SELECT ON `my\\_shop`.* TO `editors`;',
      "GRANT `chiefs` TO 'eve'@'%';",
      "SET DEFAULT ROLE `chiefs` FOR 'eve'@'%';",
    ])
  })

  it('asks for no password where the login has none, and makes definers without rights, but no root', () => {
    const accounts = [
      { account: 'old@localhost', grants: [], plugin: 'auth_socket' },
      { account: 'root@localhost', grants: [] },
    ]
    expect(commandsFor(accounts, targetWith(undefined))).toEqual([
      "CREATE USER 'old'@'localhost' IDENTIFIED VIA unix_socket;",
    ])
  })

  it('says how to learn it where nothing is recorded, and names all where the target cannot be asked', () => {
    expect(stepsFor(undefined)).toEqual([
      { what: expect.stringContaining('which ones had rights on "my_shop" is not recorded'), commands: [] },
    ])
    expect(stepsFor([site], targetWith(undefined))[0]?.what).toContain('this login may not see which are')
  })

  it.each([
    "GRANT ALL PRIVILEGES ON *.* TO 'site'@'localhost'",
    "GRANT SELECT ON `mysql`.* TO 'site'@'localhost'",
    "GRANT SELECT ON `my_shop`.* TO 'evil'@'%'",
    "GRANT SELECT ON `my_shop`.* TO 'site'@'localhost' IDENTIFIED BY 'x'",
    "GRANT SELECT ON `my_shop`.* TO 'site'@'localhost'; DROP DATABASE shop",
    "GRANT SELECT ON `my_shop`.* TO 'site'@'localhost'\n",
    "GRANT `root` TO 'site'@'localhost'",
    'DROP DATABASE `my_shop`',
  ])('shows nothing that a backup does not record: %j', grant => {
    expect(commandsFor([{ account: 'site@localhost', grants: [grant] }])).toEqual([
      "CREATE USER 'site'@'localhost' IDENTIFIED BY '…';",
    ])
  })

  it('quotes names, and leaves out those that hide something', () => {
    const accounts = ["a'; DROP DATABASE shop; --@%", 'a\n@%', 'a\u202e@%'].map(account => ({ account, grants: [] }))
    expect(commandsFor(accounts)).toEqual(["CREATE USER `a'; DROP DATABASE shop; --`@'%' IDENTIFIED BY '…';"])
  })
})
