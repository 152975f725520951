import type { ReportedTier } from '../../../commands/run-facts'
import { formatCount } from '../../../runtime/text/format-count'
import { formatDuration } from '../../../runtime/text/format-duration'
import { code, prose, table } from '../markdown'

/** How far back one can go: what each tier has, and the ages of the newest and the oldest. '' without tiers. */
export function tierAgesTable(tiers: readonly ReportedTier[], now: Date): string {
  if (tiers.length === 0) return ''
  const age = (taken: Date | undefined) => (taken === undefined ? '–' : formatDuration(now.getTime() - taken.getTime()))
  const rows = tiers.map(({ name, count, newest, oldest }) => [
    name === 'ring' ? prose(name) : code(`${name}/`),
    formatCount(count),
    age(newest),
    age(oldest),
  ])
  const columns = [
    { heading: 'Tier' },
    { heading: 'Recovery points', isNumber: true },
    { heading: 'Age of the newest', isNumber: true },
    { heading: 'Age of the oldest', isNumber: true },
  ]
  return `### How far back one can go\n\n${table(columns, rows)}`
}
