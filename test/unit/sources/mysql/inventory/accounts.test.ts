import { accountsOf, grantsToSeeAccounts } from '../../../../../src/sources/mysql/inventory/accounts'
import type { AccountRight, AccountRights } from '../../../../../src/sources/mysql/inventory/inventory'

const right = (changes: Partial<AccountRight>): AccountRight => ({
  ...{ database: 'shop', account: 'site@localhost', object: { kind: '', name: '' }, column: undefined },
  ...{ privileges: ['SELECT'], isGrantable: false },
  ...changes,
})

function inventoryOf(accounts: Partial<AccountRights>, partialRevokes = false) {
  return {
    ...{
      server: { flavor: 'mariadb' as const, version: '10.11.19' },
      dumpTool: '',
      user: 'b@localhost',
      databases: [],
    },
    grants: { lines: [], partialRevokes },
    accounts: {
      seen: new Set(['db', 'tables_priv', 'columns_priv', 'procs_priv', 'roles_mapping']),
      rights: [],
      roles: [],
      defaultRoles: [],
      plugins: new Map<string, string>(),
      ...accounts,
    },
  }
}

describe('accountsOf', () => {
  it('records who has rights on a database, as statements for just this one', () => {
    const rights = [
      right({ database: 'my\\_shop', privileges: ['ALL PRIVILEGES'] }),
      right({ database: 'my%', account: 'a@%', privileges: ['SELECT', 'LOCK TABLES'], isGrantable: true }),
      right({ database: 'my_shop', account: 'a@%', object: { kind: 'TABLE', name: 'o`s' }, privileges: ['INSERT'] }),
      right({
        database: 'my_shop',
        account: 'a@%',
        object: { kind: 'TABLE', name: 't' },
        column: 'c',
        privileges: ['UPDATE', 'SELECT'],
      }),
      right({
        database: 'my_shop',
        account: "o'b@h",
        object: { kind: 'FUNCTION', name: 'f' },
        privileges: ['EXECUTE'],
      }),
      right({ database: 'other', account: 'nobody@%' }),
      right({ database: 'my\\_shop', account: 'mariadb.sys@localhost' }),
      right({ database: 'my\\_shop', account: 'editors' }),
    ]
    const roles = [
      { role: 'editors', member: 'eve@%' },
      { role: 'others', member: 'nobody@%' },
    ]
    expect(accountsOf(inventoryOf({ rights, roles }), 'my_shop')).toEqual([
      {
        account: 'a@%',
        grants: [
          "GRANT SELECT, LOCK TABLES ON `my\\_shop`.* TO 'a'@'%' WITH GRANT OPTION",
          "GRANT INSERT ON `my_shop`.`o``s` TO 'a'@'%'",
          "GRANT UPDATE (`c`), SELECT (`c`) ON `my_shop`.`t` TO 'a'@'%'",
        ],
      },
      { account: 'editors', grants: ['GRANT SELECT ON `my\\_shop`.* TO `editors`'] },
      { account: 'eve@%', grants: ["GRANT `editors` TO 'eve'@'%'"] },
      { account: "o'b@h", grants: ["GRANT EXECUTE ON FUNCTION `my_shop`.`f` TO `o'b`@'h'"] },
      { account: 'site@localhost', grants: ["GRANT ALL PRIVILEGES ON `my\\_shop`.* TO 'site'@'localhost'"] },
    ])
  })

  it('follows roles to those who have them in the end, and knows which are active at the login', () => {
    const rights = [right({ account: 'editors', privileges: ['UPDATE'] })]
    const roles = [
      { role: 'chiefs', member: 'eve@%' },
      { role: 'editors', member: 'chiefs' },
      { role: 'editors', member: 'root@localhost' },
    ]
    const defaultRoles = [
      { role: 'chiefs', member: 'eve@%' },
      { role: 'elsewhere', member: 'eve@%' },
    ]
    expect(accountsOf(inventoryOf({ rights, roles, defaultRoles }), 'shop')).toEqual([
      { account: 'chiefs', grants: ['GRANT `editors` TO `chiefs`'] },
      { account: 'editors', grants: ['GRANT UPDATE ON `shop`.* TO `editors`'] },
      { account: 'eve@%', grants: ["GRANT `chiefs` TO 'eve'@'%'"], defaultRoles: ['chiefs'] },
    ])
  })

  it('records definers without rights, and rights on all databases as those on this one', () => {
    const rights = [
      right({ database: undefined, account: 'all@%', privileges: ['ALL PRIVILEGES'], isGrantable: true }),
      right({ database: undefined, account: 'root@127.0.0.1', privileges: ['ALL PRIVILEGES'] }),
      right({ database: undefined, account: 'debian-sys-maint@localhost', privileges: ['ALL PRIVILEGES'] }),
    ]
    const shop = {
      ...{
        name: 'shop',
        characterSet: '',
        collation: '',
        tables: [],
        triggers: [],
        routines: [],
        events: [],
        ambiguous: [],
      },
      definers: ['all@%', 'old@localhost', 'mysql.sys@localhost'],
    }
    const plugins = new Map([['old@localhost', 'unix_socket']])
    expect(accountsOf({ ...inventoryOf({ rights, plugins }), databases: [shop] }, 'shop')).toEqual([
      { account: 'all@%', grants: ["GRANT ALL PRIVILEGES ON `shop`.* TO 'all'@'%' WITH GRANT OPTION"] },
      { account: 'old@localhost', grants: [], plugin: 'unix_socket' },
    ])
  })

  it('takes a pattern for a name where partial revokes do', () => {
    const rights = [right({ database: 'my%' }), right({ database: 'my_shop', account: 'a@%' })]
    expect(accountsOf(inventoryOf({ rights }, true), 'my_shop')).toEqual([
      { account: 'a@%', grants: ["GRANT SELECT ON `my_shop`.* TO 'a'@'%'"] },
    ])
  })

  it('tells "nobody" from "not to be seen", and says what lets the login see it', () => {
    expect(accountsOf(inventoryOf({}), 'shop')).toEqual([])
    const blind = inventoryOf({ seen: new Set(['tables_priv']) })
    expect(accountsOf(blind, 'shop')).toBeUndefined()
    expect(grantsToSeeAccounts(inventoryOf({}))).toEqual([])
    expect(grantsToSeeAccounts(blind)).toEqual([
      "GRANT SELECT ON `mysql`.`db` TO 'b'@'localhost';",
      "GRANT SELECT ON `mysql`.`columns_priv` TO 'b'@'localhost';",
      "GRANT SELECT ON `mysql`.`procs_priv` TO 'b'@'localhost';",
      "GRANT SELECT ON `mysql`.`roles_mapping` TO 'b'@'localhost';",
    ])
    const onMysql = (version: string) =>
      grantsToSeeAccounts({ ...inventoryOf({}), server: { flavor: 'mysql', version } }).map(
        statement => /`mysql`\.`(\w+)`/.exec(statement)?.[1],
      )
    expect(onMysql('9.7.4')).toEqual(['role_edges', 'default_roles'])
    expect(onMysql('5.7.44')).toEqual([])
  })
})
