import { defined } from '../runtime/defined'

/** One thing to report to a person. */
export interface Finding {
  /** Stable: users may filter by it. */
  code: string
  /** `error`: something is wrong or would fail. `warning`: worth knowing, fails nothing. */
  level: 'error' | 'warning'
  /** A whole sentence, or several. */
  what: string
  /** What to do: a statement, a command, an input. Text to copy is on lines of its own. */
  fix?: string
  /** The key of the stored object it is about. */
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

/** The finding and its fix, on one line. */
export function sentenceOf({ what, fix }: Pick<Finding, 'what' | 'fix'>): string {
  return fix === undefined ? what : `${what} ${onOneLine(fix)}`
}

export function onOneLine(fix = ''): string {
  return fix.replaceAll('\n', ' ')
}

/** Warnings as manifests and outputs contain them: a public format. */
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
