import type { PlanProblem } from '../../../findings/preflight'
import type { Findings } from '../../host/parse-inventory'

/** The folders that were asked for and cannot be backed up as they are. */
export function pathProblems(
  { allowEmpty }: { allowEmpty: boolean },
  { paths }: Pick<Findings, 'paths'>,
): PlanProblem[] {
  return paths.flatMap(({ path, state }): PlanProblem[] => {
    const folder = `The folder ${JSON.stringify(path)} of "paths"`
    if (state === 'missing') {
      return [
        {
          what: `${folder} does not exist on the server, or the SSH user may not see it.`,
          fix: 'Check "paths"; if the folder lies on a disk of its own, see that it is mounted.',
        },
      ]
    }
    if (state === 'not-a-folder')
      return [{ what: `${folder} is not a folder on the server.`, fix: 'Name the folder that holds it.' }]
    if (state === 'unreadable') {
      return [
        {
          what: `${folder} may not be read by the SSH user.`,
          fix: 'Let the SSH user read it, for example through a group that owns it.',
        },
      ]
    }
    if (state === 'empty' && !allowEmpty)
      return [
        { what: `${folder} is empty on the server.`, fix: 'If that is right, set "allow-empty: true".' },
      ]
    return []
  })
}
