import type { ReportedWeek } from '../../../commands/run-facts'
import { formatCount, plural } from '../../../runtime/text/format-count'
import { formatPeriod } from '../../../runtime/text/format-duration'
import { cellMeanings, seenStates, type WeekCell, weekGrid } from '../../week-grid'
import { prose, table } from '../markdown'

/**
 * The last seven days of a ring, hour by hour: seven rows, in four groups of six hours. '' without recovery points. `gaps`:
 * whether it says how many there are.
 */
export function weekSection(week: ReportedWeek, now: Date, { gaps = true } = {}): string {
  if (week.points.length === 0) return ''
  const days = weekGrid(week, now)
  const rows = days.map(({ name, hours }) => [name, ...groups.map(from => marksOf(hours.slice(from, from + 6)))])
  const legend = seenStates(days).map(state => `${marks[state]} ${cellMeanings[state]}`)
  return [
    `### The last seven days, hour by hour (${prose(week.timezone)})`,
    table([{ heading: '' }, ...groups.map(from => ({ heading: `${two(from)} to ${two(from + 5)}` }))], rows),
    legend.join(' · '),
    gaps ? gapsSentence(week) : '',
  ]
    .filter(part => part !== '')
    .join('\n\n')
}

function gapsSentence({ missing, everyMs }: ReportedWeek): string {
  if (missing.length === 0 || everyMs === undefined) return ''
  return `**${plural(missing.length, 'gap')}**: one is taken every ${formatPeriod(everyMs)}, and ${formatCount(missing.length)} of the last week ${missing.length === 1 ? 'is' : 'are'} missing. GitHub drops scheduled runs when it is busy.`
}

const groups = [0, 6, 12, 18]

/** Shapes differ as well as colours. All are of one width. */
const marks: Readonly<Record<WeekCell['state'], string>> = {
  proven: '✅',
  good: '🟩',
  suspect: '⚠️',
  disproven: '❌',
  unfit: '❌',
  stale: '🕰️',
  gap: '⬜',
  none: '➖',
}

/** A word joiner: on a narrow screen the hours stay in one line, which the reader scrolls. */
const joiner = '\u2060'

function marksOf(cells: readonly WeekCell[]): string {
  return cells.map(({ state }) => marks[state]).join(joiner)
}

function two(hour: number): string {
  return String(hour).padStart(2, '0')
}
