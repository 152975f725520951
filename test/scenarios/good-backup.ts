import { type BackupOverrides, type BackupRun, backupRun } from '../runner/backup-run'
import type { StepRun } from '../runner/emulator'
import { type BucketView, bucketView } from '../servers/bucket-view'
import { unpacked } from '../servers/processes/stock-tools'
import type { Services } from '../servers/services'
import { freshFolder } from '../servers/test-services'
import { parseStoredManifest, type StoredManifest } from './stored-manifest'

/** A green run and what it stored. */
export interface GoodBackup {
  run: BackupRun
  main: StepRun
  bucket: BucketView
  manifest: StoredManifest
  /** The uncompressed content of an artifact, by stock tools. */
  content(artifact: { key: string }): Promise<Buffer>
}

/**
 * Runs the backup action and reads the manifest. Throws with the log unless the run is green from end to end. Each run
 * gets a mirror folder of its own unless the inputs name one, since suites run side by side.
 */
export async function goodBackup(services: Services, overrides: BackupOverrides = {}): Promise<GoodBackup> {
  const inputs = { 'mirror-dir': `${await freshFolder(services)}/mirror`, ...overrides.inputs }
  const run = await backupRun(services, { ...overrides, inputs })
  const { main, post } = run
  const isGreen = run.conclusion === 'success' && post?.exitCode === 0 && main?.annotations.error.length === 0
  if (main === undefined || !isGreen)
    throw new Error(`The run is not green:\n${main?.log.join('\n')}\n${post?.log.join('\n')}`)
  const bucket = bucketView(services.s3, run.bucket)
  const manifest = parseStoredManifest(await bucket.text(main.outputs['manifest-key'] ?? ''))
  return {
    run,
    main,
    bucket,
    manifest,
    content: async ({ key }) => unpacked(key, await bucket.bytes(key)),
  }
}
