import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksumDatabase } from '../test/servers/database/checksum-database'
import { loadSampleShop, makeShopDocroot } from '../test/servers/database/sample-shop'
import { treeDigest } from '../test/servers/docroot'
import { endProcessesOf } from '../test/servers/processes/left-processes'
import { createBucket } from '../test/servers/rgw'
import { type RunningServices, type Services, startServices } from '../test/servers/services'
import { pictureOf } from './demonstration/page-picture'
import { visit } from './demonstration/site'
import { act, fetchFile, keysOf, restoreInputs, type Stage, say, shopInputs, showParts } from './demonstration/stage'
import { inkFor } from './markdown-text'

const root = join(__dirname, '..')
const folder = join(root, '.work/demo')
const ink = inkFor(process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined)

/**
 * The story of a shop in a minute: the first backup, a change, an accident that is refused, a drill, the loss of the server, and
 * the restore. Everything is real, on 127.0.0.1: sshd, MariaDB, rsync, tar, an S3 server, and dist/ under Node 24.
 */
async function demo(isKept: boolean): Promise<number> {
  await takeTheFolder()
  let services: RunningServices | undefined
  const interrupted = new Promise<'interrupted'>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'))
  })
  const work = async (): Promise<number> => {
    const stage = await openStage()
    services = stage.services
    const isGood = await story(stage)
    if (isKept && isGood) {
      lookFurther(services, stage)
      await interrupted
    }
    return isGood ? 0 : 1
  }
  try {
    const result = await Promise.race([work(), interrupted])
    return result === 'interrupted' ? 130 : result
  } finally {
    await services?.stop()
    await endProcessesOf(folder)
  }
}

async function openStage(): Promise<Stage> {
  chapter('A server with a shop, and an S3 store')
  say('Starting sshd, MariaDB and Ceph RGW on 127.0.0.1. Nothing leaves this machine.')
  const services = await startServices(folder)
  const stage = {
    ...{ services, ink, bucket: 'demo-backups' },
    docroot: join(services.folder, 'www/shop'),
    papers: join(root, '.work/demo-papers'),
  }
  await rm(stage.papers, { recursive: true, force: true })
  await Promise.all([
    loadSampleShop(services.mariadb.sql, 'shop'),
    makeShopDocroot(stage.docroot),
    createBucket(services.s3, stage.bucket),
  ])
  say(`The shop answers:  ${ink.green(await visit(services, stage.docroot))}`)
  return stage
}

/** Each chapter is true only when it ended as it should; then the next one follows. */
async function story(stage: Stage): Promise<boolean> {
  for (const next of [firstBackup, change, accident, drill, disaster, lastBackup]) {
    if (await next(stage)) continue
    say(ink.red(`The demo ends here: this is not what should have come of it. The log: ${stage.papers}`))
    return false
  }
  await endOf(stage)
  return true
}

async function firstBackup(stage: Stage): Promise<boolean> {
  chapter('1. The first backup')
  const run = await act(stage, '1-first-backup', '', shopInputs(stage))
  showParts(run, [/^## /], ink)
  say(`In the bucket: ${(await keysOf(stage)).map(key => key.replace(/^running-backups\//, '')).join(', ')}`)
  return run.conclusion === 'success'
}

async function change(stage: Stage): Promise<boolean> {
  const { services, docroot } = stage
  chapter('2. The next run: somebody wrote a review, and three files changed')
  await services.mariadb.sql(
    "INSERT INTO reviews (product_id, customer_id, stars, body) VALUES (1, 1, 5, 'Came in one piece.')",
    'shop',
  )
  await writeFile(join(docroot, 'greeting.txt'), 'Welcome to the Harbour shop\n')
  await appendFile(join(docroot, 'robots.txt'), 'Disallow: /checkout/\n')
  await rm(join(docroot, 'admin/module-40.php'))
  const run = await act(stage, '2-second-backup', '', shopInputs(stage))
  showParts(run, [/What changed/], ink)
  return run.conclusion === 'success'
}

async function accident(stage: Stage): Promise<boolean> {
  const { services, docroot } = stage
  chapter('3. An accident: a table is dropped, and the uploads are gone')
  await services.mariadb.sql('DROP TABLE reviews', 'shop')
  await rm(join(docroot, 'content/uploads'), { recursive: true })
  say(`The shop still answers: ${await visit(services, docroot)}. Nobody has noticed. The next backup does:`)
  const run = await act(stage, '3-refused-backup', '', shopInputs(stage))
  showParts(run, [/Before and after/, /bring back/], ink)
  const suspect = (await keysOf(stage)).filter(key => key.startsWith('running-backups/suspect/'))
  say(`It is stored apart, ${suspect.length} objects below suspect/, and replaced nothing.`)
  return run.conclusion === 'failure' && suspect.length > 0
}

async function drill(stage: Stage): Promise<boolean> {
  chapter('4. Can the good one be restored? A drill on a throwaway server')
  const checks = 'SELECT COUNT(*) > 0 FROM reviews\nSELECT COUNT(*) > 100 FROM orders'
  const run = await act(stage, '4-drill', 'verify', { level: 'restore', 'drill-checks': checks })
  showParts(run, [/The drill of/], ink)
  return run.conclusion === 'success'
}

async function disaster(stage: Stage): Promise<boolean> {
  const { services, docroot } = stage
  chapter('5. The server is lost')
  await services.mariadb.sql('DROP DATABASE shop')
  await rm(docroot, { recursive: true })
  say(`The database and the web root are gone. The shop answers:  ${ink.red(await visit(services, docroot))}`)
  const run = await act(stage, '5-restore', 'restore', restoreInputs(stage))
  showParts(run, [/^## /, /Next steps/], ink)
  const answer = await visit(services, docroot)
  say(`The shop answers:  ${answer.startsWith('200') ? ink.green(answer) : ink.red(answer)}`)
  return run.conclusion === 'success' && answer.includes('Welcome to the Harbour shop')
}

async function lastBackup(stage: Stage): Promise<boolean> {
  const { services, docroot } = stage
  chapter('6. And on it goes')
  const before = await siteDigest(services, docroot)
  const run = await act(stage, '6-backup', '', shopInputs(stage))
  const isUntouched = JSON.stringify(before) === JSON.stringify(await siteDigest(services, docroot))
  if (!isUntouched) say(ink.red('The backup has changed the site.'))
  return run.conclusion === 'success' && isUntouched
}

async function endOf(stage: Stage): Promise<void> {
  const page = await fetchFile(stage, 'running-backups/index.html', 'index.html')
  chapter('What you have seen')
  say(`The page that each run writes into the bucket; open it in a browser:\n  ${ink.bold(`file://${page}`)}`)
  say(`The log and the job summary of every run:\n  ${stage.papers}`)
  const picture = await pictureOf(page, folder)
  if (picture !== undefined) say(`The same as a picture:\n  ${ink.bold(`file://${picture}`)}`)
  chapter('What to try next')
  say('npm run demo -- --keep     the same, and the servers stay up until Ctrl-C, to look around in')
  say('README.md, Quick start     the first backup of a server of your own')
  say('dry-run: true              in that workflow: says what a backup and a restore of it would stumble over')
}

/** Everything but what the backup leaves out. */
async function siteDigest(services: RunningServices, docroot: string): Promise<string[]> {
  const database = await checksumDatabase(services.mariadb.sql, 'shop')
  const files = await treeDigest(docroot)
  return [...database, ...files].filter(line => !/sessions|content"|content\/cache/.test(line))
}

/** One demo at a time; what an earlier one left running (after SIGKILL) is ended. */
async function takeTheFolder(): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const ownerFile = join(folder, 'owner.pid')
  const owner = await readFile(ownerFile, 'utf8').catch(() => '')
  if (owner !== '' && owner !== String(process.pid) && existsSync(`/proc/${owner}`)) {
    const commandLine = await readFile(`/proc/${owner}/cmdline`, 'utf8').catch(() => '')
    if (commandLine.includes('script/demo.ts'))
      throw new Error(`Another demo is running here, with process id ${owner}.`)
  }
  await endProcessesOf(folder)
  await writeFile(ownerFile, String(process.pid))
}

function lookFurther({ ssh, mysql, s3 }: Services, { bucket }: Stage): void {
  chapter('The servers stay up until Ctrl-C. From another terminal:')
  const credentials = `AWS_ACCESS_KEY_ID=${s3.accessKey} AWS_SECRET_ACCESS_KEY=${s3.secretKey} AWS_REGION=us-east-1`
  say(`${credentials} aws --endpoint-url ${s3.endpoint} s3 ls --recursive s3://${bucket}`)
  say(`mariadb --defaults-file='${mysql.clientConfig}' shop`)
  say(`ssh -p ${ssh.port} -i '${join(folder, 'sshd/user_key')}' ${ssh.user}@${ssh.host}`)
}

function chapter(title: string): void {
  console.log(`\n${ink.bold(ink.cyan(`== ${title}`))}`)
}

async function main(): Promise<void> {
  const startedMs = Date.now()
  const isKept = process.argv.includes('--keep')
  try {
    process.exitCode = await demo(isKept)
    if (process.exitCode === 0)
      console.log(`\n${ink.dim(`Done in ${Math.round((Date.now() - startedMs) / 1000)} s; the servers are stopped.`)}`)
  } catch (error) {
    console.error(ink.red(error instanceof Error ? error.message : String(error)))
    process.exitCode = 1
  }
  process.exit()
}

void main()
