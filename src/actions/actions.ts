import { backupAction } from './backup'
import { backupPostAction } from './backup-post'
import { listAction } from './list'
import { restoreAction } from './restore'
import { restorePostAction } from './restore-post'
import { verifyAction } from './verify'
import { verifyPostAction } from './verify-post'

/** Every action and every post step. */
export const actions = {
  backup: backupAction,
  'backup-post': backupPostAction,
  restore: restoreAction,
  'restore-post': restorePostAction,
  verify: verifyAction,
  'verify-post': verifyPostAction,
  list: listAction,
}
