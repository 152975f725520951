import { plural } from '../runtime/text/format-count'

/** What a look before a backup has found. */
export interface PreflightReport {
  /** The wrong ones first. */
  findings: readonly PreflightFinding[]
  /** What was looked at and is fine, a sentence each. */
  facts: readonly string[]
}

/** One thing to mend. `wrong`: a backup would fail or lack something. `remark`: it works, but not as well as it could. */
export interface PreflightFinding {
  level: 'wrong' | 'remark'
  /** A whole sentence, or several. */
  what: string
  /** What to do: the statement, the command, the input. */
  fix: string
}

/** The same with every text scrubbed of secrets. */
export function scrubPreflight(report: PreflightReport, scrub: (text: string) => string): PreflightReport {
  return {
    findings: report.findings.map(({ level, what, fix }) => ({ level, what: scrub(what), fix: scrub(fix) })),
    facts: report.facts.map(scrub),
  }
}

/** Those that must be mended before a backup can be taken. */
export function wrongFindings({ findings }: Pick<PreflightReport, 'findings'>): PreflightFinding[] {
  return findings.filter(({ level }) => level === 'wrong')
}

/** `7 things are wrong, and 2 remarks.`: the result in one sentence. */
export function preflightVerdict(report: PreflightReport): string {
  const wrong = wrongFindings(report).length
  const remarks = report.findings.length - wrong
  const rest = remarks === 0 ? '' : `, and ${plural(remarks, 'remark')}`
  if (wrong === 0)
    return `Everything a backup needs is there${remarks === 0 ? '' : `, with ${plural(remarks, 'remark')}`}.`
  return `${plural(wrong, 'thing is', 'things are')} wrong${rest}.`
}

/** Lines for the log: what is fine, then every finding with its fix below it. */
export function preflightLines(report: PreflightReport): string[] {
  return [
    ...report.facts.map(fact => `ok      ${fact}`),
    ...report.findings.flatMap(({ level, what, fix }) => [
      `${level.padEnd(7)} ${what}`,
      ...fix.split('\n').map(line => `        ${line}`),
    ]),
    preflightVerdict(report),
  ]
}

/** Something that was asked for and does not fit what the server has, in whole sentences. */
export interface PlanProblem {
  what: string
  fix: string
}
