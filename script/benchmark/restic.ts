import { join } from 'node:path'
import { bucketView } from '../../test/servers/bucket-view'
import { command } from '../../test/servers/processes/command'
import type { Services } from '../../test/servers/services'
import type { BenchBucket } from './bench-bucket'

/** restic with a repository of its own in the same store, run on the server itself. */
export interface Restic {
  backup(folder: string, at: Date): Promise<void>
  storedBytes(): Promise<number>
}

export async function makeRestic({ s3 }: Services, bucket: BenchBucket, folder: string): Promise<Restic> {
  const settings = [
    `RESTIC_REPOSITORY=s3:${s3.endpoint}/${bucket.name}`,
    ...['RESTIC_PASSWORD=bench', `RESTIC_CACHE_DIR=${join(folder, 'restic-cache')}`],
    ...[`AWS_ACCESS_KEY_ID=${s3.accessKey}`, `AWS_SECRET_ACCESS_KEY=${s3.secretKey}`],
  ]
  const restic = (...options: string[]) => command('env', [...settings, 'restic', '--quiet', ...options])
  await restic('init')
  const view = bucketView(s3, bucket.name)
  return {
    backup: async (folder, at) => {
      await restic('backup', '--time', at.toISOString().slice(0, 19).replace('T', ' '), folder)
    },
    storedBytes: async () => {
      const sizes = await Promise.all((await view.keys()).map(async key => (await view.head(key)).bytes))
      return sizes.reduce((sum, bytes) => sum + bytes, 0)
    },
  }
}
