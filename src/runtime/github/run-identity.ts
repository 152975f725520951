import type { RunIdentity } from '../runtime'

/** Reads the identity of the run from the variables that GitHub sets for every step. */
export function readRunIdentity(variables: Readonly<Record<string, string | undefined>>): RunIdentity {
  const repository = variables['GITHUB_REPOSITORY'] ?? ''
  const id = variables['GITHUB_RUN_ID'] ?? ''
  const server = variables['GITHUB_SERVER_URL'] ?? ''
  const attempt = variables['GITHUB_RUN_ATTEMPT'] ?? ''
  const isOnGitHub = server !== '' && repository !== '' && id !== ''
  const url = isOnGitHub
    ? `${server}/${repository}/actions/runs/${id}${attempt === '' ? '' : `/attempts/${attempt}`}`
    : ''
  return { repository, id, attempt, event: variables['GITHUB_EVENT_NAME'] ?? '', url, ...workflowOf(variables) }
}

/** `acme/shop/.github/workflows/backup.yml@refs/heads/main`, without the repository and the branch. */
function workflowOf(variables: Readonly<Record<string, string | undefined>>): Pick<RunIdentity, 'workflow' | 'step'> {
  const workflow = /^[^/]+\/[^/]+\/(.+?)@/.exec(variables['GITHUB_WORKFLOW_REF'] ?? '')?.[1]
  if (workflow === undefined) return {}
  return { workflow, step: `${variables['GITHUB_JOB'] ?? ''}/${variables['GITHUB_ACTION'] ?? ''}` }
}
