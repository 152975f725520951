import { sentenceOf } from '../../findings/finding'
import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { formatSize } from '../../runtime/text/format-size'
import type { VerifiedPoint, VerifyReport } from './verify-result'
import { levelWords } from './verify-result'

/** What was found about a recovery point, for the log: one line with its age, and one for each finding. */
export function pointLines(point: VerifiedPoint, now: Date): string[] {
  const { name, status, findings, durationMs } = point
  const age = ageOf([point], now)
  const took = `in ${formatDuration(durationMs)}`
  return [
    `${name}: ${status}${age === undefined ? '' : `, ${age}`}, ${whatItHolds(point)}, ${took}`,
    ...findings.map(finding => `  ${finding.code}: ${sentenceOf(finding)}`),
  ]
}

/** Without findings: `Monday-13-00, taken 55 m ago, is proven: 2 objects, 252 MB, read and checked, in 4 s` */
export function provenSentence({ points, level, startedAt, finishedAt }: VerifyReport): string {
  const took = `in ${formatDuration(finishedAt.getTime() - startedAt.getTime())}`
  const [only] = points
  const age = ageOf(points, startedAt)
  if (points.length === 1 && only !== undefined) {
    const restored =
      only.restoreSeconds === undefined ? '' : `; a restore takes ${formatDuration(only.restoreSeconds * 1000)}`
    const taken = age === undefined ? '' : `, ${age},`
    return `${only.name}${suspectWord(only)}${taken} is proven: ${whatItHolds(only)}, ${levelWords[level]}, ${took}${restored}`
  }
  const suspects = points.filter(({ verdict }) => verdict === 'suspect').length
  const among = suspects === 0 ? '' : `, ${plural(suspects, 'suspect one')} among them`
  const newest = age === undefined ? '' : `, the newest ${age}`
  return `${plural(points.length, 'recovery point')} proven${among}${newest}: ${whatTheyHold(points)}, ${levelWords[level]}, ${took}`
}

/** `2 objects, 252 MB` */
function whatItHolds(point: VerifiedPoint): string {
  return whatTheyHold([point])
}

function whatTheyHold(points: readonly VerifiedPoint[]): string {
  const objects = points.reduce((sum, point) => sum + point.objects, 0)
  const bytes = points.reduce((sum, point) => sum + point.storedBytes, 0)
  return `${plural(objects, 'object')}, ${formatSize(bytes)}`
}

/** `taken 6 d 12 h ago`, of the newest. */
function ageOf(points: readonly VerifiedPoint[], now: Date): string | undefined {
  const taken = points.flatMap(({ takenAt }) => (takenAt === undefined ? [] : Date.parse(takenAt)))
  return taken.length === 0 ? undefined : `taken ${formatDuration(Math.max(0, now.getTime() - Math.max(...taken)))} ago`
}

function suspectWord({ verdict }: VerifiedPoint): string {
  return verdict === 'suspect' ? ' (suspect)' : ''
}
