import { withProgress } from '../../../pipeline/transfer-progress'
import type { RecoveryPoint } from '../../../repository/repository'
import type { Runtime } from '../../../runtime/runtime'
import type { Inventory } from '../inventory/inventory'
import type { Comparison } from './compare-restored'
import { compareImported, type ImportedRows, type ImportTools, importRows } from './import-and-compare'
import { type RereadDatabase, rereadLayoutFree } from './reread-database'
import { rowFormatOf } from './row-format'

/** Of a restore, or of a drill. */
interface ImportContext {
  runtime: Runtime
  point: RecoveryPoint
  signal: AbortSignal
}

/** Imports the rows of a dump that was read before. `inventory`: of the server that takes them. */
export async function importRead(
  { artifact, content }: RereadDatabase,
  target: string,
  { runtime, point, signal }: ImportContext,
  inventory: Inventory | undefined,
  tools: ImportTools,
): Promise<ImportedRows> {
  const { manifest } = point
  const rows = await withProgress(runtime, `database ${target}`, artifact.bytes, onProgress =>
    importRows(
      {
        ...{ dump: artifact, content: artifact.content, events: content.events, target },
        options: manifest.server.database?.options ?? [],
        rowFormat: rowFormatOf(manifest, inventory),
        readLayoutFree: () => rereadLayoutFree(point, artifact, signal),
      },
      { ...tools, onProgress },
    ),
  )
  runtime.log.info(`The rows of ${JSON.stringify(target)} are in.`)
  return rows
}

/** Compares it with its manifest, when the views of all databases are there. */
export function compareRead(
  rows: ImportedRows,
  { runtime }: Pick<ImportContext, 'runtime'>,
  tools: ImportTools,
): Promise<Comparison> {
  const { target, content } = rows.request
  return withProgress(runtime, `comparing ${target}`, content.bytes, onCompare =>
    compareImported(rows, { ...tools, onCompare }),
  )
}
