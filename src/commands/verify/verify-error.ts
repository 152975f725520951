import { listed } from '../../findings/listed'
import { FailureError } from '../../runtime/errors'
import { plural } from '../../runtime/text/format-count'
import { isDrillOnly } from '../../sources/drill/drill-finding'
import type { VerifiedPoint } from './verify-result'

/** The error of a run that found something wrong: the first finding, how many more there are, and what still holds. */
export function verifyError(points: readonly VerifiedPoint[]): FailureError {
  const failed = points.filter(({ status }) => status === 'failed')
  const findings = failed.flatMap(point => point.findings)
  const [first] = findings
  const more =
    findings.length < 2
      ? ''
      : ` (The first of ${plural(findings.length, 'finding')} in ${failed.length} of ${plural(points.length, 'recovery point')}.)`
  const bad = failed.filter(point => !isSound(point))
  const sound = failed.filter(isSound)
  const advice = [
    ...(first?.fix === undefined ? [] : [first.fix]),
    ...(bad.length === 0 ? [] : [`Do not count on ${names(bad)}${instead(points)}.`]),
    ...(sound.length === 0
      ? []
      : [`The stored objects of ${names(sound)} are sound to the byte; only the drill failed.`]),
    'The log and the job summary name every finding.',
  ]
  return new FailureError(`${namesOf(failed)} not proven: ${first?.what ?? ''}${more}`, {
    advice: advice.join(' '),
    detail: findings.map(({ code, what }) => `${code}: ${what}`),
  })
}

function isSound({ findings }: VerifiedPoint): boolean {
  return findings.every(isDrillOnly)
}

function names(points: readonly VerifiedPoint[]): string {
  return listed(
    points.map(({ name }) => name),
    5,
  )
}

function namesOf(points: readonly VerifiedPoint[]): string {
  return `${names(points)} ${points.length === 1 ? 'is' : 'are'}`
}

function instead(points: readonly VerifiedPoint[]): string {
  const best = points.find(({ status, verdict }) => status === 'proven' && verdict === 'good')
  return best === undefined
    ? '; look for one that is sound with "snapshot: all"'
    : `: of those verified here, ${best.name} is proven`
}
