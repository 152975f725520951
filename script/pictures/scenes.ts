import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readPrivateKey } from '../../src/ssh/keys/private-key'
import { type SigningKey, signingKeyOf } from '../../src/ssh/keys/signing-key'
import { mysqlInputs, s3Inputs, sshInputs } from '../../test/runner/action-run'
import { backupInputs } from '../../test/runner/backup-run'
import { type ActionRun, runAction } from '../../test/runner/emulator'
import { bucketOfCopies, type OriginalPoint, originalPoint, weekOfHours } from '../../test/scenarios/copied-points'
import { parseStoredManifest } from '../../test/scenarios/stored-manifest'
import { bucketView } from '../../test/servers/bucket-view'
import { loadSampleShop, makeShopDocroot } from '../../test/servers/database/sample-shop'
import { endProcessesOf } from '../../test/servers/processes/left-processes'
import { createBucket } from '../../test/servers/rgw'
import { type RunningServices, startServices } from '../../test/servers/services'
import { startOlderStore } from './older-store'

/** What a picture is taken of: the summary of a run, or a page. */
export interface Scene {
  name: string
  markdown?: string
  html?: string
}

const root = join(__dirname, '../..')
const hourMs = 3_600_000

/** Runs the actions on real servers, one story of a shop, and returns what they show. */
export async function takeScenes(folder: string, only: readonly string[]): Promise<Scene[]> {
  await endProcessesOf(folder)
  const services = await startServices(join(folder, 'servers'))
  const older = await startOlderStore(services.s3.endpoint)
  try {
    const stage = await prepareStage(services, older)
    const scenes: Scene[] = []
    for (const [name, take] of story(stage)) {
      console.log(`Running: ${name}`)
      const scene = await take()
      if (only.length === 0 || only.includes(name)) scenes.push({ name, ...asSite(scene, stage) })
    }
    return scenes
  } finally {
    await older.stop()
    await services.stop()
    await endProcessesOf(folder)
  }
}

type Stage = Awaited<ReturnType<typeof prepareStage>>

/** What the readers see instead of the addresses and folders of the machine that the servers run on. */
function asSite({ markdown, html }: Omit<Scene, 'name'>, { services, docroot }: Stage): Omit<Scene, 'name'> {
  const seen = (text: string) =>
    text
      .replaceAll(docroot, '/var/www/shop')
      .replaceAll(services.ssh.home, '/root')
      .replace(/http(:|&#58;)\/\/127\.0\.0\.1:\d+/g, 'https$1//s3.example.com')
      .replace(/127(\.|&#46;)0\.0\.1/g, 'web1.example.com')
  return {
    ...(markdown === undefined ? {} : { markdown: seen(markdown) }),
    ...(html === undefined ? {} : { html: seen(html) }),
  }
}

/** A shop, and a bucket with a week of its recovery points. */
async function prepareStage(services: RunningServices, older: Awaited<ReturnType<typeof startOlderStore>>) {
  const docroot = join(services.folder, 'www/shop')
  await Promise.all([loadSampleShop(services.mariadb.sql, 'shop'), makeShopDocroot(docroot)])
  const throughOlder = { ...services, s3: { ...services.s3, endpoint: older.endpoint } }
  const bucket = 'acme-backups'
  await createBucket(services.s3, bucket)
  const signer = signingKeyOf(readPrivateKey(services.ssh.privateKey))
  const originals: OriginalPoint[] = []
  for (let day = 0; day < 6; day++) {
    await grow(services, docroot, day)
    const own = `original-${day}`
    await createBucket(services.s3, own)
    const run = await runAction({ action: root, inputs: shopInputs(services, own, docroot), folder: services.folder })
    if (run.main === undefined || run.conclusion !== 'success') throw new Error(run.main?.log.join('\n'))
    const view = bucketView(services.s3, own)
    const manifest = parseStoredManifest(await view.text(run.main.outputs['manifest-key'] ?? ''))
    originals.push(await originalPoint({ main: run.main, bucket: view, manifest }))
  }
  await fillWeek(services, bucket, { originals, signer }, older.storedAt)
  return { services: throughOlder, docroot, bucket }
}

function shopInputs(services: Parameters<typeof backupInputs>[0], bucket: string, docroot: string) {
  return backupInputs(services, bucket, {
    databases: 'shop',
    'structure-only-tables': 'sessions',
    paths: docroot,
    exclude: 'content/cache/',
  })
}

/** One day of the shop. */
async function grow({ mariadb }: RunningServices, docroot: string, day: number): Promise<void> {
  const orders = 40 + ((day * 37) % 90)
  await mariadb.sql(
    `CREATE TABLE IF NOT EXISTS visits (id INT AUTO_INCREMENT PRIMARY KEY, page VARCHAR(200), at DATETIME);
     INSERT INTO visits (page, at) SELECT CONCAT('/product/', seq), NOW() FROM seq_1_to_${orders * 20}`,
    'shop',
  )
  const uploads = join(docroot, 'content/uploads/2026/11')
  await mkdir(uploads, { recursive: true })
  for (let index = 0; index < 4 + day; index++) {
    const noise = Buffer.from(Array.from({ length: 9_000 }, (_, at) => (at * 31 + index * 7 + day * 131) % 251))
    await writeFile(join(uploads, `new-${day}-${index}.jpg`), noise)
  }
  await appendFile(join(docroot, 'core/module-1.php'), `// ${day}\n`)
  for (let index = 1; index <= day; index++) await rm(join(docroot, `admin/module-${index}.php`), { force: true })
}

/** Every hour of the last week but three, each a copy of one of the originals, stored when it says. */
async function fillWeek(
  services: RunningServices,
  bucket: string,
  { originals, signer }: { originals: readonly OriginalPoint[]; signer: SigningKey },
  storedAt: Map<string, Date>,
): Promise<void> {
  const week = weekOfHours(new Date(Date.now() - hourMs)).slice(0, 150)
  const gaps = new Set([20, 21, 67])
  for (const [index, { slot, startedAt }] of week.entries()) {
    const original = originals[Math.max(0, originals.length - 1 - Math.floor(index / 5))]
    if (original === undefined || gaps.has(index)) continue
    const copies = await bucketOfCopies(services, original, bucket)
    const manifest = await copies.put({ slot, startedAt, signer })
    const when = new Date(Date.parse(startedAt) + 40_000)
    for (const key of [...manifest.artifacts.map(artifact => artifact.key), `running-backups/${slot}.manifest.json`])
      storedAt.set(key, when)
  }
}

function* story(stage: Stage): Generator<[string, () => Promise<Omit<Scene, 'name'>>]> {
  const { services, docroot, bucket } = stage
  const inputs = shopInputs(services, bucket, docroot)
  const run = async (action: string, given: Readonly<Record<string, string>>): Promise<ActionRun> =>
    runAction({
      action: join(root, action),
      inputs: { ...s3Inputs(services, bucket), ...given },
      folder: services.folder,
    })
  const summary = async (action: string, given: Readonly<Record<string, string>>) => {
    const { main } = await run(action, given)
    return { markdown: main?.summary ?? '' }
  }
  const restoreInputs = { ...sshInputs(services), ...mysqlInputs(services), paths: docroot }
  const checks = "SELECT COUNT(*) > 100 FROM orders\nSELECT MAX(ordered_at) > '2020-01-01' FROM orders"

  yield ['drill', () => summary('verify', { level: 'restore', 'drill-checks': checks })]
  yield [
    'backup',
    async () => {
      await grow(services, docroot, 7)
      return summary('', inputs)
    },
  ]
  yield ['list', () => summary('list', { 'max-age': '2h', 'expect-every': '1h' })]
  yield ['dry-run', () => summary('', { ...inputs, 'dry-run': 'true' })]
  yield ['failure', () => summary('', { ...inputs, databases: 'shopp' })]
  yield [
    'suspect',
    async () => {
      await services.mariadb.sql('DROP TABLE visits; DELETE FROM reviews', 'shop')
      await rm(join(docroot, 'content/uploads'), { recursive: true })
      return summary('', inputs)
    },
  ]
  yield ['page', async () => ({ html: await bucketView(services.s3, bucket).text('running-backups/index.html') })]
  yield [
    'fleet',
    async () => {
      const found = await run('list', { fleet: 'running-backups\nweb2', 'max-age': '2h' })
      return { markdown: found.main?.summary ?? '' }
    },
  ]
  yield ['restore-refused', () => summary('restore', restoreInputs)]
  yield [
    'restore',
    async () => {
      await services.mariadb.sql('DROP DATABASE shop')
      await rm(docroot, { recursive: true })
      return summary('restore', restoreInputs)
    },
  ]
  yield [
    'drill-failed',
    () => summary('verify', { level: 'restore', 'drill-checks': 'SELECT COUNT(*) < 1 FROM orders' }),
  ]
}
