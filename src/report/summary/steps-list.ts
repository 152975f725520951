import type { NextStep } from '../../sources/restore-item'
import { fenced, prose } from './markdown'

/** Steps as a numbered list, with their commands. Names in them come from a manifest: text alone. */
export function stepsList(steps: readonly NextStep[]): string {
  return steps
    .map(({ what, commands, language = 'sh' }, index) => {
      const text = `${index + 1}. ${prose(what)}`
      return commands.length === 0 ? text : `${text}\n\n${fenced(commands, language).replace(/^(?=.)/gm, '   ')}`
    })
    .join('\n\n')
}
