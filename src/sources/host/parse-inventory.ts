import { FailureError } from '../../runtime/errors'
import { grantLines } from '../mysql/inventory/grants'
import type { DatabaseInventory, Inventory, ListedTable } from '../mysql/inventory/inventory'

/** What the job `inventory` found: the tools, the folders, the databases. */
export interface ServerInventory {
  os: string
  rsync?: string
  tar?: string
  paths: { path: string; state: 'present' | 'missing' | 'not-a-folder' | 'unreadable' | 'empty' }[]
  /** Undefined when no database was asked for. */
  inventory?: Inventory
  /** Every database the user may see. */
  visible: string[]
  /** The dump tool knows `--ignore-table-data`. */
  canIgnoreTableData: boolean
  /** Names of options that the server's own configuration adds to every dump. */
  defaults: string[]
}

/** Reads the tab-separated lines of the job `inventory`; names are in hexadecimal. Throws FailureError on anything else. */
export function parseInventory(text: string): ServerInventory {
  const reading: Reading = {
    found: { os: '', paths: [], visible: [], canIgnoreTableData: false, defaults: [] },
    databases: new Map(),
    dumpTool: '',
  }
  for (const line of text.split('\n')) {
    if (line === '') continue
    const row = rowOf(line)
    const read = readers.get(row.field(0))
    if (read === undefined) throw unreadable(line)
    read(row, reading)
  }
  const { found, databases } = reading
  if (found.inventory !== undefined) found.inventory.databases = [...databases.values()]
  return found
}

interface Reading {
  found: ServerInventory
  databases: Map<string, DatabaseInventory>
  dumpTool: string
}

interface Row {
  line: string
  field(index: number): string
  /** From hexadecimal. */
  name(index: number): string
}

function rowOf(line: string): Row {
  const fields = line.split('\t')
  const field = (index: number): string => {
    const value = fields[index]
    if (value === undefined) throw unreadable(line)
    return value
  }
  return { line, field, name: index => Buffer.from(field(index), 'hex').toString('utf8') }
}

function inventoryOf({ line }: Row, { found }: Reading): Inventory {
  if (found.inventory === undefined) throw unreadable(line)
  return found.inventory
}

/** Database of a row. information_schema compares names without case on some servers: what was not asked for is dropped. */
function databaseOf({ name }: Row, { databases }: Reading): DatabaseInventory | undefined {
  return databases.get(name(1))
}

/** By the first word of a line. */
const readers = new Map<string, (row: Row, reading: Reading) => void>([
  ['os', ({ field }, { found }) => (found.os = field(1))],
  ['rsync', ({ field }, { found }) => (found.rsync = field(1))],
  ['tar', ({ field }, { found }) => (found.tar = field(1))],
  [
    'path',
    ({ field, line }, { found }) =>
      found.paths.push({ path: line.split('\t').slice(2).join('\t'), state: pathState(field(1), line) }),
  ],
  ['dump-tool', ({ field }, reading) => (reading.dumpTool = field(1))],
  ['feature', ({ field }, { found }) => (found.canIgnoreTableData ||= field(1) === 'ignore-table-data')],
  ['default', ({ field }, { found }) => found.defaults.push(field(1))],
  [
    'server',
    ({ name }, { found, dumpTool }) => {
      found.inventory = {
        server: serverFacts(name(1), name(2)),
        dumpTool,
        user: '',
        grants: { lines: [], partialRevokes: false },
        databases: [],
      }
    },
  ],
  ['user', (row, reading) => (inventoryOf(row, reading).user = row.name(1))],
  [
    'partial_revokes',
    (row, reading) => (inventoryOf(row, reading).grants.partialRevokes = row.field(1) === 'ON'),
  ],
  ['grants', (row, reading) => (inventoryOf(row, reading).grants.lines = grantLines(row.name(1)))],
  ['visible', ({ name }, { found }) => found.visible.push(name(1))],
  [
    'database',
    ({ name, field }, { databases }) =>
      databases.set(name(1), {
        name: name(1),
        characterSet: field(2),
        collation: field(3),
        tables: [],
        triggers: [],
        routines: [],
        events: [],
      }),
  ],
  [
    'table',
    (row, reading) =>
      databaseOf(row, reading)?.tables.push({
        name: row.name(2),
        kind: tableKind(row.field(3)),
        engine: row.field(4),
        sizeBytes: /^\d+$/.test(row.field(5)) ? Number(row.field(5)) : 0,
      }),
  ],
  [
    'trigger',
    (row, reading) => databaseOf(row, reading)?.triggers.push({ name: row.name(2), table: row.name(3) }),
  ],
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
])

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

function pathState(state: string, line: string): ServerInventory['paths'][number]['state'] {
  if (
    state === 'present' ||
    state === 'missing' ||
    state === 'not-a-folder' ||
    state === 'unreadable' ||
    state === 'empty'
  ) {
    return state
  }
  throw unreadable(line)
}

function unreadable(line: string): FailureError {
  return new FailureError('The server answered the inventory with a line that makes no sense.', {
    detail: [line.slice(0, 500)],
  })
}
