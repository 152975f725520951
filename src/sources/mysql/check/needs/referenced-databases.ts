import { systemSchemas } from '../../client/system-schemas'
import type { DumpNeeds } from './dump-needs'

/** The databases, but those of every server, into which the foreign keys of dumps lead. */
export function referencedDatabases(needs: readonly (Pick<DumpNeeds, 'references'> | undefined)[]): string[] {
  const names = new Set(needs.flatMap(each => each?.references ?? []))
  return [...names].filter(name => !systemSchemas.some(schema => schema === name.toLowerCase()))
}
