import { listed } from '../../findings/listed'
import { FailureError } from '../../runtime/errors'
import { isDrillOnly } from '../../sources/drill/drill-finding'
import type { VerifiedPoint } from './verify-result'

/** The error of a run that found something wrong: every finding with its fix, and what to rely on. */
export function verifyError(points: readonly VerifiedPoint[]): FailureError {
  const failed = points.filter(({ status }) => status === 'failed')
  const faults = failed.flatMap(({ name, findings }) =>
    findings.map(({ code, what, fix }) => new FailureError(`${name}: ${what}`, { advice: fix, detail: [code] })),
  )
  const bad = failed.filter(point => !isSound(point))
  const sound = failed.filter(isSound)
  const reliance = [
    ...(bad.length === 0 ? [] : [`Do not count on ${names(bad)}${instead(points)}.`]),
    ...(sound.length === 0
      ? []
      : [`The stored objects of ${names(sound)} are sound to the byte; only the drill failed.`]),
  ]
  const [first] = failed.flatMap(({ findings }) => findings)
  const isAlone = faults.length < 2
  const advice = [...(isAlone && first?.fix !== undefined ? [first.fix] : []), ...reliance].join(' ')
  const message = `${namesOf(failed)} not proven: ${first?.what ?? ''}`
  return new FailureError(message, { advice, ...(isAlone ? { detail: faults[0]?.detail ?? [] } : { faults }) })
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
