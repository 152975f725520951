import { githubRuntime } from '../runtime/github-runtime'
import { backupAction } from './backup'
import { backupPostAction } from './backup-post'

const actions = { backup: backupAction, 'backup-post': backupPostAction }

/** The one door of the bundle: each launcher in `dist/` names the action it stands for. */
export function run(action: keyof typeof actions): Promise<void> {
  return actions[action](githubRuntime())
}
