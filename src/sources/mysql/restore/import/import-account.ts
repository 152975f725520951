import { randomBytes } from 'node:crypto'
import { warning } from '../../../../findings/finding'
import { doClocksDiffer } from '../../../../runtime/clock'
import { messageOf } from '../../../../runtime/errors'
import type { WallClock } from '../../../../runtime/runtime'
import type { DatabaseAccess } from '../../client/database-access'
import { grantPattern, quotedAccount, quotedIdentifier } from '../../client/sql-names'
import { grantsOf, mayElsewhere } from '../../inventory/grants'
import { neededSettings, sessionRight } from '../../traits/session-right'
import type { RecordedTraits } from '../../traits/trait'
import type { ImportTools } from './import-tools'

/** An account as which the tables and rows of one dump are imported. */
export interface ImportAccount {
  access: DatabaseAccess
  /** Removes it, if it was made for the import. */
  close(): Promise<void>
}

/** What tables and rows need: nothing that runs later, and nothing outside of the database. */
const rights = 'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES'

const prefix = 'make-a-backup-'

/** The login may make no account: error references of MySQL and MariaDB. */
const refused = /\(error (1044|1227)\)/

/**
 * The account for an import into an existing database. A dump is untrusted text: where the login has rights beyond that
 * database, a new account is made that has none. Where that fails, it is the login, with a warning.
 */
export async function openImportAccount(
  database: string,
  tools: ImportTools,
  traits?: RecordedTraits,
): Promise<ImportAccount> {
  const { access, target, areTrusted, signal, warn } = tools
  const own = { access, close: async () => {} }
  const { inventory } = target.found
  if (areTrusted || !mayElsewhere(grantsOf(inventory), database)) return own
  try {
    return await makeAccount(
      database,
      target.found.inventory.server.flavor === 'mysql' && neededSettings(traits, target).length > 0,
      tools,
    )
  } catch (error) {
    signal.throwIfAborted()
    warn([
      warning(
        'import-rights',
        `The dump of ${JSON.stringify(database)} is imported with all rights of ${inventory.user}, since no account with rights on this database alone could be made: ${messageOf(error)}`,
        `Nothing, if you trust whoever may write to the bucket or to this database. Otherwise use a database user that has rights on ${JSON.stringify(database)} only, or one that may make accounts (CREATE USER and GRANT OPTION).`,
      ),
    ])
    return own
  }
}

async function makeAccount(database: string, setsSession: boolean, tools: ImportTools): Promise<ImportAccount> {
  const { access, runtime, accounts, save } = tools
  const user = `${prefix}${dateOf(runtime.clock.now())}-${randomBytes(4).toString('hex')}`
  // All kinds of characters that a rule for passwords may ask for.
  const password = `${randomBytes(24).toString('base64url')}aA1.`
  const account = `${user}@${await ownHost(tools)}`
  accounts.push(account)
  save()
  const close = () => dropAccounts([account], tools)
  await dropAccounts(leftAccounts(tools.target.accounts, runtime.clock), tools).catch(() => {})
  let isRefused = false
  try {
    const session = setsSession ? [`GRANT ${sessionRight} ON *.* TO ${quotedAccount(account)};`] : []
    const [creation = '', ...grants] = accountStatements(account, password, database, tools)
    const name = 'the making of an account for the import'
    await run(tools, creation, name).catch(error => {
      if (refused.test(messageOf(error))) isRefused = true
      throw error
    })
    await run(tools, [...grants, ...session].join('\n'), name)
    const isConfigured = access.user === undefined
    const login = { ...access, user, password, ...(isConfigured ? { isConfigured } : {}) }
    await tools.server.runSql({ access: login, database, sql: 'SELECT 1;', name: 'the login for the import' })
    return { access: login, close }
  } catch (error) {
    if (isRefused) forget(account, tools)
    else await close()
    throw error
  }
}

/** The accounts that imports of killed runs left, yesterday or before. None while nobody knows what day it is. */
function leftAccounts(accounts: ReadonlySet<string> | undefined, clock: WallClock): string[] {
  if (doClocksDiffer(clock)) return []
  const yesterday = dateOf(new Date(clock.now().getTime() - 24 * 60 * 60 * 1000))
  return [...(accounts ?? [])].filter(account => {
    const date = /^make-a-backup-(\d{8})-[0-9a-f]{8}@/.exec(account)?.[1]
    return date !== undefined && date < yesterday
  })
}

/** As the server names the machine of its client. */
async function ownHost({ server, access, signal }: ImportTools): Promise<string> {
  const sql = "SELECT SUBSTRING_INDEX(USER(), '@', -1);"
  return (await server.runSql({ access, sql, name: 'asking for the name of this client', signal })).trim()
}

function accountStatements(account: string, password: string, database: string, tools: ImportTools): string[] {
  const { server } = grantsOf(tools.target.found.inventory)
  const to = quotedAccount(account)
  const on = (name: string) => `${quotedIdentifier(grantPattern(server, name))}.*`
  const others = tools.databases.filter(name => name !== database)
  return [
    `CREATE USER ${to} IDENTIFIED BY '${password}';`,
    `GRANT ${rights} ON ${on(database)} TO ${to};`,
    ...others.map(name => `GRANT REFERENCES ON ${on(name)} TO ${to};`),
  ]
}

/** Removes accounts that were made for imports. Throws when one remains. */
export async function dropAccounts(
  names: readonly string[],
  tools: Pick<ImportTools, 'server' | 'access' | 'accounts' | 'save'>,
): Promise<void> {
  for (const name of [...names]) {
    await run(tools, `DROP USER IF EXISTS ${quotedAccount(name)};`, 'the removal of an account of an import')
    forget(name, tools)
  }
}

function forget(account: string, { accounts, save }: Pick<ImportTools, 'accounts' | 'save'>): void {
  const at = accounts.indexOf(account)
  if (at >= 0) accounts.splice(at, 1)
  save()
}

async function run(tools: Pick<ImportTools, 'server' | 'access'>, sql: string, name: string): Promise<void> {
  await tools.server.runSql({ access: tools.access, sql, name })
}

function dateOf(time: Date): string {
  return time.toISOString().slice(0, 10).replaceAll('-', '')
}
