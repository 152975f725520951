import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { createBucket, type S3Account, startRgw } from '../servers/rgw'

export interface TestS3 {
  readonly account: S3Account
  /**
   * Settings for a new, empty bucket, reached at `endpoint` (the server itself when left out). `lockDays`: as for
   * `createBucket`.
   */
  freshBucket(endpoint?: string, lockDays?: number): Promise<S3Settings & { endpoint: string }>
  stop(): Promise<void>
}

/** The S3 server that the whole test run shares when there is one, else one of this suite's own. */
export async function openTestS3(): Promise<TestS3> {
  const shared = process.env['MAKE_A_BACKUP_TEST_SERVICES']
  const server = shared === undefined ? await ownServer() : sharedServer(shared)
  const { account } = server
  return {
    ...server,
    freshBucket: async (endpoint = account.endpoint, lockDays) => {
      const bucket = `bucket-${randomBytes(6).toString('hex')}`
      await createBucket(account, bucket, lockDays)
      const credentials = { accessKeyId: account.accessKey, secretAccessKey: account.secretKey }
      return { bucket, prefix: 'running-backups', region: 'us-east-1', endpoint, credentials }
    },
  }
}

const servicesSchema = z.object({
  s3: z.object({ endpoint: z.string(), accessKey: z.string(), secretKey: z.string() }),
})

function sharedServer(file: string) {
  const account = servicesSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).s3
  return { account, stop: async () => {} }
}

async function ownServer() {
  const dir = await mkdtemp(join(tmpdir(), 'make-a-backup-rgw-'))
  const rgw = await startRgw(dir)
  return {
    account: rgw,
    stop: async () => {
      await rgw.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
