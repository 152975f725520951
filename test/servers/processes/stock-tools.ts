import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { ageKeyFile } from '../../runner/encryption-switch'
import type { S3Account } from '../rgw'
import { command } from './command'

/** Copies an object into a file as a person does: with `aws`, or with `curl` where that is not installed. */
export async function downloadObject(account: S3Account, bucket: string, key: string, file: string): Promise<void> {
  const { endpoint, accessKey, secretKey } = account
  if (isInstalled('aws')) {
    // Its home is where it keeps a cache.
    const keys = [`AWS_ACCESS_KEY_ID=${accessKey}`, `AWS_SECRET_ACCESS_KEY=${secretKey}`, `HOME=${dirname(file)}`]
    const aws = ['aws', '--endpoint-url', endpoint, '--region', 'us-east-1']
    await command('env', [...keys, ...aws, 's3', 'cp', '--quiet', `s3://${bucket}/${key}`, file])
    return
  }
  const path = key.split('/').map(encodeURIComponent).join('/')
  const signed = ['--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', `${accessKey}:${secretKey}`]
  await command('curl', ['--fail', '--silent', '--show-error', ...signed, '-o', file, `${endpoint}/${bucket}/${path}`])
}

/** Unpacks bytes by the ending of the key they were stored under: `.gz`, `.zst`, or none, with `.age` behind it or not. */
export async function unpacked(key: string, stored: Buffer): Promise<Buffer> {
  if (key.endsWith('.age')) return unpacked(key.slice(0, -'.age'.length), await opened(key, stored))
  if (key.endsWith('.gz')) return filter('gunzip', ['-c'], stored)
  if (key.endsWith('.zst')) return filter('zstd', ['-dc'], stored)
  return stored
}

/** Decrypts bytes with the keys of the tests where they were stored encrypted. */
export async function opened(key: string, stored: Buffer): Promise<Buffer> {
  return key.endsWith('.age') ? filter('age', ['-d', '-i', ageKeyFile], stored) : stored
}

/** Encrypts them to the same keys where those under this key are. */
export async function sealed(key: string, bytes: Buffer): Promise<Buffer> {
  return key.endsWith('.age') ? filter('age', ['-e', '-i', ageKeyFile], bytes) : bytes
}

/** What a program writes to its output when it is fed these bytes, as bytes. Throws when it fails. */
export async function filter(file: string, args: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${Buffer.concat(stderr).toString('utf8')}`)
  return Buffer.concat(stdout)
}

/** Imports a dump as root: `mysql --comments`, without which the client takes the comments out of routines. */
export async function importDump(clientConfig: string, database: string, dump: Buffer): Promise<void> {
  const login = `--defaults-file=${clientConfig}`
  await filter('mysql', [login, '--comments', '--binary-mode', `--database=${database}`], dump)
}

/** Unpacks a plain tar archive below `root`, which is made, with modes and owners as they were. */
export async function unpackArchive(archive: Buffer, root: string): Promise<void> {
  await mkdir(root, { recursive: true })
  await filter('tar', ['-xpf', '-', '-C', root], archive)
}

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, program)))
}
