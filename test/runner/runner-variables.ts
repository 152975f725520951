import type { RunFolder } from './run-folder'

const runIds = new WeakMap<RunFolder, string>()
let runs = 0

/** Each run has its own, from its first step to its last. */
function runIdOf(folder: RunFolder): string {
  const id = runIds.get(folder) ?? String(1_234_567_890 + runs++)
  runIds.set(folder, id)
  return id
}

/** What a scheduled run of the repository acme/shop finds in its environment on a hosted Linux runner. */
export function runnerVariables(folder: RunFolder): Record<string, string> {
  return {
    CI: 'true',
    GITHUB_ACTION: '__self',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'acme-bot',
    GITHUB_API_URL: 'https://api.github.com',
    GITHUB_BASE_REF: '',
    GITHUB_EVENT_NAME: 'schedule',
    GITHUB_HEAD_REF: '',
    GITHUB_JOB: 'backup',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_REPOSITORY_OWNER: 'acme',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_RUN_ID: runIdOf(folder),
    GITHUB_RUN_NUMBER: '42',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
    GITHUB_WORKFLOW: 'Backup',
    GITHUB_WORKFLOW_REF: 'acme/shop/.github/workflows/backup.yml@refs/heads/main',
    GITHUB_WORKSPACE: folder.workspace,
    RUNNER_ARCH: process.arch === 'arm64' ? 'ARM64' : 'X64',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_NAME: 'emulated',
    RUNNER_OS: 'Linux',
    RUNNER_TEMP: folder.temp,
    RUNNER_TOOL_CACHE: folder.temp,
  }
}
