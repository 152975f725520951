import { listAction } from '../../../src/actions/list'
import { endProcess } from '../../../src/actions/run-action'
import { verifyPostAction } from '../../../src/actions/verify-post'
import { githubRuntime } from '../../../src/runtime/github/github-runtime'

/** ssh2 and `@actions` are loaded together by nothing but the bundle, so the actions that log in are not among them. */
const actions = new Map([
  ['list', listAction],
  ['verify-post', verifyPostAction],
])

const action = actions.get(process.argv[2] ?? '')
if (action === undefined) throw new Error(`No action ${process.argv[2]}`)
void action(githubRuntime()).then(endProcess)
