import { isError } from '../findings/finding'
import type { PreflightReport } from '../findings/preflight'
import { type ActionError, asOne, UserError } from '../runtime/errors'

/** Throws all errors among the findings, each with its fix; does nothing without errors. */
export function refuseErrors(report: Pick<PreflightReport, 'findings'>): void {
  const refusal = refusalOf(report)
  if (refusal !== undefined) throw refusal
}

/** The error of all errors among the findings; undefined without any. */
export function refusalOf({ findings }: Pick<PreflightReport, 'findings'>): ActionError | undefined {
  return asOne(findings.filter(isError).map(({ what, fix }) => new UserError(what, { advice: fix })))
}
