import { execFileSync } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { bucketView } from '../servers/bucket-view'
import { unpacked } from '../servers/processes/stock-tools'
import { freshBucket, freshFolder, testServices } from '../servers/test-services'
import { goodBackup } from './good-backup'
import { expectRestored, restoreRun } from './restore/restore-run'
import type { StoredFiles } from './stored-manifest'

const services = testServices()

function sh(folder: string, script: string): void {
  execFileSync('sh', ['-euc', script], { cwd: folder })
}

/** How far ahead of UTC the day ends now, in whole hours: runs on both sides of it are of two days. */
const utcHour = new Date().getUTCHours()
const midnight = utcHour >= 12 ? 24 - utcHour : -utcHour

/** Its clock is so many hours ahead of UTC. */
function zone(hours: number): string {
  return `Etc/GMT${hours > 0 ? '-' : '+'}${Math.abs(hours)}`
}

/** What differs between two folders, to the owner, the mode and the time. */
function differences(one: string, other: string): string {
  return execFileSync('rsync', ['-aHnic', '--delete', `${one}/`, `${other}/`]).toString()
}

it('sends only what changed, and restores each hour as it was, by the action and by the stock commands', async () => {
  const [bucket, site, mirror, kept] = await Promise.all([
    freshBucket(services),
    freshFolder(services),
    freshFolder(services),
    freshFolder(services),
  ])
  const folder = join(site, 'html')
  await mkdir(folder)
  sh(
    folder,
    'mkdir -p a/b c; for n in $(seq 1 40); do head -c 9000 /dev/urandom >a/$n; done; echo 1 >c/1; ln a/1 c/hard; ln -s a soft',
  )
  const inputs = {
    ...{ databases: '', 'mysql-user': '', 'mysql-password': '', paths: folder, 'full-every': 'week' },
    ...{ 's3-bucket': bucket, 'mirror-dir': `${mirror}/mirror` },
  }
  const view = bucketView(services.s3, bucket)
  const hours = [
    { hoursAhead: midnight - 3, change: 'true' },
    { hoursAhead: midnight - 2, change: 'echo 2 >c/2; rm a/3; chmod 600 a/4; rm -r c/1; mkdir c/1; echo in >c/1/in' },
    { hoursAhead: midnight + 1, change: 'mv c d; echo edit >>a/5; ln -sfn d soft' },
    { hoursAhead: midnight + 2, change: 'rm -r a/b d/1; echo file >d/1; touch -d 2020-01-01 a/6' },
  ]
  const points: { slot: string; sent: number; objects: string[] }[] = []
  for (const { hoursAhead, change } of hours) {
    sh(folder, change)
    const { main, manifest } = await goodBackup(services, { inputs: { ...inputs, timezone: zone(hoursAhead) } })
    const { slot = '' } = main.outputs
    const files = manifest.artifacts.filter(({ kind }) => kind === 'files') as StoredFiles[]
    const objects = files.flatMap(({ chain = [], key }) => [...chain.map(base => base.key), key])
    points.push({
      ...{ slot, sent: Number(main.outputs['sent-bytes']) },
      objects: objects.map(key => key.slice('running-backups/'.length)),
    })
    execFileSync('cp', ['-a', folder, join(kept, slot)])
  }
  const [first = 0, second = 0] = points.map(({ sent }) => sent)
  expect(second).toBeLessThan(first / 10)
  expect(points.map(({ objects }) => objects.length)).toEqual([2, 2, 2, 2])
  for (const { slot, objects } of points) {
    const byHand = await freshFolder(services)
    for (const object of objects) {
      const input = await unpacked(object, await view.bytes(`running-backups/${object}`))
      execFileSync('tar', ['-xpf', '-', '--listed-incremental=/dev/null', '-C', byHand], { input })
    }
    expect(differences(join(kept, slot), `${byHand}${folder}`)).toBe('')
    await rm(folder, { recursive: true })
    const run = await restoreRun(services, bucket, { inputs: { snapshot: slot, databases: 'none', paths: '*' } })
    expectRestored(run)
    expect(differences(join(kept, slot), folder)).toBe('')
  }
}, 300_000)
