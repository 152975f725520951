import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import type { Manifest } from '../src/repository/manifest/manifest'
import { mysqlInputs, s3Inputs, sshInputs } from '../test/runner/action-run'
import { backupInputs } from '../test/runner/backup-run'
import { type ActionRun, runAction } from '../test/runner/emulator'
import { checksumDatabase } from '../test/servers/database/checksum-database'
import { loadSampleShop, makeShopDocroot } from '../test/servers/database/sample-shop'
import { treeDigest } from '../test/servers/docroot'
import { endProcessesOf } from '../test/servers/processes/left-processes'
import { createBucket } from '../test/servers/rgw'
import { type RunningServices, type Services, startServices } from '../test/servers/services'
import { columns, inkFor, markdownText } from './markdown-text'

const root = join(__dirname, '..')
const folder = join(root, '.work/demo')
const bucket = 'demo-backups'
const ink = inkFor(process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined)

/**
 * Starts a small LAMP server and an S3 server, backs the one up into the other, proves the recovery point by a drill,
 * destroys the site and restores it.
 */
async function demo(isKept: boolean): Promise<number> {
  await takeTheFolder()
  let services: RunningServices | undefined
  const interrupted = new Promise<'interrupted'>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve('interrupted'))
  })
  const work = async (): Promise<number> => {
    say('Starting sshd, MariaDB and Ceph RGW (a real S3 server) on 127.0.0.1')
    services = await startServices(folder)
    say('Filling the sample shop: a database with 16,000 rows, a web root with 438 files')
    const docroot = join(services.folder, 'www/shop')
    await Promise.all([
      loadSampleShop(services.mariadb.sql, 'shop'),
      makeShopDocroot(docroot),
      createBucket(services.s3, bucket),
    ])
    say('Running the backup from dist/ as the runner does')
    const run = await runBackup(services, docroot)
    await show(run, services)
    const isGood = run.conclusion === 'success' && (await proveAndRestore(services, docroot))
    if (isKept && isGood) {
      lookFurther(services)
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

function runBackup(services: Services, docroot: string): Promise<ActionRun> {
  return runAction({
    action: root,
    inputs: backupInputs(services, bucket, {
      databases: 'shop',
      'structure-only-tables': 'sessions',
      paths: docroot,
      exclude: 'content/cache/',
    }),
    folder: services.folder,
    onLog: logPrinter(),
  })
}

/** A drill of the recovery point, then the disaster, then the restore. True when the site is back as it was. */
async function proveAndRestore(services: RunningServices, docroot: string): Promise<boolean> {
  const before = await siteDigest(services, docroot)
  say('Running verify/, level restore: a drill on a throwaway database server')
  const proven = await runOther('verify', services, { level: 'restore' })
  if (proven.conclusion !== 'success') return false

  say('The disaster: the database is dropped, the web root is gone')
  await services.mariadb.sql('DROP DATABASE shop')
  await rm(docroot, { recursive: true })
  say('Running restore/')
  // By name: with "*" a restore goes to no folder below a hidden one, as this one is.
  const inputs = { ...sshInputs(services), ...mysqlInputs(services), paths: docroot }
  const restored = await runOther('restore', services, inputs)
  if (restored.conclusion !== 'success') return false
  const isSame = JSON.stringify(await siteDigest(services, docroot)) === JSON.stringify(before)
  say(isSame ? 'Every table and every file is what it was' : 'The site is NOT what it was')

  say('Running list/')
  return isSame && (await runOther('list', services, { 'max-age': '2h' })).conclusion === 'success'
}

/** Everything but what the backup leaves out. */
async function siteDigest(services: RunningServices, docroot: string): Promise<string[]> {
  const database = await checksumDatabase(services.mariadb.sql, 'shop')
  const files = await treeDigest(docroot)
  return [...database, ...files].filter(line => !/sessions|content"|content\/cache/.test(line))
}

async function runOther(
  name: 'verify' | 'restore' | 'list',
  services: Services,
  inputs: Readonly<Record<string, string>>,
): Promise<ActionRun> {
  const run = await runAction({
    action: join(root, name),
    inputs: { ...s3Inputs(services, bucket), ...inputs },
    folder: services.folder,
    onLog: logPrinter(),
  })
  console.log(`\n${indent(markdownText(run.main?.summary ?? '', ink))}`)
  return run
}

/** Prints the log as the page of a run shows it: what belongs to a group is below its title. */
function logPrinter(): (entry: string) => void {
  let margin = '    '
  return entry => {
    const [, command, text = ''] = /^##\[(\w+)\](.*)$/s.exec(entry) ?? []
    const print = (line: string) => console.log(line.replace(/^/gm, margin))
    if (command === 'endgroup') margin = '    '
    else if (command === 'group') {
      console.log(`    ${ink.bold(`▾ ${text}`)}`)
      margin = '      '
    } else if (command === 'error') print(ink.red(`Error: ${text}`))
    else if (command === 'warning') print(ink.yellow(`Warning: ${text}`))
    else if (command === 'notice') print(ink.green(`Notice: ${text}`))
    else print(entry)
  }
}

async function show(run: ActionRun, { s3 }: Services): Promise<void> {
  say('The job summary')
  console.log(indent(markdownText(run.main?.summary ?? '', ink)))
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: s3.accessKey, secretAccessKey: s3.secretKey },
  })
  try {
    say(`What is in the bucket: s3://${bucket}`)
    const { Contents: objects = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }))
    const rows = objects.map(({ Key: key = '', Size: bytes = 0, LastModified: time }) => [
      key,
      bytes.toLocaleString('en'),
      time?.toISOString().slice(0, 19).replace('T', ' ') ?? '',
    ])
    console.log(indent(columns([['name', 'bytes', 'time (UTC)'], ...rows], [1], ink).join('\n')))
    const manifestKey = run.main?.outputs['manifest-key']
    if (manifestKey === undefined) return
    say('The manifest, in short')
    const object = await client.send(new GetObjectCommand({ Bucket: bucket, Key: manifestKey }))
    console.log(indent(shortForm(JSON.parse((await object.Body?.transformToString()) ?? '{}'))))
  } finally {
    client.destroy()
  }
}

function shortForm(manifest: Manifest): string {
  const lines = [
    `${manifest.format}  slot ${manifest.slot}  ${manifest.state}, ${manifest.verdict}`,
    `taken ${manifest.startedAt} from ${manifest.host}`,
  ]
  for (const artifact of manifest.artifacts) {
    const { content } = artifact
    const holds =
      artifact.kind === 'database'
        ? `${artifact.content.tables.length} tables, ${artifact.content.views} views, ${artifact.content.triggers} triggers, ${artifact.content.routines} routines, ${artifact.content.events} event`
        : `${artifact.content.files} files, ${artifact.content.directories} folders, ${artifact.content.links} link`
    lines.push(
      `${artifact.name}: ${artifact.bytes.toLocaleString('en')} bytes stored, ${content.bytes.toLocaleString('en')} unpacked; ${holds}`,
      ink.dim(`  sha256 ${artifact.sha256}`),
    )
  }
  return lines.join('\n')
}

function lookFurther({ ssh, mysql, s3 }: Services): void {
  say('The servers stay up until Ctrl-C. From another terminal:')
  const credentials = `AWS_ACCESS_KEY_ID=${s3.accessKey} AWS_SECRET_ACCESS_KEY=${s3.secretKey} AWS_REGION=us-east-1`
  console.log(
    indent(
      [
        `${credentials} aws --endpoint-url ${s3.endpoint} s3 ls --recursive s3://${bucket}`,
        `mariadb --defaults-file='${mysql.clientConfig}' shop`,
        `ssh -p ${ssh.port} -i '${join(folder, 'sshd/user_key')}' ${ssh.user}@${ssh.host}`,
      ].join('\n'),
    ),
  )
}

function say(text: string): void {
  console.log(`\n${ink.bold(ink.cyan(`== ${text}`))}`)
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}

async function main(): Promise<void> {
  const isKept = process.argv.includes('--keep')
  try {
    process.exitCode = await demo(isKept)
    if (!isKept && process.exitCode === 0) {
      say('Done; the servers are stopped. To look further: npm run demo -- --keep')
    }
  } catch (error) {
    console.error(ink.red(error instanceof Error ? error.message : String(error)))
    process.exitCode = 1
  }
  process.exit()
}

void main()
