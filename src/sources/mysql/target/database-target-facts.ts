import type { Request } from '../../../server/request'
import type { Connection } from '../../../ssh/remote'
import { freeBytesOf, mountOf } from '../../host/parse-disk'
import { askTarget, readTarget, type TargetHost, targetJobName } from '../../host/target-answer'
import { clientKnowledge, explainClientJob } from '../client/client-errors'
import { clientLines } from '../client/client-request'
import type { DatabaseAccess } from '../client/database-access'
import { trySession } from '../client/import-session'
import { runSql } from '../client/run-sql'
import { accountName } from '../inventory/parse-accounts'
import { parseInventory, type ServerInventory } from '../inventory/parse-inventory'
import { preflightDatabases } from '../plan/database-preflight'
import { wantsTraits } from '../traits/read-trait'
import { type Denial, deniedDefiners } from './denied-definers'

export interface DatabaseTargetRequest {
  access: DatabaseAccess
  /** By their names there. */
  databases: readonly string[]
  /** In whose names objects are to be made there. */
  definers?: readonly string[]
  signal?: AbortSignal | undefined
}

/** What a restore of databases meets on a server. */
export interface DatabaseTargetFacts extends TargetHost {
  /** Undefined when the database server gave no answer. */
  database?: TargetDatabase
  /** Why it gave none. */
  problem?: Error
}

interface ServerAbilities {
  /** Of InnoDB; undefined when the user may not see them. */
  tablespaces: ReadonlySet<string> | undefined
  /** The numbers of those that not every server has. */
  referenceSystems: ReadonlySet<string>
  /** Names of time zones are known. */
  hasTimeZones: boolean
  /** It has keys to encrypt tables with. */
  hasKeys: boolean
}

/** What could not be found out is undefined, or empty. */
export interface TargetDatabase {
  /** Of the requested databases, those that exist; the rights of the user, the tools. */
  found: ServerInventory
  /** In lower case. */
  collations: ReadonlySet<string>
  characterSets: ReadonlySet<string>
  engines: ReadonlySet<string>
  variables: ReadonlyMap<string, string>
  /** Names of the settings of the session that the login can have as imports want them. */
  session: ReadonlySet<string>
  /** What of the server tables and events may need. */
  abilities: ServerAbilities
  /** `user@host`; undefined when the user may not see them. */
  accounts: ReadonlySet<string> | undefined
  /** On the disk of its data folder, when SSH leads to the same machine. */
  freeBytes: number | undefined
  /** Where that disk is mounted. */
  mount: string | undefined
  /** Views that use something that does not exist: a dump fails there. */
  brokenViews: readonly { database: string; name: string }[]
  /** Names that the login may not use for objects: of those that were asked for, and of the objects that are there. */
  deniedDefiners: ReadonlyMap<string, Denial>
}

/** The job `target-facts` for databases, with the views from a preflight that would fail a dump. Reads only. */
export async function databaseTargetFacts(
  connection: Connection,
  { access, databases, definers = [], signal }: DatabaseTargetRequest,
): Promise<DatabaseTargetFacts> {
  const request: Request = [...clientLines({ access, databases, dumpOptions: [] }), wantsTraits, ['text', trySession()]]
  const { text, report } = await askTarget(connection, request, { knowledge: clientKnowledge, signal })
  const isWrong = report.problem !== undefined || (report.statuses.get('inventory') ?? 0) !== 0
  const problem = isWrong ? explainClientJob(targetJobName, { exit: { kind: 'code', code: 70 }, report }) : undefined
  const facts = parseDatabaseTarget(text, problem)
  if (facts.database === undefined) return facts
  const { brokenViews } = await preflightDatabases(connection, { access, databases, signal })
  const { inventory } = facts.database.found
  const present = inventory.databases.flatMap(each => each.definers)
  const others = [...new Set([...definers, ...present])].filter(definer => definer !== inventory.user)
  const [database = ''] = databases
  const denied = await deniedDefiners(question => runSql(connection, question), {
    access,
    database,
    definers: others,
    signal,
  })
  return { ...facts, database: { ...facts.database, brokenViews, deniedDefiners: denied } }
}

/** Throws FailureError for an invalid answer. */
export function parseDatabaseTarget(text: string, problem: Error | undefined): DatabaseTargetFacts {
  const { rows, host } = readTarget(text)
  if (problem !== undefined) return { ...host, problem }
  return rows.some(([word]) => word === 'server') ? { ...host, database: databaseOf(rows) } : host
}

const variableNames = new Set([
  ...['max_allowed_packet', 'datadir', 'lower_case_table_names', 'read_only', 'super_read_only', 'log_bin'],
  ...['log_bin_trust_function_creators', 'event_scheduler', 'innodb_strict_mode', 'restrict_fk_on_non_standard_key'],
  ...['sql_require_primary_key', 'sql_generate_invisible_primary_key', 'innodb_force_primary_key'],
  ...['innodb_page_size', 'innodb_default_row_format', 'innodb_read_only_compressed'],
  ...['disabled_storage_engines', 'enforce_storage_engine'],
])

/** All words that are not of an inventory. */
const ownWords = new Set([
  ...['uid', 'system', 'tool', 'collation', 'character-set', 'engine', 'account', 'database-disk', 'session'],
  ...['tablespaces-seen', 'tablespace', 'reference-system', 'time-zones', 'keys'],
  ...variableNames,
])

function databaseOf(rows: readonly string[][]): TargetDatabase {
  const words = (word: string) => rows.filter(([first]) => first === word)
  const set = (word: string) => new Set(words(word).map(([, value = '']) => value.toLowerCase()))
  const accounts = words('account').map(([, user = '', host = '']) => accountName(fromHex(user), fromHex(host)))
  const inventory = rows.filter(([word = '']) => !ownWords.has(word)).map(row => row.join('\t'))
  return {
    found: parseInventory(inventory.join('\n')),
    collations: set('collation'),
    characterSets: set('character-set'),
    engines: set('engine'),
    session: set('session'),
    abilities: abilitiesOf(words),
    variables: new Map(
      rows.filter(([name = '']) => variableNames.has(name)).map(([name = '', value = '']) => [name, value]),
    ),
    accounts: accounts.length === 0 ? undefined : new Set(accounts),
    freeBytes: freeBytesOf(words('database-disk')[0]?.[1]),
    mount: mountOf(words('database-disk')[0]?.[1]),
    brokenViews: [],
    deniedDefiners: new Map(),
  }
}

function abilitiesOf(words: (word: string) => string[][]): ServerAbilities {
  const isKnown = (word: string) => words(word).some(([, value = '0']) => value !== '0')
  return {
    tablespaces: isKnown('tablespaces-seen')
      ? new Set(words('tablespace').map(([, name = '']) => fromHex(name)))
      : undefined,
    referenceSystems: new Set(words('reference-system').map(([, id = '']) => id)),
    hasTimeZones: isKnown('time-zones'),
    hasKeys: isKnown('keys'),
  }
}

function fromHex(text: string): string {
  return Buffer.from(text, 'hex').toString('utf8')
}
