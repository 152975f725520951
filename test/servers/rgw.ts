import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs'
import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { CreateBucketCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3'
import { freePort } from './free-port'

const run = promisify(execFile)

/** Who may use an S3 server, and where it is. */
export interface S3Account {
  endpoint: string
  accessKey: string
  secretKey: string
}

interface S3User extends S3Account {
  /** Its name in a bucket policy. */
  principal: string
}

export interface Rgw extends S3User {
  readonly port: number
  /** Another user, who owns nothing and may not touch what others own. */
  createUser(): Promise<S3User>
  /** Ends the daemons and waits until they are gone. May be called twice. */
  stop(): Promise<void>
}

/**
 * Starts a Ceph RGW, a real S3 server: one monitor, one in-memory OSD, one gateway, on 127.0.0.1 and on ports that the
 * kernel chose. Takes about two seconds. Everything lives under `dir`. The daemons are children of this process and end
 * with it, however it ends. Needs no root. `domain`: the host name that names of buckets are put before.
 */
export async function startRgw(dir: string, { domain }: { domain?: string } = {}): Promise<Rgw> {
  await requireBinaries()
  const port = await freePort()
  const monitorPort = await freePort()
  const daemons: Daemon[] = []
  const stop = async (): Promise<void> => {
    // The gateway first: without its monitor it would wait for it.
    for (const daemon of daemons.toReversed()) await daemon.stop()
  }
  try {
    await writeCluster(dir, { port, monitorPort, domain })
    const tool = (name: string, ...args: string[]) => run(name, args, { cwd: dir, env: cephEnvironment(dir) })
    await tool('osdmaptool', '--createsimple', '1', 'osdmap')
    await tool('monmaptool', '--create', '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, 'monmap')
    await tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', 'monmap', '--osdmap', 'osdmap', '--keyring', 'keyring')
    daemons.push(startDaemon(dir, 'ceph-mon', '-i', 'a'))
    await tool('ceph-osd', '--mkfs', '-i', '0')
    daemons.push(startDaemon(dir, 'ceph-osd', '-i', '0'))
    daemons.push(startDaemon(dir, 'radosgw', '-n', 'client.rgw.a'))
    const endpoint = `http://127.0.0.1:${port}`
    await answers(endpoint, daemons)

    const createUser = async (): Promise<S3User> => {
      const accessKey = `AK${randomBytes(9).toString('hex').toUpperCase()}`
      const secretKey = randomBytes(20).toString('hex')
      const uid = `user-${randomBytes(4).toString('hex')}`
      const keys = [`--access-key=${accessKey}`, `--secret-key=${secretKey}`]
      await tool('radosgw-admin', 'user', 'create', `--uid=${uid}`, `--display-name=${uid}`, ...keys)
      return { endpoint, accessKey, secretKey, principal: `arn:aws:iam:::user/${uid}` }
    }
    return { ...(await createUser()), port, createUser, stop }
  } catch (error) {
    const logs = daemons.map(daemon => daemon.log)
    await stop()
    const tails = await Promise.all(logs.map(async log => `${log}:\n${(await readFile(log, 'utf8')).slice(-2000)}`))
    throw new Error(`Ceph RGW did not start in ${dir}: ${error}\n${tails.join('\n')}`, { cause: error })
  }
}

/** Makes a bucket that belongs to the account. `lockDays`: with Object Lock, which keeps each version so long. */
export async function createBucket(account: S3Account, bucket: string, lockDays?: number): Promise<void> {
  const client = new S3Client({
    endpoint: account.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: account.accessKey, secretAccessKey: account.secretKey },
  })
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: lockDays !== undefined }))
    if (lockDays === undefined) return
    const rule = { DefaultRetention: { Mode: 'COMPLIANCE' as const, Days: lockDays } }
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule: rule }
    await client.send(new PutObjectLockConfigurationCommand({ Bucket: bucket, ObjectLockConfiguration }))
  } finally {
    client.destroy()
  }
}

const binaries = {
  'ceph-mon': 'ceph-mon',
  'ceph-osd': 'ceph-osd',
  monmaptool: 'ceph-base',
  osdmaptool: 'ceph-base',
  radosgw: 'radosgw',
  'ceph-authtool': 'ceph-common',
  'radosgw-admin': 'ceph-common',
  setpriv: 'util-linux',
}

async function requireBinaries(): Promise<void> {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const isMissing = async (name: string): Promise<boolean> => {
    const found = await Promise.allSettled(folders.map(folder => access(join(folder, name))))
    return found.every(result => result.status === 'rejected')
  }
  const missing: string[] = []
  for (const [name, debianPackage] of Object.entries(binaries)) {
    if (await isMissing(name)) missing.push(`${name} (Debian package ${debianPackage})`)
  }
  if (missing.length > 0) throw new Error(`Ceph RGW, the S3 server of the tests, needs: ${missing.join(', ')}.`)
}

/** Only our own configuration counts, whatever the machine has in /etc/ceph. */
function cephEnvironment(dir: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], CEPH_CONF: join(dir, 'ceph.conf') }
}

interface ClusterPlaces {
  port: number
  monitorPort: number
  domain: string | undefined
}

async function writeCluster(dir: string, places: ClusterPlaces): Promise<void> {
  for (const folder of ['mon', 'osd/0', 'run', 'log', 'rgw']) await mkdir(join(dir, folder), { recursive: true })
  await writeFile(join(dir, 'ceph.conf'), configuration(dir, places))
  const keyring = await Promise.all([
    entry('mon.', { mon: 'allow *' }),
    entry('osd.0', { mon: 'allow profile osd', osd: 'allow *' }),
    entry('client.admin', { mon: 'allow *', osd: 'allow *' }),
    entry('client.rgw.a', { mon: 'allow *', osd: 'allow *' }),
  ])
  await writeFile(join(dir, 'keyring'), keyring.join(''), { mode: 0o600 })
}

/** The type of a key is what this Ceph takes: 20 refuses that of 18. */
async function entry(name: string, caps: Record<string, string>): Promise<string> {
  const key = await run('ceph-authtool', ['--gen-print-key'])
  const lines = Object.entries(caps).map(([service, cap]) => `\tcaps ${service} = "${cap}"\n`)
  return `[${name}]\n\tkey = ${key.stdout.trim()}\n${lines.join('')}`
}

/**
 * The paxos lines let a change of the cluster map through at once: every pool is one, and the default waits a second or
 * two for each. The gc lines give deleted data back at once: an in-memory store would fill up.
 */
function configuration(dir: string, { port, monitorPort, domain }: ClusterPlaces): string {
  return `
[global]
fsid = ${randomUUID()}
keyring = ${dir}/keyring
mon host = [v2:127.0.0.1:${monitorPort}]
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
paxos propose interval = 0.02
paxos min wait = 0.01
run dir = ${dir}/run
admin socket =
log file = ${dir}/log/$name.log
ms bind ipv6 = false
ms bind port min = 20000
ms bind port max = 32000
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[mon.a]
mon data = ${dir}/mon
[osd.0]
osd data = ${dir}/osd/0
osd objectstore = memstore
memstore device bytes = 8589934592
osd class update on start = false
${classFolder()}
osd crush update on start = false
[client.rgw.a]
rgw data = ${dir}/rgw
rgw frontends = beast endpoint=127.0.0.1:${port}
${domain === undefined ? '' : `rgw dns name = ${domain}`}
rgw gc obj min wait = 1
rgw gc processor period = 5
rgw gc processor max time = 5
`
}

/** Debian 13 built its OSD with a class folder that is relative to nowhere. */
function classFolder(): string {
  const folders = readdirSync('/usr/lib').map(name => join('/usr/lib', name, 'rados-classes'))
  const found = folders.find(folder => existsSync(folder))
  return found === undefined ? '' : `osd class dir = ${found}`
}

interface Daemon {
  readonly name: string
  readonly log: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

function startDaemon(dir: string, name: string, ...args: string[]): Daemon {
  const log = join(dir, 'log', `${name}.out`)
  const output = openSync(log, 'a')
  // The kernel ends the daemon when this process dies, even by SIGKILL.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', name, '-f', ...args], {
    cwd: dir,
    env: cephEnvironment(dir),
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()).once('error', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), 1500)
    await ended
    clearTimeout(impatience)
  }
  return { name, log, process: child, stop }
}

async function answers(endpoint: string, daemons: readonly Daemon[]): Promise<void> {
  const deadline = Date.now() + 45_000
  while (Date.now() < deadline) {
    const ended = daemons.find(({ process: child }) => child.exitCode !== null || child.signalCode !== null)
    if (ended) throw new Error(`${ended.name} ended (${ended.process.exitCode ?? ended.process.signalCode}).`)
    const response = await fetch(endpoint).catch(() => undefined)
    if (response?.ok) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`${endpoint} did not answer within 45 s.`)
}
