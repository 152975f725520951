import type { DumpContent } from '../../checks/content-check'
import { databaseCounts } from '../../report/run-report'
import { plural } from '../../runtime/format-count'
import type { Warning } from '../../runtime/runtime'
import { compareDumpObjects } from '../../snapshot/compare-content'
import type { DatabaseArtifact } from '../../snapshot/manifest'

export interface RestoredRequest {
  /** What should be there. */
  content: DatabaseArtifact['content']
  /** What a dump of the restored database holds. */
  restored: DumpContent
  /** The dump was made by the same tool from the same version of server: then equal rows have equal text. */
  isSameTool: boolean
  /** Reads the stored dump, or dumps the restored database, once more with rows that do not depend on the layout of a dump. */
  layoutFree: { stored(): Promise<DumpContent | undefined>; restored(): Promise<DumpContent> }
}

export interface Comparison {
  /** Halves of sentences; empty: it is what it should be. */
  differences: string[]
  /** What is proven, for a person: `16 tables, row by row, 2 views …`. */
  proof: string
  warnings: Warning[]
}

/**
 * Holds a restored database against the manifest: every table, view, trigger, routine and event by name, and every row, by what a dump of
 * it says. Versions of the dump tools lay out the same rows in different ways; then both dumps are read again without their layout.
 */
export async function compareRestored(request: RestoredRequest): Promise<Comparison> {
  const { content, restored, isSameTool } = request
  const others = databaseCounts({ ...content, tables: 0 })
    .slice(1)
    .filter(count => !count.startsWith('0 '))
  const proof = [`${plural(content.tables.length, 'table')} with every row`, ...others].join(', ')
  const differences = compareDumpObjects(content, restored)
  if (differences.length === 0) return { differences, proof, warnings: [] }
  const withoutRows = compareDumpObjects(content, sameRows(content, restored))
  if (isSameTool || withoutRows.length > 0) return { differences, proof: '', warnings: [] }
  return compareLayoutFree(request, proof)
}

/** The same dump as if every row were what the manifest says. */
function sameRows(content: DatabaseArtifact['content'], restored: DumpContent): DumpContent {
  const told = new Map(content.tables.map(table => [table.name, table]))
  return { ...restored, tables: restored.tables.map(table => told.get(table.name) ?? table) }
}

async function compareLayoutFree({ layoutFree }: RestoredRequest, proof: string): Promise<Comparison> {
  const stored = await layoutFree.stored()
  const restored = await layoutFree.restored()
  const found = new Map(restored.tables.map(table => [table.name, table]))
  const other = (stored?.tables ?? []).filter(({ name, sha256 }) => found.get(name)?.sha256 !== sha256)
  if (stored !== undefined && other.length === 0) return { differences: [], proof, warnings: [] }
  const fewer = other.filter(({ name, rows }) => found.get(name)?.rows !== rows)
  if (stored === undefined || fewer.length > 0) {
    const differences = fewer.map(
      ({ name, rows }) =>
        `table ${JSON.stringify(name)} has ${found.get(name)?.rows ?? 'no'} rows, not ${rows}`,
    )
    return {
      differences: stored === undefined ? ['the dump could not be read again'] : differences,
      proof: '',
      warnings: [],
    }
  }
  const names = other.map(({ name }) => JSON.stringify(name))
  return {
    differences: [],
    proof: proof.replace('with every row', 'with as many rows'),
    warnings: [
      {
        code: 'rows-not-comparable',
        message: `These tables have as many rows as they should, and another version of the server writes some of them differently: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}. Look at a few of them.`,
      },
    ],
  }
}
