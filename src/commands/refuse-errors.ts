import { isError, onOneLine } from '../findings/finding'
import type { PreflightReport } from '../findings/preflight'
import { UserError } from '../runtime/errors'
import { plural } from '../runtime/text/format-count'

/** Throws one UserError that counts and lists all errors; does nothing without errors. */
export function refuseErrors({ findings }: Pick<PreflightReport, 'findings'>): void {
  const errors = findings.filter(isError)
  const [first, ...others] = errors
  if (first === undefined) return
  if (others.length === 0) throw new UserError(first.what, { advice: onOneLine(first.fix) })
  const all = errors.map(({ what }, index) => `(${index + 1}) ${what}`).join(' ')
  throw new UserError(`${plural(errors.length, 'thing is', 'things are')} wrong: ${all}`, {
    advice: 'The log and the job summary show the fix for each.',
    detail: errors.map(({ fix }, index) => `(${index + 1}) ${onOneLine(fix)}`),
  })
}
