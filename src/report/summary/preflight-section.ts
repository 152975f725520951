import { type Finding, isError } from '../../findings/finding'
import { type PreflightReport, preflightVerdict } from '../../findings/preflight'
import { faultsList } from './faults-list'
import { prose } from './markdown'

/** The part of the job summary, of text already scrubbed. `words`: those of a restore; by default those of a backup. */
export function preflightSection(
  report: PreflightReport,
  words: { verdict: string; nothing: string } = {
    verdict: preflightVerdict(report),
    nothing: 'Nothing was stored.',
  },
): string {
  const isGreen = !report.findings.some(isError)
  return [`${isGreen ? '✅' : '❌'} **${words.verdict}** ${words.nothing}`, ...checkedSections(report)].join('\n\n')
}

/** What is wrong, the warnings, and what is fine, each with a heading; nothing for what is empty. */
export function checkedSections(report: PreflightReport): string[] {
  const list = (level: Finding['level']) => faultsList(report.findings.filter(finding => finding.level === level))
  const part = (heading: string, body: string) => (body === '' ? '' : `### ${heading}\n\n${body}`)
  return [
    part('What is wrong', list('error')),
    part('Warnings', list('warning')),
    part('What a run stores', sentences(report.stored)),
    part('What a restore of it will need', sentences(report.needs)),
    part('What is fine', sentences(report.facts)),
  ].filter(text => text !== '')
}

function sentences(lines: readonly string[] = []): string {
  return lines.map(line => `- ${prose(line)}`).join('\n')
}
