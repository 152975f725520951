import { FailureError } from '../../../runtime/errors'
import { type AnswerRow, readAnswer } from '../../host/answer'
import { readTrait } from '../traits/read-trait'
import type { ListedTrait } from '../traits/trait'
import { grantLines } from './grants'
import { type DatabaseInventory, type Inventory, type ListedTable, remarkKinds } from './inventory'
import { type AccountReading, accountReaders, noAccounts } from './parse-accounts'

/** The result of the job `inventory`. */
export interface ServerInventory {
  os: string
  inventory: Inventory
  /** Every database the user may see. */
  visible: string[]
  /** The dump tool knows `--ignore-table-data`. */
  canIgnoreTableData: boolean
  /** It knows `--dump-history`. */
  canDumpHistory?: true
  /** Names of options that the server's own configuration adds to every dump. */
  defaults: string[]
  /** How many rows of a table the server gives to a dump tool, which cannot ask for more; undefined: all. */
  rowLimit?: number
}

/** Reads the tab-separated lines of the job `inventory`; names are in hexadecimal. Throws FailureError otherwise. */
export function parseInventory(text: string): ServerInventory {
  const found: Reading['found'] = { os: '', visible: [], canIgnoreTableData: false, defaults: [] }
  const reading: Reading = {
    ...{ found, inventory: undefined, databases: new Map() },
    ...{ accounts: noAccounts(), dumpTool: '', features: new Set(), settings: new Map() },
  }
  readAnswer(text, 'the inventory', readers, reading)
  const { inventory, databases, settings } = reading
  if (inventory === undefined) throw new FailureError('The server did not list its databases.')
  return {
    ...found,
    inventory: { ...inventory, databases: [...databases.values()], ...(settings.size === 0 ? {} : { settings }) },
  }
}

interface Reading {
  found: Omit<ServerInventory, 'inventory'>
  inventory: Inventory | undefined
  databases: Map<string, DatabaseInventory>
  accounts: AccountReading
  dumpTool: string
  /** Options that the dump tool knows. */
  features: Set<string>
  settings: Map<string, string>
}

/** Above this a limit is none: by default it is the largest number that there is. */
const countless = 2 ** 53

function inventoryOf(row: AnswerRow, { inventory }: Reading): Inventory {
  return inventory ?? row.isUnreadable()
}

/** Undefined for a database that was not requested: information_schema ignores case in names on some servers. */
function databaseOf({ name }: AnswerRow, { databases }: Reading): DatabaseInventory | undefined {
  return databases.get(name(1))
}

function addTrait(row: AnswerRow, reading: Reading, trait: ListedTrait): void {
  const database = databaseOf(row, reading)
  if (database === undefined) return
  database.traits ??= []
  database.traits.push(trait)
}

/** By the first word of a line. */
const readers = new Map<string, (row: AnswerRow, reading: Reading) => void>([
  ['os', ({ field }, { found }) => (found.os = field(1))],
  ['dump-tool', ({ field }, reading) => (reading.dumpTool = field(1))],
  [
    'feature',
    ({ field }, { found, features }) => {
      features.add(field(1))
      found.canIgnoreTableData = features.has('ignore-table-data')
      if (features.has('dump-history')) found.canDumpHistory = true
    },
  ],
  [
    'row-limit',
    ({ field }, { found, features }) => {
      const limit = Number(field(1))
      if (limit < countless && !features.has('init-command')) found.rowLimit = limit
    },
  ],
  ['default', ({ field }, { found }) => found.defaults.push(field(1))],
  [
    'server',
    ({ name }, reading) => {
      reading.inventory = {
        server: serverFacts(name(1), name(2)),
        dumpTool: reading.dumpTool,
        user: '',
        grants: { lines: [], partialRevokes: false },
        accounts: reading.accounts,
        databases: [],
      }
    },
  ],
  ['user', (row, reading) => (inventoryOf(row, reading).user = row.name(1))],
  ['partial_revokes', (row, reading) => (inventoryOf(row, reading).grants.partialRevokes = row.field(1) === 'ON')],
  ['grants', (row, reading) => (inventoryOf(row, reading).grants.lines = grantLines(row.name(1)))],
  ['visible', ({ name }, { found }) => found.visible.push(name(1))],
  [
    'database',
    ({ name, field }, { databases }) => {
      const defaults = { characterSet: field(2), collation: field(3) }
      const objects = { tables: [], triggers: [], routines: [], events: [], definers: [], ambiguous: [] }
      databases.set(name(1), { name: name(1), ...defaults, ...objects })
    },
  ],
  [
    'table',
    (row, reading) => {
      const name = row.name(2)
      databaseOf(row, reading)?.tables.push({
        name,
        kind: tableKind(row.field(3)),
        ...(row.field(3) === 'SYSTEM VERSIONED' ? { isVersioned: true } : {}),
        engine: row.field(4),
        sizeBytes: /^\d+$/.test(row.field(5)) ? Number(row.field(5)) : 0,
      })
      // Only where traits were requested.
      if (row.rest(6) === '1')
        addTrait(row, reading, { trait: 'encrypted-tables', table: name, name, statement: undefined })
    },
  ],
  ['trigger', (row, reading) => databaseOf(row, reading)?.triggers.push({ name: row.name(2), table: row.name(3) })],
  [
    'routine',
    (row, reading) =>
      databaseOf(row, reading)?.routines.push({
        name: row.name(2),
        kind: row.field(3).toLowerCase(),
        isReadable: row.field(4) === '1',
      }),
  ],
  ['event', (row, reading) => databaseOf(row, reading)?.events.push(row.name(2))],
  [
    'ambiguous',
    (row, reading) => databaseOf(row, reading)?.ambiguous.push(`${row.field(2).toLowerCase()} ${row.name(3)}`),
  ],
  ['trait', (row, reading) => addTrait(row, reading, readTrait(row))],
  ['setting', ({ field, rest }, { settings }) => settings.set(field(1), rest(2))],
  [
    'remark',
    (row, reading) => {
      const about = remarkKinds.find(each => each === row.field(2)) ?? row.isUnreadable()
      const remark = { about, kind: row.field(3).toLowerCase(), name: row.name(4), text: row.name(5) }
      const database = databaseOf(row, reading)
      if (database === undefined) return
      database.remarks ??= []
      database.remarks.push(remark)
    },
  ],
  ['definer', (row, reading) => databaseOf(row, reading)?.definers.push(definerName(row.name(2)))],
  ...accountReaders.map(
    ([word, read]) => [word, (row: AnswerRow, { accounts }: Reading) => read(row, accounts)] as const,
  ),
])

/** `information_schema` has a role as `role@`. */
function definerName(listed: string): string {
  return listed.endsWith('@') ? listed.slice(0, -1) : listed
}

function serverFacts(version: string, comment: string): Inventory['server'] {
  const flavor = /mariadb/i.test(`${version} ${comment}`) ? 'mariadb' : 'mysql'
  // MariaDB announces itself to old clients as `5.5.5-10.11.…`.
  const plain = /^(?:5\.5\.5-)?(\d+(?:\.\d+)+)/.exec(version)?.[1]
  return { flavor, version: plain ?? version }
}

function tableKind(type: string): ListedTable['kind'] {
  if (type.endsWith('VIEW')) return 'view'
  return type === 'SEQUENCE' ? 'sequence' : 'table'
}
