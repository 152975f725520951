import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { actionRun, s3Inputs } from '../../runner/action-run'
import { assertNoSecrets } from '../../runner/assert-no-secrets'
import { askForChecksums, type FaultProxy } from '../../servers/fault-proxy'
import { type HttpProxyServer, startHttpProxy } from '../../servers/proxy/http-proxy'
import { startTlsFront, type TlsFront } from '../../servers/proxy/tls-front'
import { createBucket } from '../../servers/rgw'
import {
  freshDatabase,
  freshDatabaseName,
  freshDocroot,
  freshFolder,
  testServices,
  testSql,
} from '../../servers/test-services'
import { goodBackup } from '../good-backup'
import { expectRestored, restoreRun } from '../restore/restore-run'
import { storeProxy } from '../store-requests'

const shared = testServices()
const password = 'p@ss:word/of the proxy'
const beats: string[] = []
let ceph: FaultProxy
let front: TlsFront
let proxy: HttpProxyServer
let monitor: Server

beforeAll(async () => {
  ceph = await storeProxy()
  front = await startTlsFront(ceph.endpoint)
  proxy = await startHttpProxy(`runner:${password}`)
  monitor = createServer((request, answer) => {
    beats.push(request.url ?? '')
    answer.end()
  }).listen(0, '127.0.0.1')
  await once(monitor, 'listening')
})

afterAll(async () => {
  await proxy?.stop()
  await front?.stop()
  await ceph?.stop()
  monitor?.closeAllConnections()
  monitor?.close()
})

describe('a bucket with Object Lock, over TLS, behind an HTTP proxy', () => {
  it('takes each hour into the same slot, lists, verifies and restores it', async () => {
    const bucket = `locked-${randomBytes(6).toString('hex')}`
    await createBucket(shared.s3, bucket, 7)
    askForChecksums(ceph)
    const folder = await freshFolder(shared)
    const authority = join(folder, 'authority.pem')
    await writeFile(authority, front.cert)
    const proxyUrl = `http://runner:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`
    const env = { HTTPS_PROXY: proxyUrl, http_proxy: proxyUrl, NO_PROXY: 'localhost', NODE_EXTRA_CA_CERTS: authority }
    const address = monitor.address()
    const beat = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/ping/${randomBytes(9).toString('hex')}`

    const database = await freshDatabase(shared)
    await testSql(shared, 'CREATE TABLE orders (id INT); INSERT INTO orders VALUES (1)', database)
    const paths = await freshDocroot(shared)
    const inputs = {
      ...{ databases: database, paths, rotation: 'running', 'keep-daily': '1', 'heartbeat-url': beat },
      ...{ 's3-bucket': bucket, 's3-endpoint': front.endpoint, 'mirror-dir': join(folder, 'mirror') },
    }
    const { keys } = (await goodBackup(shared, { inputs, env })).bucket
    await testSql(shared, 'INSERT INTO orders VALUES (2)', database)
    const { bucket: view, manifest } = await goodBackup(shared, { inputs, env })
    expect(await keys()).toEqual(
      expect.arrayContaining(['running.manifest.json'].map(name => `running-backups/${name}`)),
    )
    expect(await view.openUploads()).toEqual([])
    expect(manifest.state).toBe('complete')

    const store = { ...s3Inputs(shared, bucket), 's3-endpoint': front.endpoint }
    const listed = await actionRun('list', { inputs: store, env })
    expect(listed.main?.outputs).toMatchObject({ latest: 'running', count: '2' })
    const verified = await actionRun('verify', { inputs: { ...store, snapshot: 'all', level: 'read' }, env })
    expect(verified.main?.outputs['status']).toBe('proven')
    const copy = freshDatabaseName()
    const target = join(folder, 'restored')
    const restored = await restoreRun(shared, bucket, {
      inputs: { ...store, databases: `${database}=${copy}`, paths: `${paths}=${target}` },
      env,
    })
    expectRestored(restored)
    expect(await testSql(shared, 'SELECT id FROM orders ORDER BY id', copy)).toMatch(/1\s+2/)

    // The monitor's address is plain http: the proxy gets it whole.
    expect(beats).toHaveLength(4)
    expect(new Set(proxy.requests.map(request => request.split('?')[0]))).toEqual(
      new Set([`CONNECT ${new URL(front.endpoint).host}`, `GET ${beat}/start`, `POST ${beat}`]),
    )
    for (const run of [listed, verified, restored]) assertNoSecrets(run, [password, proxyUrl])

    proxy.refuse(407)
    const refused = await actionRun('list', { inputs: store, env })
    expect(refused.main?.annotations.error[0]?.message).toMatch(
      /the proxy http:\/\/127\.0\.0\.1:\d+ of HTTPS_PROXY does not accept the user and password/,
    )
    assertNoSecrets(refused, [password, proxyUrl])
    const wrong = await actionRun('list', {
      inputs: store,
      env: { ...env, HTTPS_PROXY: `socks5://u:${password}@127.0.0.1` },
    })
    expect(wrong.main?.annotations.error[0]?.message).toContain(
      'The variable HTTPS_PROXY in the environment of the runner',
    )
    assertNoSecrets(wrong, [password])
  })
})
