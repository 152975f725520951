import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { codecsOf, decode } from '../../../pipeline/codec'
import { checkContent } from '../../../pipeline/content-check'
import { compose } from '../../../pipeline/filter'
import { UserError } from '../../../runtime/errors'
import { checkDump } from '../check/dump-check'
import type { DumpContent } from '../check/dump-content'
import type { DatabaseAccess } from '../client/database-access'
import type { DatabaseServer } from '../database-server'
import { baseOptions, dumpArguments } from '../dump/dump-arguments'
import { parseDumpOptions } from '../dump/dump-options'

export interface DumpAgainRequest {
  server: Pick<DatabaseServer, 'openDump'>
  access: DatabaseAccess
  database: string
  /** Those of the dump that is compared with, as its manifest has them. */
  options: readonly string[]
  hasGzip: boolean
  signal: AbortSignal
  /** How rows count; see `checkDump`. */
  rows?: 'as-written' | 'layout-free'
  onProgress?: (bytes: number) => void
}

/**
 * Dumps a database once more and keeps nothing but what it holds: what equals the dump it was made from has every row
 * of it.
 */
export async function dumpAgain(request: DumpAgainRequest): Promise<DumpContent> {
  const { server, access, database, signal, rows } = request
  const kind = request.hasGzip ? 'gzip' : 'none'
  const job = await server.openDump({
    access,
    database,
    arguments: dumpArguments({
      database,
      selection: { excluded: [], structureOnly: [] },
      extra: extraOptions(request.options),
      canIgnoreTableData: true,
    }),
    compression: { kind, ...(kind === 'gzip' ? { level: 1 } : {}) },
    signal,
  })
  const check = checkDump(rows === undefined ? {} : { rows })
  const { stages, result } = compose(decode(codecsOf({ compression: kind })), checkContent(check))
  const sink = new Writable({
    write: (_chunk, _encoding, done) => {
      request.onProgress?.(check.progress().bytes)
      done()
    },
  })
  await pipeline([job.body, ...stages, sink])
  await job.done
  return result()[1]
}

/**
 * The options beyond those that every dump has, as far as they may be given. A manifest is untrusted text, so they pass
 * the same door as the input `dump-options`; what leaves out kinds of objects is left out here, since these are
 * compared by what is there.
 */
function extraOptions(options: readonly string[]): string[] {
  return options
    .filter(option => !baseOptions.includes(option))
    .flatMap(option => {
      try {
        return parseDumpOptions([option])
      } catch (error) {
        if (error instanceof UserError) return []
        throw error
      }
    })
}
