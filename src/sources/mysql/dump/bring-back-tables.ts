import { quotedName } from '../../../findings/quoted-name'
import { shellWord } from '../../../findings/shell-word'
import type { ArtifactBaseline } from '../../../repository/guards/baseline'
import type { NextStep } from '../../restore-item'
import { quotedIdentifier } from '../client/sql-names'

/**
 * How tables come back that a backup no longer has, from the recovery point before: beside the database, and then only
 * these. `snapshot`: as a restore takes it. [] where nothing can be named.
 */
export function bringBackTables(
  before: ArtifactBaseline,
  after: ArtifactBaseline | undefined,
  snapshot: string,
): NextStep[] {
  const { source } = before
  if (source === undefined) return []
  if (after === undefined) {
    const what = `The whole database ${quotedName(source)}: run the restore workflow with these inputs.`
    return [{ what, commands: inputs(snapshot, source), language: 'yaml' }]
  }
  const tables = lostTables(before, after)
  if (tables.length === 0) return []
  const beside = `${source.slice(0, 56)}_before`
  const named = tables.map(quotedName).join(', ')
  return [
    {
      what: `The ${tables.length === 1 ? 'table' : 'tables'} ${named} of the database ${quotedName(source)}: run the restore workflow with these inputs. It puts the database of then beside the one of now, which stays as it is.`,
      commands: inputs(snapshot, `${source}=${beside}`),
      language: 'yaml',
    },
    {
      what: 'Look at it, then take over what is missing, on the server. A table of the same name is replaced.',
      commands: [
        `mysqldump ${shellWord(beside)} ${tables.map(shellWord).join(' ')} | mysql ${shellWord(source)}`,
        `mysql -e ${shellWord(`DROP DATABASE ${quotedIdentifier(beside)}`)}`,
      ],
    },
  ]
}

const namedAtMost = 5

/** Those that are gone; else the one that has lost the most. */
function lostTables(before: ArtifactBaseline, after: ArtifactBaseline): string[] {
  const now = new Map(after.parts?.map(part => [part.name, part]))
  const gone = (before.parts ?? []).filter(({ name }) => !now.has(name)).map(({ name }) => name)
  if (gone.length > 0) return gone.slice(0, namedAtMost)
  const lost = (before.parts ?? [])
    .map(({ name, bytes }) => ({ name, bytes: bytes - (now.get(name)?.bytes ?? 0) }))
    .sort((one, other) => other.bytes - one.bytes)
  return lost.slice(0, 1).flatMap(({ name, bytes }) => (bytes > 0 ? [name] : []))
}

function inputs(snapshot: string, database: string): string[] {
  return [`snapshot: ${snapshot}`, 'databases: |', `  ${database}`, 'paths: none']
}
