import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const parts = [
  'files',
  'database',
  'encryption',
  'restores',
  'tables',
  'first-byte',
  'distance',
  'memory',
  'tree',
  'week',
] as const
export type Part = (typeof parts)[number]

/** What is to be measured, and how large. Sizes in bytes. */
export interface BenchOptions {
  parts: readonly Part[]
  /** The uncompressed stream of files. Streams that the server compresses are a third of it: they wait for gzip. */
  streamBytes: number
  databaseBytes: number
  memoryBytes: number
  treeFiles: number
  /** A tree over which backups are made hour by hour. */
  week: { hours: number; files: number; bytes: number }
  tableCounts: readonly number[]
  repeat: number
  /** The folder with `action.yml` and `dist/`. */
  action: string
  /** `NODE_OPTIONS` of the action, to profile it; '' for none. */
  nodeOptions: string
  isSaved: boolean
}

const MiB = 2 ** 20
const GiB = 2 ** 30

/** Reads the command line. Throws for what it does not know. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      save: { type: 'boolean', default: false },
      size: { type: 'string' },
      memory: { type: 'string' },
      only: { type: 'string' },
      tables: { type: 'string' },
      repeat: { type: 'string', default: '3' },
      action: { type: 'string', default: join(__dirname, '../..') },
      'node-options': { type: 'string', default: '' },
    },
  })
  const isQuick = values.quick
  return {
    parts: values.only === undefined ? parts : values.only.split(',').map(readPart),
    streamBytes: values.size === undefined ? (isQuick ? 384 * MiB : 3 * GiB) : readSize(values.size),
    databaseBytes: isQuick ? 128 * MiB : GiB,
    memoryBytes: values.memory === undefined ? (isQuick ? 3 * GiB : 20 * GiB) : readSize(values.memory),
    treeFiles: isQuick ? 10_000 : 100_000,
    week: isQuick ? { hours: 30, files: 2_000, bytes: 30e6 } : { hours: 168, files: 20_000, bytes: 300e6 },
    tableCounts: (values.tables ?? (isQuick ? '100,1000' : '100,5000,20000')).split(',').map(readTables),
    repeat: readCount(values.repeat),
    action: resolve(values.action),
    nodeOptions: values['node-options'],
    isSaved: values.save,
  }
}

function readPart(name: string): Part {
  const part = parts.find(known => known === name)
  if (part === undefined) throw new Error(`--only knows ${parts.join(', ')}, got "${name}".`)
  return part
}

function readSize(text: string): number {
  const [, number, unit] = /^(\d+)([MG])$/.exec(text) ?? []
  if (number === undefined) throw new Error(`A size is a number with M or G, as in 3G, got "${text}".`)
  return Number(number) * (unit === 'G' ? GiB : MiB)
}

function readTables(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new Error(`--tables must be numbers with commas, as in 5000,20000, got "${text}".`)
  return Number(text)
}

function readCount(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new Error(`--repeat must be from 1 to 99, got "${text}".`)
  return Number(text)
}
