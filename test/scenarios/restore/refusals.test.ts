import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { FilesArtifact, Manifest } from '../../../src/repository/manifest/manifest'
import { sealed } from '../../servers/processes/stock-tools'
import { freshDatabaseName, testSql } from '../../servers/test-services'
import { archive, type Entry, entry, folder, pax } from '../../unit/sources/files/tars'
import { bucketSnapshot } from '../bucket-snapshot'
import { bucketOfCopies, type OriginalPoint, originalPoint } from '../copied-points'
import { openScene, type Scene } from '../failure/failure-scene'
import { goodBackup } from '../good-backup'
import { recordedDigest } from '../recorded-digest'
import { expectRefused, expectRestored, restoreRun } from './restore-run'

let scene: Scene
let original: OriginalPoint
let parent: string
beforeAll(async () => {
  scene = await openScene()
  parent = dirname(scene.docroot)
  original = await originalPoint(
    await goodBackup(scene.services, { inputs: { databases: scene.database, paths: scene.docroot } }),
  )
})
afterAll(() => scene?.close())

const sql = (text: string) => testSql(scene.services, text)

/** A bucket with one sound recovery point in the slot `running`, which `edit` may spoil. */
async function bucketWith(edit: (manifest: Manifest) => void = () => {}) {
  const bucket = await bucketOfCopies(scene.services, original)
  const manifest = await bucket.put({ slot: 'running', startedAt: '2026-11-23T13:05:02.120Z', edit })
  return { ...bucket, manifest }
}

/** Restores it to names of its own, and proves that nothing was written when it fails. */
async function refused(
  bucket: string,
  telling: readonly RegExp[],
  inputs: Readonly<Record<string, string>> = {},
): Promise<string> {
  const target = freshDatabaseName()
  const before = await bucketSnapshotOf(bucket)
  const names = await readdir(parent)
  const run = await restoreRun(scene.services, bucket, {
    inputs: {
      databases: `${scene.database}=${target}`,
      paths: `${scene.docroot}=${join(parent, 'restored')}`,
      ...inputs,
    },
  })
  const message = expectRefused(run, telling)
  expect(message).toMatch(/Still safe: Nothing on the server was changed/)
  expect(await readdir(parent)).toEqual(names)
  expect(await sql(`SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '${target}'`)).toBe('0\n')
  expect(await bucketSnapshotOf(bucket)).toEqual(before)
  return message
}

/** Without the manifests, which may be broken here. */
async function bucketSnapshotOf(bucket: string): Promise<unknown> {
  const snapshot = await bucketSnapshot(scene.services.s3, bucket).catch(() => undefined)
  return snapshot?.objects
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

const kindOf = (kind: 'database' | 'files') => (manifest: Manifest) => {
  const found = manifest.artifacts.find(artifact => artifact.kind === kind)
  if (found === undefined) throw new Error(`The recovery point has no ${kind}.`)
  return found
}
const databaseIn = kindOf('database')
const filesIn = kindOf('files')

describe('a restore writes nothing when', () => {
  it.each(['database', 'files'] as const)('a bit of the %s object is flipped', async kind => {
    const { name, view, manifest } = await bucketWith()
    const { key } = kindOf(kind)(manifest)
    const bytes = await view.bytes(key)
    const middle = Math.floor(bytes.length / 2)
    bytes[middle] = (bytes[middle] ?? 0) ^ 1
    await view.put(key, bytes, (await view.head(key)).metadata)
    await refused(name, [/another sha256 than its manifest says|damaged/, new RegExp(key.replaceAll('.', '\\.'))])
  })

  it.each(['database', 'files'] as const)('the %s object is cut short', async kind => {
    const { name, view, manifest } = await bucketWith()
    const { key, bytes } = kindOf(kind)(manifest)
    const whole = await view.bytes(key)
    await view.put(key, whole.subarray(0, -1), (await view.head(key)).metadata)
    await refused(name, [new RegExp(`${bytes - 1}`)])
  })

  it('an object is missing', async () => {
    const { name } = await bucketWith(manifest => {
      const artifact = databaseIn(manifest)
      artifact.key = artifact.key.replace('running.', 'running.other.')
    })
    await refused(name, [/running\.other\.database\.sql\.gz/])
  })

  it.each<[string, (manifest: Manifest) => void, RegExp]>([
    ['a digest', manifest => Object.assign(databaseIn(manifest), { sha256: 'a'.repeat(64) }), /sha256/],
    ['a size', manifest => void databaseIn(manifest).bytes++, /bytes/],
    [
      'the time',
      manifest => Object.assign(manifest, { startedAt: '2026-11-24T13:05:02.120Z' }),
      /is that of slot "running" taken at "2026-11-23T13:05:02/,
    ],
    [
      'the list of tables',
      manifest => {
        const artifact = databaseIn(manifest)
        if (artifact.kind === 'database') artifact.content.tables.pop()
      },
      /table "zz_last" is unexpected/,
    ],
    [
      'the fingerprint of a table',
      manifest => {
        const artifact = databaseIn(manifest)
        if (artifact.kind === 'database') Object.assign(artifact.content.tables[0] ?? {}, { sha256: 'b'.repeat(64) })
      },
      /table "aa_noise" has other rows/,
    ],
    [
      'the folders',
      manifest => {
        const artifact = filesIn(manifest)
        if (artifact.kind === 'files') artifact.paths = ['/etc']
      },
      /in none of its folders|is not one of the recovery point/,
    ],
    ['the state', manifest => Object.assign(manifest, { state: 'publishing' }), /unfinished|never finished|publishing/],
    ['the format', manifest => Object.assign(manifest, { format: 'make-a-backup/2' }), /make-a-backup\/2/],
  ])('somebody edited %s in the manifest', async (_name, edit, telling) => {
    const { name, view } = await bucketWith()
    const key = 'running-backups/running.manifest.json'
    const manifest: Manifest = JSON.parse(await view.text(key))
    edit(manifest)
    await view.put(key, `${JSON.stringify(manifest, null, 2)}\n`)
    await refused(name, [telling], { snapshot: 'running' })
  })

  const hostile: [string, (root: string) => Buffer[], RegExp][] = [
    ['an absolute name', () => [entry({ name: '/etc/cron.d/evil' })], /absolute name/],
    ['".." in a name', root => [entry({ name: `${root}/../../evil` })], /"\.\." in its name/],
    ['a name outside of the folders', () => [entry({ name: 'etc/cron.d/evil' })], /in none of its folders/],
    [
      'an entry below a link',
      root => [entry({ name: `${root}/link`, type: '2', link: '/etc' }), entry({ name: `${root}/link/evil` })],
      /link/,
    ],
    [
      'a hard link to what is outside',
      root => [entry({ name: `${root}/hard`, type: '1', link: 'etc/shadow' })],
      /hard link/,
    ],
    [
      'an entry behind the size of a link',
      root => [
        entry({ name: `${root}/link`, type: '2', link: 'x', sizeField: '00000001000\0' }),
        entry(setUid(`${root}/su`)),
      ],
      /data that its type does not have/,
    ],
    [
      'a name twice',
      root => [entry({ name: `${root}/index.php`, type: '2', link: '/etc' })],
      /two entries of the name/,
    ],
    [
      'a second name',
      root => [pax('x', { 'GNU.sparse.name': `${root}/x` }), entry({ name: `${root}/y` })],
      /GNU\.sparse/,
    ],
    ['a header of Solaris', root => [entry({ name: `${root}/x`, type: 'X' })], /unknown type/],
  ]

  it.each(hostile)('the archive holds %s, with digests forged to fit', async (_name, entries, telling) => {
    const root = scene.docroot.slice(1)
    await refused(await bucketWithArchive([folder(root), entry({ name: `${root}/index.php` }), ...entries(root)]), [
      telling,
    ])
  })

  it('the recovery point is asked for under a name that is not there, and tells what is', async () => {
    const { name } = await bucketWith()
    const message = await refused(name, [/monday/i], { snapshot: 'Monday-13-00' })
    expect(message).toContain('running')
  })

  it('a database or a folder is asked for that the recovery point does not hold', async () => {
    const { name } = await bucketWith()
    await refused(name, [/The database "nope" of "databases" is not in the recovery point running/], {
      databases: 'nope',
    })
    await refused(name, [/The folder \/nope of "paths" is not one of the recovery point running/], {
      paths: '/nope',
    })
  })
})

describe('a restore of an archive with everything that is risky', () => {
  const isRoot = process.getuid?.() === 0
  const root = () => scene.docroot.slice(1)
  const numbers = (block: Buffer) => void block.write('0000001\x000000003\0', 329, 'latin1')
  const risky = () => [
    folder(root()),
    entry({ name: `${root()}/link`, type: '2', link: '/etc/shadow' }),
    entry({ name: `${root()}/root`, type: '2', link: '/' }),
    entry({ name: `${root()}/pipe`, type: '6' }),
    entry(setUid(`${root()}/it's su`)),
    entry({ name: `${root()}/null`, type: '3', patch: numbers }),
  ]

  async function restored(target: string, inputs: Readonly<Record<string, string>> = {}) {
    const run = await restoreRun(scene.services, await bucketWithArchive(risky()), {
      inputs: { databases: 'none', paths: `${scene.docroot}=${target}`, ...inputs },
    })
    expectRestored(run)
    return run
  }

  const modeOf = async (path: string) => ((await lstat(path)).mode & 0o7777).toString(8)

  it('goes on without what could be root of somebody else, and says how to have it', async () => {
    const target = join(parent, 'left out')
    const { main } = await restored(target)
    expect((await readdir(target)).sort()).toEqual(["it's su", 'link', 'pipe', 'root'])
    expect(await modeOf(join(target, "it's su"))).toBe('755')
    expect(await readlink(join(target, 'root'))).toBe('/')
    expect((await lstat(join(target, 'pipe'))).isFIFO()).toBe(true)
    const warnings = main?.annotations.warning.map(({ message }) => message) ?? []
    expect(warnings.filter(text => text.includes('Not restored: 1 set-uid or set-gid file'))).toHaveLength(1)
    expect(warnings.filter(text => text.includes('Not restored: 1 device'))).toHaveLength(1)
    expect(main?.summary).toContain('### What was left out')
    // What the summary says is what puts it back.
    const commands = /```sh\n([^`]*)\n```/.exec(main?.summary ?? '')?.[1] ?? ''
    expect(commands).toContain('chmod u+s ')
    if (!isRoot) return
    execFileSync('bash', ['-ec', commands])
    expect(await modeOf(join(target, "it's su"))).toBe('4755')
    expect((await lstat(join(target, 'null'))).rdev).toBe((await lstat('/dev/null')).rdev)
  })

  it('restores it as it was when it is named, and for root alone', async () => {
    const target = join(parent, 'given')
    const { main } = await restored(target, { 'allow-entries': 'set-uid\ndevices' })
    expect(await modeOf(join(target, "it's su"))).toBe(isRoot ? '4755' : '755')
    expect((await readdir(target)).includes('null')).toBe(isRoot)
    expect(main?.summary.includes('### What was left out')).toBe(!isRoot)
  })
})

function setUid(name: string): Entry {
  return { name, patch: block => block.write('0004755\0', 100, 'latin1') }
}

/** The sound recovery point, but for an archive of these entries, which the manifest describes truly. */
async function bucketWithArchive(entries: readonly Buffer[]): Promise<string> {
  const content = archive(...entries)
  const types = entries.map(block => String.fromCharCode(block[156] ?? 0))
  const count = (wanted: string) => types.filter(type => wanted.includes(type)).length
  const { name, view } = await bucketWith()
  const key = 'running-backups/running.manifest.json'
  const manifest: Manifest = JSON.parse(await view.text(key))
  const artifact = filesIn(manifest)
  const stored = await sealed(artifact.key, gzipSync(content))
  const recorded = await recordedDigest(manifest)
  const described: Partial<FilesArtifact> = {
    bytes: stored.length,
    sha256: sha256(stored),
    content: {
      bytes: content.length,
      sha256: recorded(content),
      files: count('017'),
      directories: count('5'),
      links: count('2'),
      specials: count('346'),
    },
  }
  await view.put(artifact.key, stored, (await view.head(artifact.key)).metadata)
  Object.assign(artifact, described, { etag: (await view.head(artifact.key)).etag })
  await view.put(key, JSON.stringify(manifest))
  return name
}
