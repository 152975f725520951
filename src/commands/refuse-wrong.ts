import { isError, onOneLine } from '../findings/finding'
import type { PreflightReport } from '../findings/preflight'
import { UserError } from '../runtime/errors'
import { plural } from '../runtime/text/format-count'

/** Throws UserError, one that counts and lists everything that is wrong; does nothing when all is well. */
export function refuseWrong({ findings }: Pick<PreflightReport, 'findings'>): void {
  const wrong = findings.filter(isError)
  const [first, ...others] = wrong
  if (first === undefined) return
  if (others.length === 0) throw new UserError(first.what, { advice: onOneLine(first.fix) })
  const all = wrong.map(({ what }, index) => `(${index + 1}) ${what}`).join(' ')
  throw new UserError(`${plural(wrong.length, 'thing is', 'things are')} wrong: ${all}`, {
    advice: 'The log and the job summary say for each of them how to mend it.',
    detail: wrong.map(({ fix }, index) => `(${index + 1}) ${onOneLine(fix)}`),
  })
}
