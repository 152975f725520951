import type { AnswerRow } from '../../host/answer'
import type { AccountRight, AccountRights, RoleMember } from './inventory'

/** What the rows of the job `inventory` say of accounts, as they arrive. */
export interface AccountReading extends AccountRights {
  seen: Set<string>
  rights: AccountRight[]
  roles: RoleMember[]
  defaultRoles: RoleMember[]
  plugins: Map<string, string>
}

export function noAccounts(): AccountReading {
  return { seen: new Set(), rights: [], roles: [], defaultRoles: [], plugins: new Map() }
}

/** Readers of the rows by their first word. */
export const accountReaders: readonly (readonly [string, (row: AnswerRow, found: AccountReading) => void])[] = [
  ['accounts-seen', (row, { seen }) => seen.add(row.field(1))],
  [
    'right',
    (row, { rights }) => {
      const kind = objectKinds.find(each => each === row.field(4)) ?? row.isUnreadable()
      const privileges = row
        .field(7)
        .split(',')
        .filter(each => each !== '')
        .map(privilegeName)
      rights.push({
        database: row.name(1),
        account: accountName(row.name(2), row.name(3)),
        object: { kind, name: row.name(5) },
        column: row.field(6) === '' ? undefined : row.name(6),
        privileges: withAll(
          privileges.filter(each => each !== 'GRANT'),
          kind,
        ),
        isGrantable: privileges.includes('GRANT'),
      })
    },
  ],
  [
    'global',
    (row, { rights }) => {
      const account = granteeName(row.name(1))
      if (account === undefined) return
      const privileges = withAll(row.field(2).split(','), '')
      const isGrantable = row.field(3) === 'YES'
      rights.push({
        database: undefined,
        account,
        object: { kind: '', name: '' },
        column: undefined,
        privileges,
        isGrantable,
      })
    },
  ],
  ['role', (row, { roles }) => roles.push(roleMember(row))],
  ['default-role', (row, { defaultRoles }) => defaultRoles.push(roleMember(row))],
  ['plugin', (row, { plugins }) => plugins.set(accountName(row.name(1), row.name(2)), row.name(3))],
]

const objectKinds = ['', 'TABLE', 'PROCEDURE', 'FUNCTION', 'PACKAGE', 'PACKAGE BODY'] as const

function roleMember(row: AnswerRow): RoleMember {
  return { role: accountName(row.name(1), row.name(2)), member: accountName(row.name(3), row.name(4)) }
}

/** `information_schema` quotes both parts, and escapes nothing. Undefined for a role of MariaDB. */
function granteeName(listed: string): string | undefined {
  const [, user, host] = /^'(.*)'@'([^']*)'$/s.exec(listed) ?? []
  return user === undefined || host === undefined ? undefined : accountName(user, host)
}

/** MariaDB keeps roles without a host; so was everybody's account, `PUBLIC`. An account without a name has a host. */
export function accountName(user: string, host: string): string {
  return host === '' && user !== '' ? user : `${user}@${host}`
}

/** As GRANT spells what the tables say: `Select`, `Create View`, `Delete versioning rows`. */
function privilegeName(listed: string): string {
  const name = listed.toUpperCase()
  return name === 'DELETE VERSIONING ROWS' ? 'DELETE HISTORY' : name
}

/** All that both products have for a database: also what only one of them has. */
const databasePrivileges = 18

function withAll(privileges: readonly string[], kind: AccountRight['object']['kind']): readonly string[] {
  return kind === '' && privileges.length >= databasePrivileges ? ['ALL PRIVILEGES'] : privileges
}
