import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Services } from '../../test/servers/services'
import type { BenchBucket } from './bench-bucket'
import { measure, type Usage } from './usage'

export interface PipelineRun {
  usage: Usage
  storedBytes: number
}

/** The cipher that the action asks for first. */
const cipher = 'aes128-gcm@openssh.com'

/** What people use instead: `ssh HOST COMMAND | aws s3 cp -` and `ssh HOST COMMAND | rclone rcat`. */
const baselines = {
  'ssh | aws s3 cp -': (bucket: string, expectedBytes: number) =>
    `aws s3 cp --no-progress --expected-size ${expectedBytes} - s3://${bucket}/stream`,
  'ssh | rclone rcat': (bucket: string) => `rclone --config '' rcat bench:${bucket}/stream`,
} as const

export type Baseline = keyof typeof baselines

/** Those whose program is there: a release of the distribution may lack one. */
export function presentBaselines(): Baseline[] {
  const isBaseline = (name: string): name is Baseline => name in baselines
  return Object.keys(baselines)
    .filter(isBaseline)
    .filter(name => isOnPath(name.replace(/^ssh \| (\w+) .*$/, '$1')))
}

/** Whether there is such a program. */
export function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}

/** Runs one of them; `command` is what runs on the server. Throws when a part of the pipeline fails. */
export async function runBaseline(
  services: Services,
  bucket: BenchBucket,
  baseline: Baseline,
  stream: { command: string; expectedBytes: number },
): Promise<PipelineRun> {
  const upload = baselines[baseline](bucket.name, stream.expectedBytes)
  const usage = await runPipeline(services, stream.command, upload)
  return { usage, storedBytes: await bucket.sizeOf('stream') }
}

/** `ssh HOST COMMAND | local`: what reading, or reading and decompressing, takes alone. */
export async function runPipeline(services: Services, command: string, local: string): Promise<Usage> {
  const ssh = await sshCommand(services)
  const script = `set -o pipefail; ${ssh} ${quoted(command)} | ${local}`
  const { usage } = await measure(() => runShell(script, environment(services)))
  return usage
}

/** `aws s3 cp KEY - | ssh HOST COMMAND`: what people restore with. */
export async function runFromStore(services: Services, bucket: string, key: string, command: string): Promise<void> {
  const ssh = await sshCommand(services)
  const object = quoted(`s3://${bucket}/${key}`)
  await runShell(
    `set -o pipefail; aws s3 cp --no-progress ${object} - | ${ssh} ${quoted(command)}`,
    environment(services),
  )
}

async function sshCommand({ ssh, folder }: Services): Promise<string> {
  const key = join(folder, 'bench-key')
  const known = join(folder, 'bench-known-hosts')
  await writeFile(key, ssh.privateKey, { mode: 0o600 })
  await writeFile(known, ssh.knownHosts)
  const options = `-F none -o BatchMode=yes -o UserKnownHostsFile=${quoted(known)} -c ${cipher} -i ${quoted(key)}`
  return `ssh ${options} -p ${ssh.port} ${ssh.user}@${ssh.host}`
}

function environment({ s3 }: Services): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: s3.accessKey,
    AWS_SECRET_ACCESS_KEY: s3.secretKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: s3.endpoint,
    AWS_CONFIG_FILE: '/dev/null',
    RCLONE_CONFIG_BENCH_TYPE: 's3',
    RCLONE_CONFIG_BENCH_PROVIDER: 'Ceph',
    RCLONE_CONFIG_BENCH_ENDPOINT: s3.endpoint,
    RCLONE_CONFIG_BENCH_ACCESS_KEY_ID: s3.accessKey,
    RCLONE_CONFIG_BENCH_SECRET_ACCESS_KEY: s3.secretKey,
  }
}

function runShell(script: string, variables: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', script], {
      // Nothing else: proxies and certificates of this machine are not for a store on it.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', chunk => {
      said = `${said}${chunk}`.slice(-4000)
    })
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(`${script}\nended with ${code}: ${said}`))))
  })
}

/** For a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
