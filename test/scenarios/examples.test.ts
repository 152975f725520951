import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import type { ActionRun } from '../runner/emulator'
import { node24 } from '../runner/step-process'
import { example, runWorkflow, type WorkflowFacts } from '../runner/workflow'
import { type Internet, startInternet } from '../servers/machines/internet'
import { type Machine, startMachine } from '../servers/machines/machine'
import { installShop, openShop, shopPassword, startWebServer } from '../servers/machines/shop'
import { command } from '../servers/processes/command'
import { createBucket, type Rgw, startRgw } from '../servers/rgw'
import { freshFolder, testServices } from '../servers/test-services'

/** Two servers with their own users, ports and folders, and a store at its own name: only root can make them. */
const asRoot = process.getuid?.() === 0 ? describe : describe.skip

const root = join(__dirname, '../..')
const domain = 's3.eu-central-1.amazonaws.com'
const bucket = 'acme-backups'
let folder: string
let rgw: Rgw
let internet: Internet
let first: Machine
let second: Machine
let facts: WorkflowFacts

asRoot('the workflows of the README and of the examples, as they are', () => {
  beforeAll(async () => {
    folder = await freshFolder(testServices())
    rgw = await startRgw(join(folder, 'rgw'), { domain })
    internet = await startInternet(join(folder, 'internet'), {
      hosts: { 'web1.example.com': '127.0.0.2', 'new-web1.example.com': '127.0.0.3' },
      stores: [`${bucket}.${domain}`, domain],
      monitor: 'hc-ping.com',
      storePort: rgw.port,
    })
    const start = (name: string, address: string) => startMachine(internet, name, address, join(folder, name))
    const starting = [start('web1.example.com', '127.0.0.2'), start('new-web1.example.com', '127.0.0.3')] as const
    first = await starting[0]
    second = await starting[1]
    // Another server has other numbers for the same names.
    await second.run('usermod --uid 1033 www-data && groupmod --gid 1034 www-data')
    await installShop(first)
    facts = await factsOfRepository()
  })
  afterAll(async () => {
    await first?.stop()
    await second?.stop()
    await internet?.stop()
    await rgw?.stop()
  })

  it('keep a site: it answers, is lost, and answers again elsewhere, as its own users', async () => {
    startWebServer(first)
    await openShop(internet, first.name, 'Grüße')
    const before = await openShop(internet, first.name)
    expect(before).toMatchObject({ user: 'www-data', orders: ['Grüße'], posts: 2, uploads: ['Grüße.txt'] })

    // By a user with few rights, with nothing installed; then by a key that can take backups and nothing else.
    await greenText(await workflowOf('docs/without-installing.md'))
    await green('hourly-backup.yml')
    expect(await internet.heartbeats()).toEqual(['GET /heartbeat-of-web1/start', 'POST /heartbeat-of-web1'])
    await green('freshness.yml')
    await green('daily-verify.yml')

    await first.stop()
    await restoreWithoutGitHub()
    const inputs = { 'ssh-host': second.name, 'dry-run': false, overwrite: true, confirm: second.name }
    const [restore] = await green('restore.yml', inputs)
    await second.run('mariadb', accountsIn(restore?.main?.summary ?? ''))
    startWebServer(second)
    expect(await openShop(internet, second.name)).toEqual(before)
    const after = await openShop(internet, second.name, 'afterwards')
    expect(after).toMatchObject({ orders: ['Grüße', 'afterwards'], uploads: ['Grüße.txt', 'afterwards.txt'] })
  })
})

/** Follows the page for the day on which GitHub is away, with what it says to keep. */
async function restoreWithoutGitHub(): Promise<void> {
  const page = await readFile(join(root, 'docs/without-github.md'), 'utf8')
  const day = join(folder, 'bad day')
  await mkdir(join(day, 'keys'), { recursive: true })
  await mkdir(join(day, 'bin'))
  await symlink(node24(), join(day, 'bin/node'))
  const source = ['-C', root, '--transform', 's,^,make-a-backup-1.0.0/,', 'dist']
  await command('tar', ['-czf', join(day, 'make-a-backup.tar.gz'), ...source])
  for (const name of ['restore.yml', 'freshness.yml']) await writeFile(join(day, name), await example(name))
  const kept = { ...facts.secrets, ...facts.vars }
  for (const name of ['RESTORE_SSH_KEY', 'SSH_KNOWN_HOSTS', 'SIGNED_BY', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'])
    await writeFile(join(day, 'keys', name), `${kept[name]}\n`)
  const blocks = [/With all of these in one folder/, /A restore checks everything first/, /Then it restores/]
  const script = ['set -e', `cd '${day}'`, 'PATH=$PWD/bin:$PATH', ...blocks.map(sentence => blockOf(page, sentence))]
  const shell = ['env', '-i', `PATH=${process.env['PATH']}`, `NODE_EXTRA_CA_CERTS=${internet.authority}`, 'sh']
  const [program = '', ...words] = [...internet.within, ...shell]
  const said = await command(program, words, script.join('\n'))
  expect(said).toMatch(/is the newest good recovery point[\s\S]*Dry run[\s\S]*Restored/)
  expect(await readFile(join(day, 'restored.md'), 'utf8')).toMatch(/### Next steps/)
}

/** The statements that a restore shows as its next step, with the passwords that its reader puts in. */
function accountsIn(summary: string): string {
  const passwords = [shopPassword.replaceAll("'", "''"), 'a long password']
  const statements = /### Next steps\n.*?```sql\n(.*?)```/s.exec(summary)?.[1] ?? ''
  expect(statements.match(/IDENTIFIED BY '…'/g)).toHaveLength(passwords.length)
  return statements.replaceAll('…', () => passwords.shift() ?? '')
}

/** Runs an example: by hand when there are inputs, as the schedule does otherwise. Throws with its log unless it is green. */
async function green(name: string, inputs?: WorkflowFacts['inputs']): Promise<ActionRun[]> {
  return greenText(await example(name), inputs)
}

async function greenText(text: string, inputs?: WorkflowFacts['inputs']): Promise<ActionRun[]> {
  const options = {
    within: internet.within,
    env: { NODE_EXTRA_CA_CERTS: internet.authority, GITHUB_API_URL: 'http://127.0.0.1:9' },
  }
  const runs = await runWorkflow(text, { ...facts, ...(inputs && { inputs }) }, options)
  for (const { conclusion, main, post } of runs) {
    if (conclusion !== 'success') throw new Error([text, ...(main?.log ?? []), ...(post?.log ?? [])].join('\n'))
  }
  return runs
}

/** The step that a page shows, as a workflow. */
async function workflowOf(page: string): Promise<string> {
  const [, step = ''] = /```yaml\n( +- uses: .*?)```/s.exec(await readFile(join(root, page), 'utf8')) ?? []
  return `on: {}\njobs:\n  backup:\n    steps:\n${step}`
}

/** Follows the README on the servers and in the bucket. Returns what is stored in the repository then. */
async function factsOfRepository(): Promise<WorkflowFacts> {
  const [backupKey, restoreKey, verifyKey] = await Promise.all(['backup', 'restore', 'verify'].map(makeKey))
  if (backupKey === undefined || restoreKey === undefined || verifyKey === undefined) throw new Error('No keys.')
  const readme = await readFile(join(root, 'README.md'), 'utf8')

  const page = await readFile(join(root, 'docs/without-installing.md'), 'utf8')
  await follow(first, blockOf(page, /On the server, make a user/), backupKey.publicLine)
  await first.run('mariadb', databaseUser(page))
  // The README has one database; the example has a second one.
  const install = blockOf(readme, /One command on the server/).replace('--database shop', '$& --database blog')
  const program = join(root, 'dist/server.sh')
  const said = await follow(first, `cd\ncurl() { cp '${program}' .; }\n${install}`, backupKey.publicLine)
  for (const server of [first, second])
    await follow(server, blockOf(readme, /Add it on the server/), restoreKey.publicLine)

  await createBucket(rgw, bucket)
  const account = await rgw.createUser()
  await allow(blockOf(readme, /The minimum policy for the keys/), account.principal)
  return {
    secrets: {
      SSH_KEY: backupKey.text,
      RESTORE_SSH_KEY: restoreKey.text,
      VERIFY_KEY: verifyKey.text,
      MYSQL_PASSWORD: 'a long password',
      S3_ACCESS_KEY_ID: account.accessKey,
      S3_SECRET_ACCESS_KEY: account.secretKey,
      HEARTBEAT_ID: 'heartbeat-of-web1',
    },
    vars: {
      SSH_KNOWN_HOSTS: `${hostKeyIn(said)}\n${second.knownHosts}`,
      SIGNED_BY: `${backupKey.publicLine}\n${verifyKey.publicLine}`,
    },
  }
}

async function makeKey(name: string): Promise<{ text: string; publicLine: string }> {
  const file = join(folder, `make-a-backup-${name}-key`)
  await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file])
  return { text: await readFile(file, 'utf8'), publicLine: (await readFile(`${file}.pub`, 'utf8')).trim() }
}

/** The first block of commands behind a sentence. */
function blockOf(text: string, sentence: RegExp): string {
  const found = text.slice(text.search(sentence)).match(/```\w+\n(.*?)```/s)
  if (!sentence.test(text) || found === null) throw new Error(`No block behind ${sentence}.`)
  return found[1] ?? ''
}

/** Runs a block of the README on a server, with the line of a key where it is to be pasted. */
async function follow({ run }: Machine, block: string, publicLine: string): Promise<string> {
  const commands = block.replace(/PASTE-THE-LINE-OF-[^ ']+-HERE/, publicLine)
  return await run(`sudo() { "$@"; }\n${commands}`)
}

/** The line of the host key that the installation has printed, with the name by which the server is reached. */
function hostKeyIn(said: string): string {
  const key = /ssh-known-hosts: \|\n +\S+ (ssh-\S+ \S+)\n/.exec(said)?.[1]
  if (key === undefined) throw new Error(`No host key in:\n${said}`)
  return `${first.name} ${key}`
}

/** The page has one database; the site has a second one. */
function databaseUser(page: string): string {
  const block = blockOf(page, /MariaDB 10 and 11/)
  const more = block.split('\n').filter(line => line.includes('`shop`'))
  return [block, ...more.map(line => line.replace('`shop`', '`blog`'))].join('\n')
}

async function allow(policy: string, principal: string): Promise<void> {
  const { Statement, ...rest } = JSON.parse(policy)
  const statements = Statement.map((statement: object) => ({ ...statement, Principal: { AWS: [principal] } }))
  const client = new S3Client({
    endpoint: rgw.endpoint,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: { accessKeyId: rgw.accessKey, secretAccessKey: rgw.secretKey },
  })
  try {
    const text = JSON.stringify({ ...rest, Statement: statements })
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: text }))
  } finally {
    client.destroy()
  }
}
