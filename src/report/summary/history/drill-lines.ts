import type { RecordedDrill } from '../../../repository/catalog/last-drills'
import { plural } from '../../../runtime/text/format-count'
import { formatDuration } from '../../../runtime/text/format-duration'
import { productName } from '../../../runtime/text/product-name'
import { code, prose, runLink, table } from '../markdown'

/** What the last drill has shown, in a sentence; how to get one where there is none. */
export function lastProofLine(drills: readonly RecordedDrill[], now: Date): string {
  const [last] = drills
  if (last === undefined)
    return '**Last proof** none: no recovery point of the ring was restored on trial. The action `verify` does that with `level: restore`.'
  const failed = last.proven === undefined ? last : undefined
  const proven = drills.find(({ status }) => status === 'proven')
  return [
    ...(failed === undefined
      ? []
      : [
          `**The last drill failed**, ${ago(failed.endedAt, now)}, of ${code(failed.slot)}: ${prose(failed.problem ?? '')}`,
        ]),
    ...(proven === undefined
      ? []
      : [`**Last proof** ${code(proven.slot)}, ${ago(proven.endedAt, now)}${provenWords(proven)}`]),
  ].join('<br>')
}

function provenWords({ proven }: RecordedDrill): string {
  if (proven === undefined) return ''
  const { restoreSeconds, tables, files, server } = proven
  const on = server === undefined ? '' : ` on ${prose(serverName(server))}`
  const what = [
    ...(tables === 0 ? [] : [plural(tables, 'table')]),
    ...(files === 0 ? [] : [plural(files, 'file')]),
  ].join(' and ')
  return `: ${what === '' ? '' : `${what} `}restored in **${formatDuration(restoreSeconds * 1000)}**${on}, and compared.`
}

/** The last drills as a table; '' without any. */
export function drillsTable(drills: readonly RecordedDrill[], now: Date): string {
  if (drills.length === 0) return ''
  const rows = drills.map(drill => [
    code(drill.slot),
    ago(drill.endedAt, now),
    drill.proven === undefined ? `❌ ${prose(drill.problem ?? 'failed')}` : '✅ proven',
    drill.proven === undefined ? '–' : formatDuration(drill.proven.restoreSeconds * 1000),
    drill.proven?.server === undefined ? '–' : prose(serverName(drill.proven.server)),
    runLink('run', drill.runUrl) || '–',
  ])
  const columns = ['Recovery point', 'When', 'Result', 'Restored in', 'On', ''].map(heading => ({ heading }))
  return table(columns, rows)
}

/** `MariaDB 10.11.6` */
export function serverName({ flavor, version }: { flavor: string; version: string }): string {
  return `${productName(flavor)} ${version}`
}

function ago(time: Date, now: Date): string {
  return `${formatDuration(now.getTime() - time.getTime())} ago`
}
