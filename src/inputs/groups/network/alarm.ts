import { UserError } from '../../../runtime/errors'
import type { Proxies } from '../../../runtime/proxy/proxies'
import { type Environment, flag, type InputReader, maskSecret } from '../../read'
import { loadProxies } from './proxies'

/** What is needed to keep an issue about failed runs. */
export interface AlarmSettings {
  token: string
  apiUrl: string
  bucket: string
  prefix: string
  proxies: Proxies
}

/**
 * The inputs `issue-on-alarm` and `github-token`; undefined: no issue is wanted. Reads nothing strictly but these: a run
 * whose other inputs are wrong is an alarm, too. Throws `UserError`.
 */
export function loadAlarm(read: InputReader, environment: Environment): AlarmSettings | undefined {
  const token = maskSecret(read, 'github-token')
  if (flag(read, 'issue-on-alarm') !== true) return undefined
  if (token === '') {
    throw new UserError('Input "issue-on-alarm" needs "github-token", which is empty.', {
      advice: 'Leave "github-token" out: then it is the token of the job.',
    })
  }
  const proxies = loadProxies(read, environment) ?? { direct: [] }
  const apiUrl = environment['GITHUB_API_URL'] ?? 'https://api.github.com'
  return { token, apiUrl, bucket: read.input('s3-bucket'), prefix: read.input('s3-prefix'), proxies }
}
