import { join } from 'node:path'
import type { Services } from '../servers/services'
import { freshBucket } from '../servers/test-services'
import { assertNoSecrets } from './assert-no-secrets'
import { type ActionRun, type RunOptions, runAction } from './emulator'

/** What a test wants otherwise; inputs not named keep what `backupInputs` gives. */
export type BackupOverrides = Omit<RunOptions, 'action'>

export interface BackupRun extends ActionRun {
  bucket: string
}

/**
 * Runs the backup action from `dist/` against the test servers and proves that no secret showed. A test names what it is
 * about, at least `databases` or `paths`: `backupRun(services, { inputs: { databases: 'shop' } })`. Without an `s3-bucket`
 * the run gets a fresh one.
 */
export async function backupRun(services: Services, overrides: BackupOverrides = {}): Promise<BackupRun> {
  const bucket = overrides.inputs?.['s3-bucket'] ?? (await freshBucket(services))
  const inputs = { ...backupInputs(services, bucket), ...overrides.inputs }
  const run = await runAction({ ...overrides, action: join(__dirname, '../..'), inputs })
  assertNoSecrets(run, secretsOf(inputs))
  return { ...run, bucket }
}

/** Inputs with which the backup action reaches the test servers. */
export function backupInputs({ ssh, mysql, s3 }: Services, bucket: string): Record<string, string> {
  return {
    'ssh-host': ssh.host,
    'ssh-port': String(ssh.port),
    'ssh-user': ssh.user,
    'ssh-key': ssh.privateKey,
    'ssh-known-hosts': ssh.knownHosts,
    'mysql-user': mysql.user,
    'mysql-password': mysql.password,
    'mysql-socket': mysql.socket,
    's3-bucket': bucket,
    's3-endpoint': s3.endpoint,
    's3-access-key-id': s3.accessKey,
    's3-secret-access-key': s3.secretKey,
  }
}

/** The values among inputs that come from a workflow's secrets and must never show. */
export function secretsOf(inputs: Readonly<Record<string, string>>): string[] {
  const names = [
    'ssh-key',
    'ssh-key-passphrase',
    'ssh-password',
    'mysql-password',
    's3-secret-access-key',
    's3-session-token',
  ]
  return names.map(name => inputs[name] ?? '').filter(value => value !== '')
}
