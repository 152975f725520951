import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { codecsOf, decode } from '../../../../pipeline/codec'
import { checkContent } from '../../../../pipeline/content-check'
import { compose } from '../../../../pipeline/filter'
import { travelLevel } from '../../../../pipeline/travel'
import { defined } from '../../../../runtime/defined'
import { UserError } from '../../../../runtime/errors'
import { checkDump } from '../../check/dump-check'
import type { DumpContent } from '../../check/dump-content'
import type { ValueReading } from '../../check/values/value-reading'
import type { DatabaseServer } from '../../database-server'
import { baseOptions, dumpArguments } from '../../dump/dump-arguments'
import { parseDumpOptions } from '../../dump/dump-options'
import { hasTriggers } from '../../inventory/has-triggers'
import type { Flavor } from '../../inventory/inventory'
import type { ImportTools } from '../import/import-tools'

export interface DumpAgainRequest extends Pick<ImportTools, 'access' | 'travel' | 'signal'> {
  server: Pick<DatabaseServer, 'openDump' | 'runSql'>
  database: string
  /** Of the server. */
  flavor: Flavor
  /** Options of the dump to compare with, as its manifest says. */
  options: readonly string[]
  /** Also reads rows as values. */
  values?: ValueReading
  onProgress?: (bytes: number) => void
}

/** Dumps a database once more and returns only its content, for the comparison with the dump that was imported. */
export async function dumpAgain(request: DumpAgainRequest): Promise<DumpContent> {
  const { server, access, flavor, database, signal, values } = request
  const kind = request.travel
  const job = await server.openDump({
    access,
    database,
    flavor,
    arguments: dumpArguments({
      database,
      selection: { excluded: [], structureOnly: [] },
      extra: extraOptions(request.options),
      canIgnoreTableData: true,
      hasNoTriggers: !(await hasTriggers(request)),
    }),
    compression: { kind, ...(kind === 'none' ? {} : { level: travelLevel }) },
    signal,
  })
  const check = checkDump(defined({ values }))
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
 * The options beyond those that every dump has. A manifest is untrusted text, so they pass the checks of the input
 * `dump-options`; options that leave out kinds of objects are dropped, since the comparison covers all kinds.
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
