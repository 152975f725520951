import { loadS3 } from '../../../../src/inputs/groups/s3'
import { given, refusal } from '../reading'

const good = { 's3-bucket': 'acme-backups', 's3-region': 'eu-central-1' }
const keys = { 's3-access-key-id': 'AKIAEXAMPLE', 's3-secret-access-key': 'wJalr/EXAMPLE+KEY' }

describe('loadS3', () => {
  it('reads a bucket at AWS with the credentials of the environment', () => {
    expect(loadS3(given(good), {})).toEqual({ bucket: 'acme-backups', prefix: '', region: 'eu-central-1' })
  })

  it('reads everything, and masks the credentials', () => {
    const read = given({
      ...good,
      ...keys,
      's3-prefix': 'running-backups',
      's3-endpoint': 'https://s3.example.com:9000/',
      's3-force-path-style': 'true',
      's3-session-token': 'token',
    })
    expect(loadS3(read, {})).toEqual({
      bucket: 'acme-backups',
      prefix: 'running-backups',
      region: 'eu-central-1',
      endpoint: 'https://s3.example.com:9000',
      forcePathStyle: true,
      credentials: {
        accessKeyId: 'AKIAEXAMPLE',
        secretAccessKey: 'wJalr/EXAMPLE+KEY',
        sessionToken: 'token',
      },
    })
    expect(read.secrets).toEqual(['AKIAEXAMPLE', 'wJalr/EXAMPLE+KEY', 'token'])
  })

  it('keeps an explicit false for the path style', () => {
    expect(loadS3(given({ ...good, 's3-force-path-style': 'false' }), {}).forcePathStyle).toBe(false)
  })
})

describe('loadS3: the bucket', () => {
  it.each(['abc', 'acme.backups-1', `a${'b'.repeat(61)}c`, '1bucket'])('takes %s', bucket => {
    expect(loadS3(given({ ...good, 's3-bucket': bucket }), {}).bucket).toBe(bucket)
  })

  it.each(['Acme_Backups', 'under_score'])('takes %s where another store is named', bucket => {
    expect(loadS3(given({ 's3-bucket': bucket, 's3-endpoint': 'https://s3.example.com' }), {}).bucket).toBe(bucket)
  })

  const loose = 'be 3 to 63 lower-case letters, digits, dots or hyphens'
  it.each([
    ['s3://acme-backups', 'be the name of a bucket alone'],
    ['acme-backups/web1', 'be the name of a bucket alone'],
    ['arn:aws:s3:::acme-backups', 'be the name of a bucket'],
    ['ab', loose],
    ['a'.repeat(64), loose],
    ['Acme', loose],
    ['under_score', loose],
    ['-acme', loose],
    ['acme-', loose],
    ['acme..backups', loose],
    ['192.168.5.4', loose],
    ['acme backups', loose],
    ['acme\\backups', loose],
  ])('refuses %s', (bucket, rule) => {
    expect(refusal(() => loadS3(given({ ...good, 's3-bucket': bucket }), {})).message).toBe(
      `Input "s3-bucket" must ${rule}, got "${bucket}".`,
    )
  })

  it('tells where the parts of an address belong', () => {
    const advice = (bucket: string) => refusal(() => loadS3(given({ ...good, 's3-bucket': bucket }), {})).advice
    expect(advice('s3://acme-backups/web1')).toBe(
      'Remove the scheme; a folder belongs in "s3-prefix", another store in "s3-endpoint".',
    )
    expect(advice('acme-backups/web1')).toBe('The part after the first slash belongs in "s3-prefix".')
  })

  it.each(['a/b', 'x'.repeat(64), 'a..b', 'ä'.repeat(5), '127.0.0.1'])('refuses %s in any store', bucket => {
    const inputs = { 's3-bucket': bucket, 's3-endpoint': 'https://s3.example.com' }
    expect(refusal(() => loadS3(given(inputs), {})).message).toMatch(/^Input "s3-bucket" must be /)
  })

  it('requires one', () => {
    expect(refusal(() => loadS3(given({ ...good, 's3-bucket': '' }), {})).message).toBe(
      'Input "s3-bucket" is required, got nothing.',
    )
  })
})

describe('loadS3: the prefix', () => {
  it.each([
    ['running-backups', 'running-backups'],
    ['/web1/', 'web1'],
    ['web1/hourly', 'web1/hourly'],
    ['', ''],
    ['/', ''],
    ['with space/ünï', 'with space/ünï'],
  ])('reads %j as %j', (value, prefix) => {
    expect(loadS3(given({ ...good, 's3-prefix': value }), {}).prefix).toBe(prefix)
  })

  it.each([
    ['a//b', 'Use single slashes.'],
    ['//', 'Use single slashes.'],
    ['a/../b', 'A bucket does not support "." and "..".'],
    ['..', 'A bucket does not support "." and "..".'],
    ['./a', 'A bucket does not support "." and "..".'],
    ['s3://bucket/a', 'Remove the scheme and the bucket: write only the folder, as in: running-backups'],
  ])('refuses %s', (prefix, advice) => {
    const error = refusal(() => loadS3(given({ ...good, 's3-prefix': prefix }), {}))
    expect(error.message).toBe(`Input "s3-prefix" must be a folder in the bucket, got "${prefix}".`)
    expect(error.advice).toBe(advice)
  })

  it.each([
    ['a\\b', 'Input "s3-prefix" must be a folder in the bucket, got "a\\b".'],
    ['a\nb', 'Input "s3-prefix" must be a single line without control characters, got "a\\nb".'],
    ['ü'.repeat(129), `Input "s3-prefix" must be a folder in the bucket, got "${'ü'.repeat(120)}…".`],
  ])('refuses %j', (prefix, message) => {
    expect(refusal(() => loadS3(given({ ...good, 's3-prefix': prefix }), {})).message).toBe(message)
  })
})

describe('loadS3: the region', () => {
  const bucket = { 's3-bucket': 'acme-backups' }
  const endpoint = { 's3-endpoint': 'https://s3.example.com' }

  it.each([
    ['the input first', good, { AWS_REGION: 'us-west-2' }, 'eu-central-1'],
    ['AWS_REGION next', bucket, { AWS_REGION: 'us-west-2', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-2'],
    ['AWS_DEFAULT_REGION next', bucket, { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-west-1' }, 'us-west-1'],
    ['the environment also with an endpoint', { ...bucket, ...endpoint }, { AWS_REGION: 'auto' }, 'auto'],
    ['us-east-1 with an endpoint', { ...bucket, ...endpoint }, {}, 'us-east-1'],
  ])('takes %s', (_, inputs, environment, region) => {
    expect(loadS3(given(inputs), environment).region).toBe(region)
  })

  it('is required at AWS', () => {
    expect(refusal(() => loadS3(given(bucket), {})).message).toBe(
      'Input "s3-region" is required, got nothing, and AWS_REGION is not set either.',
    )
  })

  it.each(['eu central', 'https://x', '-x', 'eu.central'])('refuses %s', region => {
    expect(refusal(() => loadS3(given({ ...bucket, 's3-region': region }), {})).message).toBe(
      `Input "s3-region" must be the name of a region, got "${region}".`,
    )
  })
})

describe('loadS3: the endpoint', () => {
  it.each([
    ['https://s3.example.com', 'https://s3.example.com'],
    ['HTTPS://S3.Example.com/', 'https://s3.example.com'],
    ['http://127.0.0.1:7480', 'http://127.0.0.1:7480'],
    ['http://[::1]:7480', 'http://[::1]:7480'],
  ])('reads %s', (value, endpoint) => {
    expect(loadS3(given({ ...good, 's3-endpoint': value }), {}).endpoint).toBe(endpoint)
  })

  it.each([
    ['s3.example.com', 'Add the scheme, as in: https://s3.example.com'],
    ['s3.example.com:9000', 'Add the scheme, as in: https://s3.example.com'],
    ['ftp://s3.example.com', 'For example: https://s3.example.com'],
    ['https://', 'For example: https://s3.example.com'],
    ['https://a b', 'For example: https://s3.example.com'],
    ['https://s3.example.com/bucket', 'Remove the path: the bucket belongs in "s3-bucket", a folder in "s3-prefix".'],
    ['https://s3.example.com?x=1', 'Remove "?" and "#" and everything after them.'],
    ['https://s3.example.com/?', 'Remove "?" and "#" and everything after them.'],
    ['https://s3.example.com#x', 'Remove "?" and "#" and everything after them.'],
  ])('refuses %s', (endpoint, advice) => {
    const error = refusal(() => loadS3(given({ ...good, 's3-endpoint': endpoint }), {}))
    expect(error.message).toBe(`Input "s3-endpoint" must be an http or https URL, got "${endpoint}".`)
    expect(error.advice).toBe(advice)
  })

  it('refuses credentials in it without showing them', () => {
    const error = refusal(() => loadS3(given({ ...good, 's3-endpoint': 'https://key:hunter2@s3.example.com' }), {}))
    expect(error.message).toBe('Input "s3-endpoint" must not contain credentials.')
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})

describe('loadS3: the credentials', () => {
  it('reads a pair without a session token', () => {
    expect(loadS3(given({ ...good, ...keys }), {}).credentials).toEqual({
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'wJalr/EXAMPLE+KEY',
    })
  })

  it.each([
    [{ 's3-access-key-id': 'AKIAEXAMPLE' }, 'Input "s3-access-key-id" is set without "s3-secret-access-key".'],
    [
      { 's3-secret-access-key': 'long secret'.replace(' ', '-') },
      'Input "s3-secret-access-key" is set without "s3-access-key-id".',
    ],
    [{ 's3-session-token': 'token' }, 'Input "s3-session-token" is set without "s3-access-key-id".'],
    [
      { ...keys, 's3-access-key-id': 'AKIA EXAMPLE' },
      'Input "s3-access-key-id" must not contain spaces or line breaks.',
    ],
    [
      { ...keys, 's3-secret-access-key': 'two\nlines' },
      'Input "s3-secret-access-key" must not contain spaces or line breaks.',
    ],
    [
      { ...keys, 's3-secret-access-key': 'abc' },
      'Input "s3-secret-access-key" is a secret of fewer than 4 characters.',
    ],
    [{ ...good, 's3-force-path-style': 'auto' }, 'Input "s3-force-path-style" must be true or false, got "auto".'],
  ])('refuses %j', (inputs, message) => {
    expect(refusal(() => loadS3(given({ ...good, ...inputs }), {})).message).toBe(message)
  })
})
