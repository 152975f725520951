import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import { quotedAccount } from '../client/sql-names'
import { neededSettings, sessionRight } from '../traits/session-right'
import { type TraitName, traitIn } from '../traits/trait'
import { createTablespace } from '../traits/trait-warnings'
import type { TargetDatabase } from './database-target-facts'
import type { DatabasePart } from './planned-database'

type Checked = Pick<DatabasePart, 'artifact'>

/** What this server refuses of a database, by what the old server's metadata said of it, with the exact fix. */
export function traitProblems({ artifact }: Checked, target: TargetDatabase): Finding[] {
  const checks = [sessionProblems, referenceSystemProblems, encryptionProblems, timeZoneProblems, functionProblems]
  return checks.flatMap(check => check({ artifact }, target))
}

/** A setting of the session that an import must change, and this login may not. */
function sessionProblems({ artifact }: Checked, target: TargetDatabase): Finding[] {
  const { server, user } = target.found.inventory
  const refused = neededSettings(artifact.content.traits, target).filter(name => !target.session.has(name))
  if (refused.length === 0 || server.flavor !== 'mysql') return []
  return [
    problem(
      'session-right',
      `The dump of ${JSON.stringify(artifact.database)} has tables that this server takes only with ${refused.map(name => `${name}=OFF`).join(' and ')}, and the database user ${user} may not set that: ${tablesOf(artifact, ['loose-foreign-keys', 'wide-rows', 'no-primary-key'])}.`,
      `Run this as an administrator of the database:\nGRANT ${sessionRight} ON *.* TO ${quotedAccount(user)};`,
    ),
  ]
}

function tablesOf({ content }: Checked['artifact'], traits: readonly TraitName[]): string {
  const names = traits.flatMap(trait => traitIn(content.traits, trait)?.names ?? [])
  return listed([...new Set(names)].map(quotedName), 5)
}

function referenceSystemProblems({ artifact }: Checked, { abilities }: TargetDatabase): Finding[] {
  const { names = [], statements = [] } = traitIn(artifact.content.traits, 'reference-systems') ?? {}
  const missing = names.filter(id => !abilities.referenceSystems.has(id))
  if (missing.length === 0) return []
  const own = statements.filter(statement => missing.some(id => statement.includes(` SYSTEM ${id} `)))
  return [
    problem(
      'reference-system-missing',
      `Columns in the dump of ${JSON.stringify(artifact.database)} use spatial reference systems that this server does not have: ${listed(missing.map(quotedName), 5)}.`,
      [
        'The old server had them as follows. If that is right, run it as an administrator of the database:',
        ...own.map(statement => `${statement};`),
      ].join('\n'),
    ),
  ]
}

function encryptionProblems({ artifact }: Checked, { abilities }: TargetDatabase): Finding[] {
  const encrypted = traitIn(artifact.content.traits, 'encrypted-tables')
  if (encrypted === undefined || abilities.hasKeys) return []
  return [
    problem(
      'encryption-keys',
      `Tables of ${JSON.stringify(artifact.database)} are encrypted by the server, and this server has no keys for that: ${listed(encrypted.names.map(quotedName), 5, encrypted.count)}.`,
      'Set up its key management first (MySQL: a keyring component; MariaDB: plugin_load_add=file_key_management and its key file below [mariadb] in my.cnf), and restart it.',
    ),
  ]
}

function timeZoneProblems({ artifact }: Checked, { abilities }: TargetDatabase): Finding[] {
  const zones = traitIn(artifact.content.traits, 'named-time-zones')
  if (zones === undefined || abilities.hasTimeZones) return []
  return [
    problem(
      'time-zones-missing',
      `Events of ${JSON.stringify(artifact.database)} are in time zones by name, which this server does not know: ${listed(zones.names.map(quotedName), 5, zones.count)}.`,
      'Run this on that server as root:\nmysql_tzinfo_to_sql /usr/share/zoneinfo | mysql mysql',
    ),
  ]
}

/** MySQL manual, "Stored Program Binary Logging": whoever makes them, SUPER or not (error 1418). */
function functionProblems({ artifact }: Checked, { variables }: TargetDatabase): Finding[] {
  const unsafe = traitIn(artifact.content.traits, 'unsafe-functions')
  const isOn = (name: string) => /^(ON|1)$/i.test(variables.get(name) ?? '')
  if (unsafe === undefined || !isOn('log_bin') || isOn('log_bin_trust_function_creators')) return []
  return [
    problem(
      'binary-log',
      `This server writes a binary log, and refuses functions that are declared neither DETERMINISTIC nor NO SQL nor READS SQL DATA (error 1418). ${JSON.stringify(artifact.database)} has such: ${listed(unsafe.names.map(quotedName), 5, unsafe.count)}.`,
      'Run this as an administrator of the database, and have log_bin_trust_function_creators=ON in its my.cnf, below [mysqld]:\nSET GLOBAL log_bin_trust_function_creators=ON;',
    ),
  ]
}

/** One that not every server has. */
export function isOwnTablespace(name: string): boolean {
  return !['innodb_system', 'innodb_file_per_table', 'innodb_temporary'].includes(name)
}

/** Where tables are, from reading the dump. */
export function placeProblems(
  { artifact }: Checked,
  { tablespaces, folders }: { tablespaces: readonly string[]; folders: readonly string[] },
  { abilities }: TargetDatabase,
  areTrusted: boolean,
): Finding[] {
  const name = JSON.stringify(artifact.database)
  const needed = tablespaces.filter(isOwnTablespace)
  const missing = needed.filter(space => abilities.tablespaces?.has(space) !== true)
  const what = `The dump of ${name} has tables in tablespaces that this server ${abilities.tablespaces === undefined ? 'may not have (this login may not see them)' : 'does not have'}: ${listed(missing.map(quotedName), 5)}.`
  const statements = missing.map(createTablespace).join('\n')
  const fix = `Run this as an administrator of the database${abilities.tablespaces === undefined ? ', if they are missing' : ''}:\n${statements}`
  return [
    ...(missing.length === 0
      ? []
      : [(abilities.tablespaces === undefined ? warning : problem)('tablespace-missing', what, fix)]),
    ...(folders.length === 0 || areTrusted
      ? []
      : [
          warning(
            'data-directory',
            `The dump of ${name} has tables in folders of their own (DATA DIRECTORY): ${listed(folders.map(quotedName), 5)}. They are made in the folder of their database.`,
            'Nothing, where it has the space. "allow-entries: statements" makes them in those folders, with all rights of the database user.',
          ),
        ]),
  ]
}
