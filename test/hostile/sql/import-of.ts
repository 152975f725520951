import { createHash } from 'node:crypto'
import type { Finding } from '../../../src/findings/finding'
import type { DatabaseArtifact } from '../../../src/repository/manifest/manifest'
import { checkDump } from '../../../src/sources/mysql/check/dump-check'
import type { DumpNeeds } from '../../../src/sources/mysql/check/needs/dump-needs'
import { referencedDatabases } from '../../../src/sources/mysql/check/needs/referenced-databases'
import { databaseServerOver } from '../../../src/sources/mysql/database-server'
import { contentOfDump } from '../../../src/sources/mysql/dump/content-of-dump'
import type { ImportTools } from '../../../src/sources/mysql/restore/import/import-tools'
import { compareImported, importRows, makeUsableViews } from '../../../src/sources/mysql/restore/import-and-compare'
import type { Store } from '../../../src/store/store'
import { memoryStore } from '../../memory/memory-store'
import { recordingRuntime } from '../../unit/recording-runtime'
import type { DatabaseUnderTest } from './database-under-test'

/** What is known of a dump besides its text, and where it goes. */
export interface ImportCase {
  sql: Buffer
  /** Exists and is empty. */
  target: string
  /** That was dumped; the target where it is another one. */
  database?: string
  /** In whose name there are objects, as the inventory of its source says. */
  definers?: readonly string[]
  /** Of the dump tool, beyond those of every dump. */
  options?: readonly string[]
  access?: DatabaseUnderTest['access']
  /** As its manifest says; default: what its text shows. */
  content?: DatabaseArtifact['content']
}

export interface ImportOutcome {
  /** Undefined: it went through. */
  error: unknown
  differences: readonly string[]
  warnings: readonly Finding[]
  /** From reading it; undefined when it is not a dump. */
  needs: DumpNeeds | undefined
  /** The accounts that were made for it and are still there. */
  accounts: readonly string[]
}

/** Imports a dump as a restore does from there on where it has been read and the target is an empty database. */
export async function importOf(server: DatabaseUnderTest, request: ImportCase): Promise<ImportOutcome> {
  const { sql, target, definers = [] } = request
  const access = request.access ?? server.access
  const store = memoryStore()
  const key = 'running-backups/x.database.sql'
  const etag = await storeBytes(store, key, sql)
  const warnings: Finding[] = []
  const tools = {
    ...(await toolsFor(server, target, access, warnings)),
    databases: [target, ...referencedDatabases([contentOf(sql, definers)?.needs])],
    repository: { store, prefix: 'running-backups' },
  }
  const { accounts } = tools
  const sha256 = createHash('sha256').update(sql).digest('hex')
  const dump = {
    database: request.database ?? target,
    key,
    etag,
    bytes: sql.length,
    sha256,
    compression: 'none',
  } as const
  const read = contentOf(sql, definers)
  const outcome = { differences: [] as readonly string[], warnings, needs: read?.needs }
  try {
    const rows = await importRows(
      {
        ...{ dump, target, options: request.options ?? [] },
        ...{ content: request.content ?? read?.content ?? nothing, events: read?.events ?? [] },
      },
      tools,
    )
    await makeUsableViews(rows, tools)
    const { differences } = await compareImported(rows, tools)
    return {
      ...{ ...outcome, error: undefined, accounts: [...accounts] },
      differences: differences.map(({ difference }) => difference),
    }
  } catch (error) {
    return { ...outcome, error, accounts: [...accounts] }
  }
}

/** What an import into an existing database needs. `warnings` receives those that it gives. */
export async function toolsFor(
  server: DatabaseUnderTest,
  target: string,
  access: DatabaseUnderTest['access'] = server.access,
  warnings: Finding[] = [],
): Promise<ImportTools> {
  const over = databaseServerOver(server.connection)
  const facts = await over.targetFacts({ access, databases: [target] })
  if (facts.database === undefined) throw facts.problem ?? new Error('There is no target.')
  return {
    ...{ runtime: recordingRuntime(), repository: { store: memoryStore(), prefix: '' }, server: over, access },
    ...{ target: facts.database, databases: [target], areTrusted: false, travel: 'gzip' as const, accounts: [] },
    ...{ signal: new AbortController().signal, warn: found => warnings.push(...found), save: () => {} },
  }
}

async function storeBytes(store: Store, key: string, bytes: Buffer): Promise<string> {
  const uploadId = await store.createUpload(key, { contentType: 'application/sql' })
  const part = await store.uploadPart(key, uploadId, 1, bytes)
  return (await store.completeUpload(key, uploadId, [part], bytes.length)).etag
}

const digest = { bytes: 0, sha256: '0'.repeat(64) }
const counts = { views: 0, triggers: 0, routines: 0, events: 0 }
const defaults = { characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' }
const nothing: DatabaseArtifact['content'] = { ...digest, tables: [], ...counts, ...defaults, definers: [] }

function contentOf(sql: Buffer, definers: readonly string[]) {
  try {
    const check = checkDump({ passes: 'one or two', needs: true })
    check.write(sql)
    const content = check.finish()
    const described = contentOfDump(content, { ...defaults, definers: [...definers], tables: [] }, { flavor: 'mysql' })
    return { content: described, events: content.events, needs: content.needs }
  } catch {
    return undefined
  }
}
