import { join } from 'node:path'
import { allowInputs } from '../servers/forced-keys'
import type { Services } from '../servers/services'
import { assertNoSecrets } from './assert-no-secrets'
import { type ActionRun, type RunOptions, runAction } from './emulator'
import { encryptionInputs } from './encryption-switch'

/** The actions by the folder of their `action.yml`; '' is the one at the root, which takes a backup. */
export type ActionName = '' | 'restore' | 'verify' | 'list'

/** Runs one of the actions from `dist/` as the runner does, and proves that no secret showed. */
export async function actionRun(
  name: ActionName,
  options: Omit<RunOptions, 'action'> & { inputs: Readonly<Record<string, string>> },
): Promise<ActionRun> {
  const inputs = { ...encryptionInputs(name), ...allowInputs(name, options.inputs) }
  const run = await runAction({ ...options, inputs, action: join(__dirname, '../..', name) })
  assertNoSecrets(run, secretsOf(inputs))
  return run
}

/** Inputs that lead to the test server over SSH. */
export function sshInputs({ ssh }: Pick<Services, 'ssh'>): Record<string, string> {
  return {
    'ssh-host': ssh.host,
    'ssh-port': String(ssh.port),
    'ssh-user': ssh.user,
    'ssh-key': ssh.privateKey,
    'ssh-known-hosts': ssh.knownHosts,
  }
}

/** Inputs with which the database user of the tests, who may do everything, logs in. */
export function mysqlInputs({ mysql }: Pick<Services, 'mysql'>): Record<string, string> {
  return {
    'mysql-user': mysql.user,
    'mysql-password': mysql.password,
    'mysql-socket': mysql.socket,
  }
}

/** Inputs that lead to a bucket of the test store. */
export function s3Inputs({ s3 }: Pick<Services, 's3'>, bucket: string): Record<string, string> {
  return {
    's3-bucket': bucket,
    's3-endpoint': s3.endpoint,
    's3-access-key-id': s3.accessKey,
    's3-secret-access-key': s3.secretKey,
  }
}

/** The values among inputs that come from a workflow's secrets and must never show. */
function secretsOf(inputs: Readonly<Record<string, string>>): string[] {
  const names = [
    'ssh-key',
    'signing-key',
    'decryption-key',
    'ssh-key-passphrase',
    'ssh-password',
    'mysql-password',
    's3-secret-access-key',
    's3-session-token',
  ]
  return names.map(name => inputs[name] ?? '').filter(value => value !== '')
}
