/**
 * @jest-environment ./test/contract/node-errors.ts
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DirectHosts } from '../../src/runtime/proxy/direct-hosts'
import type { S3Settings } from '../../src/store/s3/s3-settings'
import { openS3Store } from '../../src/store/s3/s3-store'
import { StoreError } from '../../src/store/store-error'
import { freePort } from '../servers/free-port'
import { type HttpProxyServer, startHttpProxy } from '../servers/proxy/http-proxy'
import { openTestS3, type TestS3 } from './s3-server'

const put = { contentType: 'text/plain' }

let s3: TestS3
let proxy: HttpProxyServer
let settings: S3Settings & { endpoint: string }

beforeAll(async () => {
  s3 = await openTestS3()
  proxy = await startHttpProxy('runner:secret word')
  settings = await s3.freshBucket()
}, 60_000)

beforeEach(() => proxy.clear())

afterAll(async () => {
  await proxy?.stop()
  await s3?.stop()
})

function through(change: { origin?: string; authorization?: string; direct?: DirectHosts } = {}): S3Settings {
  const { direct = [], ...rest } = change
  const authorization = `Basic ${Buffer.from('runner:secret word').toString('base64')}`
  const each = { origin: `http://127.0.0.1:${proxy.port}`, authorization, ...rest }
  const https = { variable: 'HTTPS_PROXY', ...each }
  return { ...settings, proxies: { https, http: { variable: 'HTTP_PROXY', ...each }, direct } }
}

async function faultOf(faulty: S3Settings): Promise<StoreError> {
  const store = openS3Store(faulty, { maxAttempts: 2, retryDelayMs: 1 })
  try {
    await store.putText('p/a', 'text', put)
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  } finally {
    store.close()
  }
  throw new Error('It did not fail.')
}

describe('an S3 store behind an HTTP proxy', () => {
  it('sends everything for an http endpoint to the proxy, with a signature that holds', async () => {
    const store = openS3Store(through())
    const uploadId = await store.createUpload('p/a b+c', put)
    const part = await store.uploadPart('p/a b+c', uploadId, 1, Buffer.from('the only part'))
    await store.completeUpload('p/a b+c', uploadId, [part], 13)
    expect(await store.getText('p/a b+c')).toBe('the only part')
    store.close()
    expect(proxy.requests).toHaveLength(4)
    expect(proxy.requests[0]).toBe(`POST ${settings.endpoint}/${settings.bucket}/p/a%20b%2Bc?uploads=`)
  })

  it('asks no proxy for what NO_PROXY takes out', async () => {
    const store = openS3Store(through({ direct: [{ host: '127.0.0.0/8' }] }))
    await store.putText('p/a', 'text', put)
    store.close()
    expect(proxy.requests).toEqual([])
  })

  it('blames the proxy for what it refuses, and does not repeat what is refused for good', async () => {
    const named = `the proxy http://127.0.0.1:${proxy.port} of HTTP_PROXY`
    expect(await faultOf(through({ authorization: 'Basic wrong' }))).toMatchObject({
      message: `Could not write "p/a" to ${settings.endpoint}/${settings.bucket}: ${named} does not accept the user and password in that variable (407).`,
      advice: expect.stringContaining('Set HTTP_PROXY to http://USER:PASSWORD@HOST:PORT'),
    })
    proxy.refuse(403)
    expect((await faultOf(through())).message).toContain(`${named} does not allow it (403)`)
    expect(proxy.requests).toHaveLength(2)
    proxy.refuse(504)
    expect((await faultOf(through())).message).toContain(`${named} could not connect to it (504)`)
    expect(proxy.requests).toHaveLength(4)
    const origin = `http://127.0.0.1:${await freePort()}`
    expect((await faultOf(through({ origin }))).message).toContain(
      `${origin} of HTTP_PROXY cannot be reached (ECONNREFUSED)`,
    )
  })

  it('gets the credentials of OIDC through the proxy as well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'make-a-backup-token-'))
    const token = join(folder, 'token')
    await writeFile(token, 'a.b.c')
    const environment = { ...process.env }
    Object.assign(process.env, {
      AWS_WEB_IDENTITY_TOKEN_FILE: token,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/backup',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    })
    proxy.refuse(403)
    try {
      const { credentials: _, ...anonymous } = through()
      const { message } = await faultOf({ ...anonymous, region: 'eu-central-1' })
      expect(message).toContain('of HTTPS_PROXY does not allow it (403)')
    } finally {
      process.env = environment
      await rm(folder, { recursive: true })
    }
    expect(new Set(proxy.requests)).toEqual(new Set(['CONNECT sts.eu-central-1.amazonaws.com:443']))
  })
})
