import { defined } from '../runtime/defined'
/** One thing that a person is to be told. */
export interface Finding {
  /** Stable; users may filter by it. */
  code: string
  /** `error`: it is wrong, or something would fail by it. `warning`: worth telling, and nothing fails by it. */
  level: 'error' | 'warning'
  /** A whole sentence, or several. */
  what: string
  /** What to do: the statement, the command, the input. What is to be copied stands on lines of its own. */
  fix?: string
  /** Of the stored object that it is about. */
  key?: string
}

/** A finding of the level `error`. */
export function problem(code: string, what: string, fix?: string): Finding {
  return { code, level: 'error', what, ...defined({ fix }) }
}

/** A finding of the level `warning`. */
export function warning(code: string, what: string, fix?: string): Finding {
  return { ...problem(code, what, fix), level: 'warning' }
}

export function isError({ level }: Pick<Finding, 'level'>): boolean {
  return level === 'error'
}

/** The errors before the warnings. */
export function errorsFirst(findings: readonly Finding[]): Finding[] {
  return [...findings.filter(isError), ...findings.filter(each => !isError(each))]
}

/** What it says and what to do, on one line. */
export function sentenceOf({ what, fix }: Pick<Finding, 'what' | 'fix'>): string {
  return fix === undefined ? what : `${what} ${onOneLine(fix)}`
}

export function onOneLine(fix = ''): string {
  return fix.replaceAll('\n', ' ')
}

/** Warnings as manifests and outputs have them: a public format. */
export function publicWarnings(findings: readonly Finding[]): { code: string; message: string }[] {
  return findings.map(finding => ({ code: finding.code, message: sentenceOf(finding) }))
}

/** The same with every text scrubbed of secrets. */
export function scrubFindings(findings: readonly Finding[], scrub: (text: string) => string): Finding[] {
  return findings.map(({ what, fix, ...finding }) => ({
    ...finding,
    what: scrub(what),
    ...defined({ fix: fix && scrub(fix) }),
  }))
}
