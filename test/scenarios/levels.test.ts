import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { ageKeyFile, isEncrypted } from '../runner/encryption-switch'
import { type BucketView, bucketView } from '../servers/bucket-view'
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

const page = readFileSync(join(__dirname, '../../docs/recovery-by-hand.md'), 'utf8')

/** The commands of the page that have this in them. */
function commandsWith(words: string): string {
  const found = page.split(/^```(?:sh)?\n/m).find((block, index) => index % 2 === 1 && block.includes(words))
  if (found === undefined) throw new Error(`No commands of the page have ${words}.`)
  return found
}

/** What the page says for an archive of what changed, in a folder that stands for the bucket, with another one in place of /. */
function byHandScript(slot: string, objects: readonly string[], target: string): string {
  const archives = objects.slice(0, -1).map(name => basename(name, '.age'))
  const unpacking = commandsWith('--listed-incremental')
    .replaceAll(' -C /', ` -C ${target}`)
    .replaceAll(' /.make', ` ${target}/.make`)
    .replace('week-0.codebase.tar.gz day-00.codebase.tar.gz', archives.join(' '))
  return [
    `bucket=$PWD slot=${slot}; mkdir here; cd here; cp ../running-backups/$slot.manifest.json .`,
    's3() { cp "$2" "$3"; }',
    commandsWith('s3 cp "$bucket/$key"'),
    ...(isEncrypted ? [`cp ${ageKeyFile} key.txt`, commandsWith('age -d')] : []),
    unpacking,
  ].join('\n')
}

/** A folder with these objects of the bucket. */
async function downloaded(view: BucketView, names: readonly string[]): Promise<string> {
  const folder = await freshFolder(services)
  for (const name of names) {
    const path = join(folder, 'running-backups', name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, await view.bytes(`running-backups/${name}`))
  }
  return folder
}

/** What differs between two folders, to the owner, the mode and the time. */
function differences(one: string, other: string): string {
  return execFileSync('rsync', ['-aHnic', '--delete', `${one}/`, `${other}/`]).toString()
}

it('sends only what changed, and restores each hour as it was, by the action and by the commands of the page', async () => {
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
    sh(await downloaded(view, [`${slot}.manifest.json`, ...objects]), byHandScript(slot, objects, byHand))
    expect(differences(join(kept, slot), `${byHand}${folder}`)).toBe('')
    await rm(folder, { recursive: true })
    const run = await restoreRun(services, bucket, { inputs: { snapshot: slot, databases: 'none', paths: '*' } })
    expectRestored(run)
    expect(differences(join(kept, slot), folder)).toBe('')
  }
}, 300_000)
