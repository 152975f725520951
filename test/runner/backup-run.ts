import type { Services } from '../servers/services'
import { freshBucket } from '../servers/test-services'
import { actionRun, mysqlInputs, s3Inputs, sshInputs } from './action-run'
import type { ActionRun, RunOptions } from './emulator'

/** What a test wants otherwise; inputs not named are those of the test servers. */
export type BackupOverrides = Omit<RunOptions, 'action'>

export interface BackupRun extends ActionRun {
  bucket: string
}

/**
 * Runs the backup action from `dist/` against the test servers and proves that no secret showed. A test names what it
 * is about, at least `databases` or `paths`: `backupRun(services, { inputs: { databases: 'shop' } })`. Without an
 * `s3-bucket` the run gets a fresh one.
 */
export async function backupRun(services: Services, overrides: BackupOverrides = {}): Promise<BackupRun> {
  const bucket = overrides.inputs?.['s3-bucket'] ?? (await freshBucket(services))
  const inputs = backupInputs(services, bucket, overrides.inputs)
  return { ...(await actionRun('', { ...overrides, inputs })), bucket }
}

/** Inputs with which the backup action reaches the test servers, and `inputs`: at least `databases` or `paths`. */
export function backupInputs(
  services: Services,
  bucket: string,
  inputs: Readonly<Record<string, string>> = {},
): Record<string, string> {
  // A login for a database that is not backed up is refused.
  const login = (inputs['databases'] ?? '') === '' ? {} : mysqlInputs(services)
  return { ...sshInputs(services), ...login, ...s3Inputs(services, bucket), ...inputs }
}
