import { type Finding, isError } from '../../findings/finding'
import { type PreflightReport, preflightVerdict } from '../../findings/preflight'
import { code, prose } from './markdown'

/** The part of the job summary, of text already scrubbed. `words`: those of a restore; by default those of a backup. */
export function preflightSection(
  report: PreflightReport,
  words: { verdict: string; nothing: string } = {
    verdict: preflightVerdict(report),
    nothing: 'Nothing was stored.',
  },
): string {
  const list = (level: Finding['level']) =>
    report.findings
      .filter(finding => finding.level === level)
      .map(({ what, fix = '' }, index) => `${index + 1}. ${prose(what)}<br>${fixMarkdown(fix)}`)
      .join('\n')
  const isGreen = !report.findings.some(isError)
  const part = (heading: string, body: string) => (body === '' ? '' : `### ${heading}\n\n${body}`)
  return [
    `${isGreen ? '✅' : '❌'} **${words.verdict}** ${words.nothing}`,
    part('What is wrong', list('error')),
    part('Warnings', list('warning')),
    part('What a run stores', sentences(report.stored)),
    part('What a restore of it will need', sentences(report.needs)),
    part('What is fine', sentences(report.facts)),
  ]
    .filter(text => text !== '')
    .join('\n\n')
}

function sentences(lines: readonly string[] = []): string {
  return lines.map(line => `- ${prose(line)}`).join('\n')
}

/** Statements and commands are on lines of their own, so that they can be copied as they are. */
function fixMarkdown(fix: string): string {
  return fix
    .split('\n')
    .map(line => (isToCopy(line) ? code(line) : prose(line)))
    .join('<br>')
}

function isToCopy(line: string): boolean {
  return /^(GRANT|ALTER TABLE|CREATE USER|DROP VIEW|SET GLOBAL|aws|apk|sudo|mkdir|rm|df|chmod) |^\{/.test(line)
}
