import { FailureError } from '../../runtime/errors'
import { freeBytesOf, mountOf } from './parse-disk'
import { parseInventory, type ServerInventory } from './parse-inventory'

/** What a restore meets on a server. What could not be found out is undefined, or empty. */
export interface TargetFacts {
  isRoot: boolean
  /** By name (`tar`, `gzip`, `zstd`, `client`, `dump-tool`), what each tool says of itself. */
  tools: ReadonlyMap<string, string>
  /** In the order they were asked for. */
  places: TargetPlace[]
  /** Undefined when no database was asked for, or the database server could not be asked. */
  database?: TargetDatabase
  /** Why the database server could not be asked. */
  databaseProblem?: Error
  /** Unpacked folders that restores left a day ago or longer. */
  leftovers: string[]
}

/**
 * Where a folder is to go. `link`: a symbolic link stands there; `mount`: a disk is mounted there, so it cannot change its name; `folder`:
 * one that is not empty, or that cannot be looked into.
 */
export interface TargetPlace {
  state: 'absent' | 'empty' | 'folder' | 'link' | 'mount' | 'not-a-folder'
  /** The nearest folder above it that is there, and whether the SSH user may write in it. */
  parent: string
  isWritable: boolean
  /** Where the disk of `parent` is mounted. */
  mount: string
  freeBytes: number | undefined
}

export interface TargetDatabase {
  /** Of the databases that were asked for, those that are there; the rights of the user, the tools. */
  found: ServerInventory
  /** In lower case. */
  collations: ReadonlySet<string>
  characterSets: ReadonlySet<string>
  engines: ReadonlySet<string>
  variables: ReadonlyMap<string, string>
  /** `user@host`; undefined when the user may not see them. */
  accounts: ReadonlySet<string> | undefined
  /** On the disk of its data folder, when that can be seen from where SSH leads. */
  freeBytes: number | undefined
  /** Where that disk is mounted. */
  mount: string | undefined
  /** Views that stand on something that is gone: a dump ends there. */
  brokenViews: readonly { database: string; name: string }[]
}

const states: readonly TargetPlace['state'][] = ['absent', 'empty', 'folder', 'link', 'mount', 'not-a-folder']

const variableNames = new Set([
  'max_allowed_packet',
  'datadir',
  'lower_case_table_names',
  'read_only',
  'super_read_only',
  'log_bin',
  'log_bin_trust_function_creators',
  'sql_require_primary_key',
  'event_scheduler',
])

/** Reads the tab-separated lines of the job `target-facts`. Throws FailureError when they make no sense. */
export function parseTarget(text: string, databaseProblem: Error | undefined): TargetFacts {
  const lines = text.split('\n').filter(line => line !== '')
  const rows = lines.map(line => line.split('\t'))
  const all = (word: string) => rows.filter(([first]) => first === word)
  const uid = all('uid')[0]?.[1]
  if (uid === undefined) throw unreadable('uid')
  const isAnswered = databaseProblem === undefined && all('server').length > 0
  return {
    isRoot: uid === '0',
    tools: new Map(all('tool').map(([, name = '', ...version]) => [name, version.join('\t')])),
    places: all('place').map((row, index) => placeOf(row, index, rows)),
    leftovers: all('leftover').map(([, ...folder]) => folder.join('\t')),
    ...(isAnswered ? { database: databaseOf(lines, rows) } : {}),
    ...(databaseProblem === undefined ? {} : { databaseProblem }),
  }
}

/** Each place is told once and in its turn: a line too many may have been smuggled in by a name on the server. */
function placeOf(
  [word = '', number = '', state = '', may, ...parent]: string[],
  index: number,
  rows: readonly string[][],
): TargetPlace {
  const known = states.find(each => each === state)
  if (known === undefined || number !== String(index)) throw unreadable(`${word} ${number} ${state}`)
  const own = (name: string) => {
    const [row, ...more] = rows.filter(([first, at]) => first === name && at === number)
    if (more.length > 0) throw unreadable(`${name} ${number}`)
    return row?.slice(2).join('\t')
  }
  return {
    state: known,
    parent: parent.join('\t'),
    isWritable: may === 'yes',
    mount: own('place-mount') ?? '',
    freeBytes: freeBytesOf(own('place-disk')),
  }
}

const extraWords = new Set([
  'uid',
  'tool',
  'place',
  'place-mount',
  'place-disk',
  'leftover',
  'collation',
  'character-set',
  'engine',
  'account',
  'database-disk',
])

function databaseOf(lines: readonly string[], rows: readonly string[][]): TargetDatabase {
  const words = (word: string) => rows.filter(([first]) => first === word)
  const set = (word: string) => new Set(words(word).map(([, value = '']) => value.toLowerCase()))
  const accounts = words('account').map(([, user = '', host = '']) => `${fromHex(user)}@${fromHex(host)}`)
  const inventory = lines.filter(line => {
    const word = line.split('\t')[0] ?? ''
    return !extraWords.has(word) && !variableNames.has(word)
  })
  return {
    found: parseInventory(inventory.join('\n')),
    collations: set('collation'),
    characterSets: set('character-set'),
    engines: set('engine'),
    variables: new Map(
      rows.filter(([name = '']) => variableNames.has(name)).map(([name = '', value = '']) => [name, value]),
    ),
    accounts: accounts.length === 0 ? undefined : new Set(accounts),
    freeBytes: freeBytesOf(words('database-disk')[0]?.[1]),
    mount: mountOf(words('database-disk')[0]?.[1]),
    brokenViews: [],
  }
}

function fromHex(text: string): string {
  return Buffer.from(text, 'hex').toString('utf8')
}

function unreadable(what: string): FailureError {
  return new FailureError('The server answered the check of the target with lines that make no sense.', {
    detail: [what.slice(0, 500)],
  })
}
