import { type PreflightReport, wrongFindings } from '../findings/preflight'
import { UserError } from '../runtime/errors'
import { plural } from '../runtime/text/format-count'

/** Throws UserError, one that counts and lists everything that is wrong; does nothing when all is well. */
export function refuseWrong(report: Pick<PreflightReport, 'findings'>): void {
  const wrong = wrongFindings(report)
  const [first, ...others] = wrong
  if (first === undefined) return
  if (others.length === 0) throw new UserError(first.what, { advice: oneLine(first.fix) })
  const listed = wrong.map(({ what }, index) => `(${index + 1}) ${what}`).join(' ')
  throw new UserError(`${plural(wrong.length, 'thing is', 'things are')} wrong: ${listed}`, {
    advice: 'The log and the job summary say for each of them how to mend it.',
    detail: wrong.map(({ fix }, index) => `(${index + 1}) ${oneLine(fix)}`),
  })
}

function oneLine(fix: string): string {
  return fix.replaceAll('\n', ' ')
}
