import { isIPv4 } from 'node:net'
import { readAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { defined } from '../../runtime/defined'
import { UserError } from '../../runtime/errors'
import type { S3Settings } from '../../store/s3/s3-settings'
import { type Environment, emptySecret, flag, type InputReader, optional, required, secret, text } from '../read'
import { loadProxies } from './network/proxies'

/** The secrets that `loadS3` reads. */
export const s3Secrets = ['s3-access-key-id', 's3-secret-access-key', 's3-session-token'] as const

/** The inputs `s3-*` for the bucket, shared by all actions. `loadObjectOptions` reads those for new objects. */
export function loadS3(read: InputReader, environment: Environment): S3Settings {
  const hasEndpoint = read.input('s3-endpoint') !== ''
  const { bucket, prefix, place, proxies, endpoint, forcePathStyle, credentials } = readAll({
    bucket: () => readBucket(read, hasEndpoint),
    prefix: () => readPrefix(read),
    place: () => readRegion(read, environment, hasEndpoint),
    proxies: () => loadProxies(read, environment),
    endpoint: () => readEndpoint(read),
    forcePathStyle: () => flag(read, 's3-force-path-style'),
    credentials: () => readCredentials(read),
  })
  return {
    bucket,
    prefix,
    ...place,
    ...defined({ endpoint, forcePathStyle, proxies, credentials }),
  }
}

function readBucket(read: InputReader, hasEndpoint: boolean): string {
  const name = 's3-bucket'
  const bucket = required(read, name, 'Write the name of the bucket, as in: acme-backups')
  const refuse = (rule: string, advice: string): UserError => wrongInput(name, rule, bucket, advice)
  if (bucket.includes('://')) {
    throw refuse(
      'be the name of a bucket alone',
      'Remove the scheme; a folder belongs in "s3-prefix", another store in "s3-endpoint".',
    )
  }
  if (bucket.startsWith('arn:')) {
    throw refuse(
      'be the name of a bucket',
      'Use the name of the bucket, or the alias of the access point, instead of the ARN.',
    )
  }
  if (bucket.includes('/')) {
    throw refuse('be the name of a bucket alone', 'The part after the first slash belongs in "s3-prefix".')
  }
  // Other stores, and old buckets there, allow capitals and underscores.
  const allowed = hasEndpoint ? /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/ : /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
  if (!allowed.test(bucket) || bucket.includes('..') || isIPv4(bucket)) {
    throw refuse(
      hasEndpoint
        ? 'be 3 to 63 letters, digits, dots, hyphens or underscores'
        : 'be 3 to 63 lower-case letters, digits, dots or hyphens',
      'It begins and ends with a letter or a digit, does not contain "..", and is not an IP address.',
    )
  }
  return bucket
}

function readPrefix(read: InputReader): string {
  return prefixOf('s3-prefix', text(read, 's3-prefix'))
}

/** A prefix without a slash at either end, from the value of an input or a line of it. Throws `UserError`. */
export function prefixOf(name: string, value: string): string {
  const refuse = (advice: string): UserError => wrongInput(name, 'be a folder in the bucket', value, advice)
  if (value.includes('://'))
    throw refuse('Remove the scheme and the bucket: write only the folder, as in: running-backups')
  if (value.includes('\\')) throw refuse('Separate folders with "/", not with a backslash.')
  if (value.includes('//')) throw refuse('Use single slashes.')
  const prefix = value.replace(/^\//, '').replace(/\/$/, '')
  if (prefix.split('/').some(part => part === '.' || part === '..'))
    throw refuse('A bucket does not support "." and "..".')
  if (Buffer.byteLength(prefix) > 256) throw refuse('Use at most 256 bytes: a key has at most 1,024.')
  return prefix
}

function readRegion(
  read: InputReader,
  environment: Environment,
  hasEndpoint: boolean,
): Pick<S3Settings, 'region' | 'isRegionAssumed'> {
  const region = optional(read, 's3-region')
  if (region !== undefined) {
    if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(region)) return { region }
    throw wrongInput('s3-region', 'be the name of a region', region, 'For example: eu-central-1')
  }
  const found = environment['AWS_REGION']?.trim() || environment['AWS_DEFAULT_REGION']?.trim()
  if (found) return { region: found }
  if (hasEndpoint) return { region: 'us-east-1', isRegionAssumed: true }
  throw new UserError('Input "s3-region" is required, got nothing, and AWS_REGION is not set either.', {
    advice:
      'Write the region of the bucket, as in: eu-central-1. The action aws-actions/configure-aws-credentials sets AWS_REGION for the steps after it.',
  })
}

function readEndpoint(read: InputReader): string | undefined {
  const value = optional(read, 's3-endpoint')
  if (value === undefined) return undefined
  const refuse = (advice: string): UserError => wrongInput('s3-endpoint', 'be an http or https URL', value, advice)
  if (!/^https?:\/\//i.test(value)) {
    throw refuse(
      value.includes('://') ? 'For example: https://s3.example.com' : 'Add the scheme, as in: https://s3.example.com',
    )
  }
  if (value.includes('@')) {
    // The value is not shown, since it contains a secret.
    throw new UserError('Input "s3-endpoint" must not contain credentials.', {
      advice: 'They belong in "s3-access-key-id" and "s3-secret-access-key".',
    })
  }
  const url = URL.parse(value)
  if (url === null) throw refuse('For example: https://s3.example.com')
  if (url.pathname !== '/') throw refuse('Remove the path: the bucket belongs in "s3-bucket", a folder in "s3-prefix".')
  const bucket = read.input('s3-bucket')
  if (bucket !== '' && storeBehind(bucket, url.hostname)) {
    const bare = url.origin.replace(`${bucket.toLowerCase()}.`, '')
    throw refuse(`The bucket belongs in "s3-bucket" alone: write ${bare}`)
  }
  if (/[?#]/.test(value)) throw refuse('Remove "?" and "#" and everything after them.')
  return url.origin
}

/** Whether a host is that of a store with the bucket before it. Any other may be called like its bucket. */
function storeBehind(bucket: string, hostname: string): boolean {
  const rest = hostname.startsWith(`${bucket.toLowerCase()}.`) ? hostname.slice(bucket.length + 1) : ''
  return /^s3[.-]|\.(r2\.cloudflarestorage|your-objectstorage)\.com$/.test(rest)
}

function readCredentials(read: InputReader): S3Settings['credentials'] {
  const { accessKeyId, secretAccessKey, sessionToken } = readAll({
    accessKeyId: () => readKey(read, 's3-access-key-id'),
    secretAccessKey: () => readKey(read, 's3-secret-access-key'),
    sessionToken: () => readKey(read, 's3-session-token'),
  })
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  }
  if (accessKeyId === undefined && secretAccessKey === undefined && sessionToken === undefined) return undefined
  const [given, missing] =
    accessKeyId !== undefined
      ? ['s3-access-key-id', 's3-secret-access-key']
      : secretAccessKey !== undefined
        ? ['s3-secret-access-key', 's3-access-key-id']
        : ['s3-session-token', 's3-access-key-id']
  throw new UserError(`Input "${given}" is set without "${missing}".`, {
    advice: `Set all of them, or none to use the credentials of the environment (OIDC, instance role). ${emptySecret}`,
  })
}

function readKey(read: InputReader, name: (typeof s3Secrets)[number]): string | undefined {
  const key = secret(read, name)
  if (key !== undefined && /[\s\p{Cc}]/u.test(key)) {
    throw new UserError(`Input "${name}" must not contain spaces or line breaks.`, {
      advice: 'Store only the key as a secret.',
    })
  }
  return key
}
