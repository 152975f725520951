import { defined } from '../runtime/defined'
import { plural } from '../runtime/text/format-count'
import { type Finding, isError, scrubFindings } from './finding'

/** The result of the preflight of a backup or a restore. */
export interface PreflightReport {
  /** Errors first. With any of them the run would fail or miss something. */
  findings: readonly Finding[]
  /** What was checked and is fine, one sentence each. */
  facts: readonly string[]
  /** What a run would store, and what that comes to, one sentence each. Not of a restore; so is the next. */
  stored?: readonly string[]
  /** What a restore of it will need. */
  needs?: readonly string[]
}

/** The same with every text scrubbed of secrets. */
export function scrubPreflight(report: PreflightReport, scrub: (text: string) => string): PreflightReport {
  const { findings, facts, stored, needs } = report
  return {
    ...{ findings: scrubFindings(findings, scrub), facts: facts.map(scrub) },
    ...defined({ stored: stored?.map(scrub), needs: needs?.map(scrub) }),
  }
}

/** `7 things are wrong, and 2 warnings.`: the result in one sentence. */
export function preflightVerdict({ findings }: Pick<PreflightReport, 'findings'>): string {
  const errors = findings.filter(isError).length
  const warnings = findings.length - errors
  const rest = warnings === 0 ? '' : `, ${errors === 0 ? 'with' : 'and'} ${plural(warnings, 'warning')}`
  if (errors === 0) return `Everything a backup needs is there${rest}.`
  return `${plural(errors, 'thing is', 'things are')} wrong${rest}.`
}

/** Lines for the log: the facts that are fine, then each finding with its fix below. */
export function preflightLines(report: PreflightReport): string[] {
  return [
    ...report.facts.map(fact => `ok      ${fact}`),
    ...(report.stored ?? []).map(line => `stores  ${line}`),
    ...(report.needs ?? []).map(line => `restore ${line}`),
    ...report.findings.flatMap(({ level, what, fix = '' }) => [
      `${level.padEnd(7)} ${what}`,
      ...fix.split('\n').map(line => `        ${line}`),
    ]),
    preflightVerdict(report),
  ]
}
