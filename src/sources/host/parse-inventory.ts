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
  const found: ServerInventory = {
    os: '',
    paths: [],
    visible: [],
    canIgnoreTableData: false,
    defaults: [],
  }
  const databases = new Map<string, DatabaseInventory>()
  let dumpTool = ''
  for (const line of text.split('\n')) {
    if (line === '') continue
    const fields = line.split('\t')
    const field = (index: number): string => {
      const value = fields[index]
      if (value === undefined) throw unreadable(line)
      return value
    }
    const name = (index: number): string => Buffer.from(field(index), 'hex').toString('utf8')
    const inventory = (): Inventory => {
      if (found.inventory === undefined) throw unreadable(line)
      return found.inventory
    }
    switch (fields[0]) {
      case 'os':
        found.os = field(1)
        break
      case 'rsync':
        found.rsync = field(1)
        break
      case 'tar':
        found.tar = field(1)
        break
      case 'path':
        found.paths.push({ path: fields.slice(2).join('\t'), state: pathState(field(1), line) })
        break
      case 'dump-tool':
        dumpTool = field(1)
        break
      case 'feature':
        found.canIgnoreTableData ||= field(1) === 'ignore-table-data'
        break
      case 'default':
        found.defaults.push(field(1))
        break
      case 'server':
        found.inventory = {
          server: serverFacts(name(1), name(2)),
          dumpTool,
          user: '',
          grants: { lines: [], partialRevokes: false },
          databases: [],
        }
        break
      case 'user':
        inventory().user = name(1)
        break
      case 'partial_revokes':
        inventory().grants.partialRevokes = field(1) === 'ON'
        break
      case 'grants':
        inventory().grants.lines = grantLines(name(1))
        break
      case 'visible':
        found.visible.push(name(1))
        break
      case 'database':
        databases.set(name(1), {
          name: name(1),
          characterSet: field(2),
          collation: field(3),
          tables: [],
          triggers: [],
          routines: [],
          events: [],
        })
        break
      // information_schema compares names without case on some servers: rows of a database that was not asked for are dropped.
      case 'table':
        databases.get(name(1))?.tables.push({
          name: name(2),
          kind: tableKind(field(3)),
          engine: field(4),
          sizeBytes: /^\d+$/.test(field(5)) ? Number(field(5)) : 0,
        })
        break
      case 'trigger':
        databases.get(name(1))?.triggers.push({ name: name(2), table: name(3) })
        break
      case 'routine':
        databases.get(name(1))?.routines.push({
          name: name(2),
          kind: field(3).toLowerCase(),
          isReadable: field(4) === '1',
        })
        break
      case 'event':
        databases.get(name(1))?.events.push(name(2))
        break
      default:
        throw unreadable(line)
    }
  }
  if (found.inventory !== undefined) found.inventory.databases = [...databases.values()]
  return found
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
