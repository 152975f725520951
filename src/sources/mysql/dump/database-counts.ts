import { plural } from '../../../runtime/text/format-count'

const kinds = ['table', 'view', 'trigger', 'routine', 'event'] as const

/** The counts of a dump, in words. */
export function databaseCounts(counts: Readonly<Record<`${(typeof kinds)[number]}s`, number>>): string[] {
  return kinds.map(kind => plural(counts[`${kind}s`], kind))
}
