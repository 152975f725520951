import { githubRuntime } from '../runtime/github/github-runtime'
import { backupAction } from './backup'
import { backupPostAction } from './backup-post'
import { listAction } from './list'
import { restoreAction } from './restore'
import { restorePostAction } from './restore-post'
import { verifyAction } from './verify'
import { verifyPostAction } from './verify-post'

const actions = {
  backup: backupAction,
  'backup-post': backupPostAction,
  restore: restoreAction,
  'restore-post': restorePostAction,
  verify: verifyAction,
  'verify-post': verifyPostAction,
  list: listAction,
}

/** The entry point of the bundle: each launcher in `dist/` passes the name of its action. */
export function run(action: keyof typeof actions): Promise<void> {
  return actions[action](githubRuntime())
}
