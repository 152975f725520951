import type { SuspectFacts } from '../../commands/backup/run-report'
import { beforeAndAfter, sinceLine } from './changes-section'
import { fenced } from './markdown'
import { stepsList } from './steps-list'

/** What a suspect recovery point has and the last good one had; how to accept it, and how to get back what is missing. */
export function suspectSections({ changes, bringBack }: SuspectFacts, now: Date): string[] {
  return [
    ['### Before and after', sinceLine(changes, now), ...beforeAndAfter(changes)].join('\n\n'),
    `### If this is right, accept it\n\nRun the backup workflow once by hand with \`accept-shrink\` ticked, or with the input below. What it takes then is the new normal.\n\n${fenced(['accept-shrink: true'], 'yaml')}`,
    bringBack.length === 0 ? '' : `### If it is not, bring back what is missing\n\n${stepsList(bringBack)}`,
  ]
}
