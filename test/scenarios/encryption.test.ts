import { createHash } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { actionRun, s3Inputs } from '../runner/action-run'
import { assertNoSecrets } from '../runner/assert-no-secrets'
import { command } from '../servers/processes/command'
import { downloadObject, filter } from '../servers/processes/stock-tools'
import { freshDatabase, freshFolder, testServices, testSql } from '../servers/test-services'
import { bucketSnapshot } from './bucket-snapshot'
import { type GoodBackup, goodBackup } from './good-backup'
import { expectRefused, expectRestored, overwriting, restoreRun } from './restore/restore-run'
import { databaseOf, filesOf } from './stored-manifest'

const services = testServices()
const canary = 'a-canary-that-nobody-may-see-7c1f'
const page = `<?php // ${canary}\n`.repeat(2000)
let database: string
let docroot: string
let keys: string
let recipients: string
let plain: GoodBackup
let first: GoodBackup
let second: GoodBackup
let ageKey: string
let sshKey: string

/**
 * The same step of the same workflow, three times: plain, encrypted, and encrypted once more with a row and a file changed, of
 * which only that is sent.
 */
beforeAll(async () => {
  database = await freshDatabase(services)
  await testSql(
    services,
    `CREATE TABLE secrets (id INT PRIMARY KEY, word VARCHAR(100)); INSERT INTO secrets VALUES (1, '${canary}');
     CREATE TABLE still (id INT PRIMARY KEY); INSERT INTO still VALUES (1);`,
    database,
  )
  docroot = join(await freshFolder(services), 'html')
  await command('mkdir', [docroot])
  await writeFile(join(docroot, 'index.php'), page)
  await writeFile(join(docroot, 'old.php'), '')
  keys = await freshFolder(services)
  const [age, ssh] = [join(keys, 'key.txt'), join(keys, 'ssh')]
  await command('age-keygen', ['-o', age])
  await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', ssh])
  ageKey = await command('cat', [age])
  sshKey = await command('cat', [ssh])
  recipients = `# the office\n${await command('age-keygen', ['-y', age])}${await command('cat', [`${ssh}.pub`])}`

  const inputs = { databases: database, paths: docroot, rotation: 'running', 'mirror-dir': `${keys}-mirror` }
  plain = await goodBackup(services, { inputs })
  const again = { ...inputs, 's3-bucket': plain.run.bucket, 'encrypt-to': recipients, 'full-every': 'week' }
  first = await goodBackup(services, { inputs: again })
  await testSql(services, 'INSERT INTO secrets VALUES (2, "another row")', database)
  await writeFile(join(docroot, 'new.php'), `<?php // new ${canary}\n`)
  await rm(join(docroot, 'old.php'))
  second = await goodBackup(services, { inputs: again })
})

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

describe('encrypt-to', () => {
  it('stores age files that the stock program opens with either key, and removes what was stored plain', async () => {
    const { objects } = await bucketSnapshot(services.s3, plain.run.bucket)
    const [dump, archive] = [databaseOf(second.manifest), filesOf(second.manifest)]
    expect(dump.key).toBe('running-backups/running.database.sql.gz.age')
    expect(archive.key).toBe('running-backups/running.codebase.tar.gz.age')
    expect(
      Object.keys(objects)
        .filter(key => /\.gz(\.|$)/.test(key))
        .sort(),
    ).toEqual([...(archive.chain ?? []).map(base => base.key), archive.key, dump.key])
    expect(archive.chain?.[0]?.key).toMatch(/^running-backups\/base\/week-\d\.codebase\.tar\.gz\.age$/)
    const content = await filter('age', ['-d', '-i', join(keys, 'key.txt')], await second.bucket.bytes(dump.key))
    expect(gunzipSync(content).toString()).toContain(canary)
    expect(second.manifest.encryption).toEqual({
      ...{
        format: 'age',
        fingerprintKey: expect.any(String),
        fingerprintKeyId: first.manifest.encryption?.fingerprintKeyId,
      },
      recipients: recipients
        .split('\n')
        .slice(1, 3)
        .map(line => line.split(' ').slice(0, 2).join(' ')),
    })
  })

  it('shows nothing of a row or a file, nor their digests, in the bucket, the log, the summary and what is left', async () => {
    const before = [databaseOf(plain.manifest).content, filesOf(plain.manifest).content]
    const digests = [
      ...before.map(each => each.sha256),
      ...databaseOf(plain.manifest).content.tables.map(each => each.sha256),
    ]
    const words = [canary, 'another row', sha256(Buffer.from(page)), ...digests]
    for (const { run } of [first, second]) assertNoSecrets(run, words)
    for (const key of await second.bucket.keys()) {
      const bytes = await second.bucket.bytes(key)
      for (const word of words) expect(bytes.includes(word)).toBe(false)
    }
  })

  it('takes neither for a change nor for a loss that it was switched on, and then shows what changed', () => {
    const [on, after] = [first.main.summary, second.main.summary]
    expect(on).not.toMatch(/tables? changed|suspect/)
    expect(after).toMatch(/secrets/)
    const [was, now] = [first, second].map(({ manifest }) => databaseOf(manifest).content.tables)
    expect(now?.map(table => table.sha256 === was?.find(({ name }) => name === table.name)?.sha256)).toEqual([
      false,
      true,
    ])
  })
})

describe('a restore of what is encrypted', () => {
  const targets = () => ({ databases: database, paths: '*', ...overwriting(services) })

  it('is refused without the right key before anything is touched, and says who has it', async () => {
    const other = await command('age-keygen', [])
    for (const [key, why] of [
      ['', /needs "decryption-key"/],
      [other, /not opened by any key/],
    ] as const) {
      const run = await restoreRun(services, second.run.bucket, { inputs: { ...targets(), 'decryption-key': key } })
      const message = expectRefused(run, [why])
      expect(message).toContain(second.manifest.encryption?.recipients[0])
    }
    expect(await testSql(services, 'SELECT COUNT(*) FROM secrets', database)).toBe('2\n')
  })

  it('gives everything back with an SSH key that has a passphrase, and keeps what was there encrypted too', async () => {
    await testSql(services, 'DELETE FROM secrets; INSERT INTO secrets VALUES (3, "written since")', database)
    await writeFile(join(docroot, 'index.php'), 'written since')
    const run = await restoreRun(services, second.run.bucket, {
      inputs: { ...targets(), 'decryption-key': sshKey, 'ssh-key-passphrase': 'open sesame' },
    })
    expectRestored(run)
    assertNoSecrets(run, [canary, 'written since'])
    expect(await testSql(services, 'SELECT word FROM secrets ORDER BY id', database)).toBe(`${canary}\nanother row\n`)
    expect((await readdir(docroot)).sort()).toEqual(['index.php', 'new.php'])
    expect(await readFile(join(docroot, 'index.php'), 'utf8')).toBe(page)
    const [safety = ''] = JSON.parse(run.main?.outputs['safety-backup-keys'] ?? '[]')
    expect(safety).toMatch(/\.sql\.gz\.age$/)
    const kept = await filter('age', ['-d', '-i', join(keys, 'ssh-open')], await safetyBytes(safety))
    expect(gunzipSync(kept).toString()).toContain('written since')
  })

  /** The program `age` asks for a passphrase on a terminal alone. */
  async function safetyBytes(key: string): Promise<Buffer> {
    await command('cp', [join(keys, 'ssh'), join(keys, 'ssh-open')])
    await command('ssh-keygen', ['-q', '-p', '-P', 'open sesame', '-N', '', '-f', join(keys, 'ssh-open')])
    return second.bucket.bytes(key)
  }
})

describe('the README beside what is encrypted', () => {
  it('opens every object by the program age, after which files unpack as those that are not', async () => {
    const folder = await freshFolder(services)
    const archive = filesOf(second.manifest)
    const archives = [...(archive.chain ?? []), archive].map(({ key }) => key)
    for (const key of [...archives, databaseOf(second.manifest).key])
      await downloadObject(services.s3, second.run.bucket, key, join(folder, basename(key)))
    await writeFile(join(folder, 'key.txt'), ageKey)
    const readme = await second.bucket.text('running-backups/README.md')
    const [opening = ''] = /(?<=^```sh\n)for file in \*\.age;.*?(?=^```)/ms.exec(readme) ?? []
    const unpacking = archives.map(
      key => `gunzip -c ${basename(key, '.age')} | tar -xpf - --listed-incremental=/dev/null -C root`,
    )
    const script = ['set -e -o pipefail', 'mkdir root', opening, ...unpacking].join('\n')
    expect(await command('bash', ['-c', `cd ${folder}\n${script}`])).toBe('')
    expect((await readdir(join(folder, 'root', docroot))).sort()).toEqual(['index.php', 'new.php'])
    expect(gunzipSync(await readFile(join(folder, 'running.database.sql.gz'))).toString()).toContain('another row')
  })
})

describe('a verification of what is encrypted', () => {
  const verifyRun = (key: string) =>
    actionRun('verify', { inputs: { ...s3Inputs(services, second.run.bucket), 'decryption-key': key } })

  it('looks into it with the key, and without proves what is stored and says what it could not look at', async () => {
    const [open, closed] = [await verifyRun(ageKey), await verifyRun('')]
    for (const run of [open, closed]) expect(run.main?.outputs['status']).toBe('proven')
    expect(open.main?.annotations.warning).toEqual([])
    expect(closed.main?.annotations.warning.map(({ message }) => message)).toEqual([
      expect.stringMatching(/every byte of it was read and is what was stored\. Nobody looked at what is in it/),
    ])
  })
})
