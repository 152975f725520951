import { plural } from '../../../runtime/text/format-count'

/** The counts of a dump, in words. */
export function databaseCounts(content: {
  tables: number
  views: number
  triggers: number
  routines: number
  events: number
}): string[] {
  return [
    plural(content.tables, 'table'),
    plural(content.views, 'view'),
    plural(content.triggers, 'trigger'),
    plural(content.routines, 'routine'),
    plural(content.events, 'event'),
  ]
}
