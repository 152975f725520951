import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BucketLocation, bucketReadme, writeBucketReadme } from '../../../src/repository/bucket-readme'
import { StoreError } from '../../../src/store/store-error'
import { memoryStore } from '../../memory/memory-store'
import { anAgeKey, sealed } from '../pipeline/age/age-files'
import { prefix, slot, World } from './ring'

const location: BucketLocation = {
  storeName: 's3://acme-backups',
  bucket: 'acme-backups',
  region: 'eu-central-1',
  prefix,
}
const root = join(__dirname, '../../..')
const denied = new StoreError('Access denied.', { code: 'AccessDenied', status: 403 })
const readme = `${prefix}/README.md`

describe('bucketReadme', () => {
  it('speaks of exactly this bucket', () => {
    const text = bucketReadme(location)
    expect(text).toContain('s3() { aws --region \'eu-central-1\' s3 "$@"; }')
    expect(text).toContain("folder='s3://acme-backups/running-backups'")
    const elsewhere = bucketReadme({ ...location, endpoint: 'https://s3.example.com', prefix: '' })
    expect(elsewhere).toContain(
      "s3() { aws --endpoint-url 'https://s3.example.com' --region 'eu-central-1' s3 \"$@\"; }",
    )
    expect(elsewhere).toContain("folder='s3://acme-backups'\n")
  })

  it('quotes whatever the prefix holds', () => {
    const text = bucketReadme({ ...location, prefix: "it's $(here)" })
    expect(text).toContain(`folder='s3://acme-backups/it'\\''s $(here)'`)
  })

  it('gives commands that find, fetch and check every object that a manifest names', async () => {
    const world = new World()
    await world.publish(
      await world.prepare([
        { name: 'odd-name%20db.database', parts: ['one'] },
        { name: 'shop.database', parts: ['two'], compression: 'zstd' },
        { name: 'codebase', parts: ['three'], compression: 'none' },
      ]),
    )
    const bucket = fakeBucket(world)
    const names = [`${slot}.odd-name%20db.database.sql.gz`, `${slot}.shop.database.sql.zst`, `${slot}.codebase.tar`]
    const checked = inShell(bucket, block('| sha256sum --check'))
    expect(checked).toMatchObject({ status: 0, stdout: names.map(name => `${name}: OK\n`).join('') })

    writeFileSync(join(bucket, `${prefix}__${slot}.shop.database.sql.zst`), 'twO')
    const damaged = inShell(bucket, block('| sha256sum --check'))
    expect(damaged.status).not.toBe(0)
    expect(damaged.stdout).toContain(`${slot}.shop.database.sql.zst: FAILED`)
    rmSync(bucket, { recursive: true })
  })

  it.each([
    ['gives', bucketReadme(location)],
    ['and the page docs/recovery-by-hand.md give', readFileSync(join(root, 'docs/recovery-by-hand.md'), 'utf8')],
  ])(
    '%s a line that opens what is encrypted with the program age, and names what it could not open',
    async (_who, text) => {
      const folder = mkdtempSync(join(tmpdir(), 'bucket-readme-'))
      const own = await anAgeKey('ssh-ed25519')
      writeFileSync(join(folder, 'key.txt'), own.secret, { mode: 0o600 })
      writeFileSync(join(folder, `${slot}.database.sql.gz.age`), await sealed(Buffer.from('a dump'), own))
      writeFileSync(join(folder, 'week-0.codebase.tar.gz.age'), await sealed(Buffer.from('a base'), own))
      writeFileSync(join(folder, `${slot}.codebase.tar.age`), await sealed(Buffer.from('for others'), await anAgeKey()))
      const cutOff = (await sealed(Buffer.alloc(200_000), own)).subarray(0, 150_000)
      writeFileSync(join(folder, `${slot}.shop.database.sql.age`), cutOff)
      const run = inShell(folder, block('age -d', text))
      expect(run.stdout).toBe(`NOT OPENED: ${slot}.codebase.tar.age\nNOT OPENED: ${slot}.shop.database.sql.age\n`)
      expect(readdirSync(folder).filter(name => !/\.(age|txt)$/.test(name))).toEqual([
        `${slot}.database.sql.gz`,
        'week-0.codebase.tar.gz',
      ])
      expect(readFileSync(join(folder, `${slot}.database.sql.gz`), 'utf8')).toBe('a dump')
      rmSync(folder, { recursive: true })
    },
  )

  it('gives a sed line that drops the sandbox line of MariaDB and nothing else', () => {
    const dump = 'caf\u00e9\n/*M!999999\\- enable the sandbox mode */\n'
    const firstLine = /^first_line='(.*)'$/m.exec(bucketReadme(location))?.[1]
    const filter = (input: string) => spawnSync('sed', ['-E', firstLine ?? ''], { input, encoding: 'utf8' }).stdout
    expect(filter(`/*M!999999\\- enable the sandbox mode */ \n${dump}`)).toBe(dump)
    expect(filter(`/*!999999\\- enable the sandbox mode */\n${dump}`)).toBe(dump)
    expect(filter(dump)).toBe(dump)
  })

  it('gives commands that every shell can read', () => {
    const blocks = [...bucketReadme(location).matchAll(/```sh\n(.*?)```/gs)].map(([, script]) => script ?? '')
    expect(blocks.length).toBeGreaterThanOrEqual(6)
    for (const script of blocks) {
      expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      })
    }
  })
})

describe('writeBucketReadme', () => {
  it('writes the instructions once, and again when they are no longer right', async () => {
    const store = memoryStore()
    expect(await writeBucketReadme({ store, prefix }, location)).toEqual([])
    expect(store.bytes(readme)?.toString()).toBe(bucketReadme({ ...location, storeName: store.name }))
    await writeBucketReadme({ store, prefix }, location)
    expect(writes(store.operations)).toBe(1)
    await writeBucketReadme({ store, prefix }, { ...location, region: 'eu-west-1' })
    expect(writes(store.operations)).toBe(2)
    expect(store.bytes(readme)?.toString()).toContain('eu-west-1')
  })

  it("leaves someone else's README alone", async () => {
    const store = memoryStore()
    await store.putText(readme, '# Our bucket\n', { contentType: 'text/markdown' })
    expect(await writeBucketReadme({ store, prefix }, location)).toEqual([
      {
        code: 'bucket-readme',
        level: 'warning',
        what: expect.stringContaining('was written by someone else'),
      },
    ])
    expect(store.bytes(readme)?.toString()).toBe('# Our bucket\n')
  })

  it('writes with credentials that may only write, but not blindly at the root of a bucket', async () => {
    const store = memoryStore()
    store.failAlways('getText', /./, denied)
    expect(await writeBucketReadme({ store, prefix }, location)).toEqual([])
    expect(await writeBucketReadme({ store, prefix: '' }, location)).toHaveLength(1)
    expect(store.keys()).toEqual([readme])
  })

  it('warns when it cannot write', async () => {
    const store = memoryStore()
    store.failAlways('putText', /./, denied)
    expect(await writeBucketReadme({ store, prefix }, location)).toEqual([
      { code: 'bucket-readme', level: 'warning', what: expect.stringContaining('Access denied.') },
    ])
  })
})

function writes(operations: readonly string[]): number {
  return operations.filter(operation => operation.startsWith('putText')).length
}

function block(mark: string, text = bucketReadme(location)): string {
  const found = [...text.matchAll(/```sh\n(.*?)```/gs)].find(([, script]) => script?.includes(mark))
  return found?.[1] ?? 'exit 99'
}

/** A folder with the store's objects, `/` in keys written as `__`, and the manifest as step 2 fetched it. */
function fakeBucket(world: World): string {
  const folder = mkdtempSync(join(tmpdir(), 'bucket-readme-'))
  for (const key of world.store.keys()) writeFileSync(join(folder, key.replaceAll('/', '__')), world.text(key))
  writeFileSync(join(folder, `${slot}.manifest.json`), world.text(`${prefix}/${slot}.manifest.json`))
  return folder
}

/** Runs a block with `s3 cp` fetching from the folder. */
function inShell(folder: string, script: string) {
  const fetch = `s3() { key="\${2#s3://b/}"; cp "$(printf %s "$key" | sed "s,/,__,g")" "\${key##*/}"; }`
  const input = `set -e\nbucket=s3://b\nslot=${slot}\n${fetch}\n${script}`
  return spawnSync('sh', [], { cwd: folder, input, encoding: 'utf8' })
}
