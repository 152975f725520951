import { readdirSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ActionRun } from '../../runner/emulator'
import { checksumDatabase } from '../../servers/database/checksum-database'
import { treeDigest } from '../../servers/docroot'
import type { FaultProxy } from '../../servers/fault-proxy'
import { startTcpProxy, type TcpProxy } from '../../servers/tcp-proxy'
import { testSql } from '../../servers/test-services'
import { expectNothingLeft, openScene, type Scene } from '../failure/failure-scene'
import { lastingProcesses, serverProcess } from '../server-processes'
import { arrival, pass, storeProxy } from '../store-requests'
import { expectRefused, expectRestored, overwriting, restoreRun } from './restore-run'

let scene: Scene
let store: FaultProxy
let link: TcpProxy
beforeAll(async () => {
  store = await storeProxy()
  scene = await openScene({ endpoint: store.endpoint })
  link = await startTcpProxy(scene.sshd)
})
beforeEach(() => store.clear())
afterEach(async () => {
  scene.tools.restore()
  // What was stalled would pass for the next one.
  await lastingProcesses(scene.home, 20_000)
})
afterAll(async () => {
  await link?.stop()
  await scene?.close()
  await store?.stop()
})

const sql = (text: string, database?: string) => testSql(scene.services, text, database)
const reads = { method: 'GET', path: /running\.database\.sql\.gz/ }

async function siteNow() {
  return {
    database: await checksumDatabase(sql, scene.database),
    files: await treeDigest(scene.docroot),
    beside: (await readdir(dirname(scene.docroot))).filter(name => name.includes('restor')),
  }
}

/** What only the tar that unpacks is called with, whoever calls it. */
const unpacking = '-C ./tree'

/** Programs of this name stop in their middle and wait there, for as long as it takes to be noticed. */
function stall(program: string, argument: string): void {
  scene.tools.replace(
    [program],
    `case "$*" in *"${argument}"*) { head -c 400000; exec sleep 9; } | "$real/${program}" "$@"; exit ;; esac
exec "$real/${program}" "$@"`,
  )
}

/** Runs this when the live folder was put aside and the restored one is not yet in its place. */
function inTheSwap(command: string): void {
  scene.tools.replace(
    ['mv'],
    `case "$*" in *.before-restore-*Z) "$real/mv" "$@"; code=$?; ${command}; exit $code ;; esac
exec "$real/mv" "$@"`,
  )
}

/** The folder that was put aside. */
function besideDocroot(): string {
  const [name = ''] = readdirSync(dirname(scene.docroot)).filter(each => each.includes('.before-restore-'))
  return join(dirname(scene.docroot), name)
}

const throughLink = () => ({
  'ssh-port': String(link.port),
  'ssh-known-hosts': scene.sshd.fingerprints.ed25519 ?? '',
})

const run = (overrides: Parameters<typeof restoreRun>[2] = {}) =>
  restoreRun(scene.services, scene.bucket, {
    ...overrides,
    inputs: { ...overwriting(scene.services), ...overrides.inputs },
  })

function expectStopped({ conclusion, main, post }: ActionRun): string {
  expect(conclusion).toBe('cancelled')
  expect(main?.signals).not.toContain('SIGKILL')
  expect(main?.annotations.error).toHaveLength(1)
  expect(post?.annotations.error).toEqual([])
  return main?.annotations.error[0]?.message ?? ''
}

describe('a restore over a live site', () => {
  it('changes nothing when it is cancelled while it reads', async () => {
    const before = await siteNow()
    store.fail(reads, { kind: 'hang' })
    const message = expectStopped(await run({ cancelAfter: arrival(store, reads) }))
    expect(message).toMatch(/^The run was cancelled\..*Still safe: Nothing on the server was changed/s)
    expect(await siteNow()).toEqual(before)
    await expectNothingLeft(scene)
  })

  it('changes nothing when it is cancelled while it unpacks', async () => {
    const before = await siteNow()
    stall('tar', unpacking)
    const message = expectStopped(await run({ cancelAfter: serverProcess(scene.home, 'sleep') }))
    expect(message).toMatch(/Nothing that is in use had been changed yet/)
    expect(await siteNow()).toEqual(before)
  })

  it('changes nothing when it is killed while it unpacks; the post step removes what was unpacked', async () => {
    const before = await siteNow()
    stall('tar', unpacking)
    const killed = await run({ killAfter: serverProcess(scene.home, 'sleep') })
    expect(killed.main?.signals).toEqual(['SIGKILL'])
    expect(killed.post?.annotations).toEqual({ notice: [], warning: [], error: [] })
    expect(await siteNow()).toEqual(before)
  })

  it('puts the database back over a new connection when the link breaks in the import', async () => {
    const before = await siteNow()
    stall('mariadb', '--binary-mode')
    const stalled = serverProcess(scene.home, 'sleep').then(() => {
      scene.tools.restore()
      link.reset()
    })
    const broken = await run({ inputs: throughLink() })
    await stalled
    const message = expectRefused(broken, [/connection to the server broke/i])
    expect(message).toMatch(/is what it was before, restored from running-backups\/before-restore/)
    expect(await siteNow()).toEqual(before)
    expect(broken.post?.annotations.error).toEqual([])
  })

  it('hears over a new connection that the server went on when the link broke in the swap', async () => {
    const backedUp = await treeDigest(scene.docroot)
    await writeFile(join(scene.docroot, 'index.php'), 'broken')
    await sql("UPDATE orders SET note = 'broken' WHERE id = 2", scene.database)
    inTheSwap('sleep 2')
    const cut = serverProcess(scene.home, 'sleep', { commandLine: 'sleep 2' }).then(() => link.reset())
    const restored = await run({ inputs: throughLink() })
    await cut
    expectRestored(restored)
    expect(await sql('SELECT note FROM orders WHERE id = 2', scene.database)).toBe("it's\n")
    expect(await treeDigest(scene.docroot)).toEqual(backedUp)
    await expectNothingLeft(scene)
    await rm(besideDocroot(), { recursive: true })
  })

  it('puts everything back when the swap dies on the server', async () => {
    await writeFile(join(scene.docroot, 'index.php'), 'live')
    const before = await siteNow()
    inTheSwap('kill -9 $PPID')
    const message = expectRefused(await run(), [/with signal KILL|swap of the folders/])
    expect(message).toMatch(/is what it was before, restored from/)
    expect(await siteNow()).toEqual(before)
  })

  it('tells that files and database do not fit when the run and its swap die together', async () => {
    await writeFile(join(scene.docroot, 'index.php'), 'live')
    await sql("UPDATE orders SET note = 'live' WHERE id = 2", scene.database)
    const { files } = await siteNow()
    inTheSwap('sleep 2; kill -9 $PPID')
    const killed = await run({ killAfter: serverProcess(scene.home, 'sleep', { commandLine: 'sleep 2' }) })
    const [error, ...more] = killed.post?.annotations.error ?? []
    expect(more).toEqual([])
    expect(error?.message).toMatch(/^The databases are restored and the folders are not/)
    expect(error?.message).toContain(`As before the restore: ${scene.docroot}.`)
    expect(await siteNow()).toMatchObject({ files, beside: [] })
    expect(await sql('SELECT note FROM orders WHERE id = 2', scene.database)).toBe("it's\n")
  })

  it('keeps what the server swapped when only the run is killed', async () => {
    await writeFile(join(scene.docroot, 'index.php'), 'live')
    inTheSwap('sleep 2')
    const killed = await run({ killAfter: serverProcess(scene.home, 'sleep', { commandLine: 'sleep 2' }) })
    expect(killed.post?.annotations).toEqual({ notice: [], warning: [], error: [] })
    expect(await readFile(join(scene.docroot, 'index.php'), 'utf8')).toMatch(/Hello/)
    await rm(besideDocroot(), { recursive: true })
  })

  it('changes nothing when the object is replaced between its check and its use', async () => {
    const before = await siteNow()
    const looks = { ...reads, method: 'HEAD' }
    store.fail(looks, pass)
    store.fail(looks, { kind: 'headers', headers: { etag: '"another"' } })
    const message = expectRefused(await run(), [/was replaced since it was read and checked/])
    expect(message).toMatch(/No database was touched/)
    expect(await siteNow()).toEqual(before)
  })

  it('puts the database back when the object is replaced in the moment of its import', async () => {
    const before = await siteNow()
    store.fail(reads, pass)
    store.fail(reads, { kind: 'headers', headers: { etag: '"another"' } })
    const message = expectRefused(await run(), [/running\.database\.sql\.gz/])
    expect(message).toMatch(/is what it was before, restored/)
    expect(await siteNow()).toEqual(before)
  })

  it('changes nothing when the store lets nobody put the dump of what is there', async () => {
    const before = await siteNow()
    store.fail(
      { method: 'POST', path: /before-restore/, query: { uploads: true } },
      { kind: 'reply', status: 403, code: 'AccessDenied', message: 'Access Denied' },
      Number.POSITIVE_INFINITY,
    )
    const message = expectRefused(await run(), [/could not be dumped into the bucket.*s3:PutObject/])
    expect(message).toMatch(/No database was touched/)
    expect(message).toMatch(/"safety-backup: false" restores without it/)
    expect(await siteNow()).toEqual(before)
  })
})
