import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BackupOverrides, type BackupRun, backupRun } from '../../runner/backup-run'
import { noise } from '../../servers/docroot'
import type { Services } from '../../servers/services'
import { type SshdOptions, type SshdServer, startSshd } from '../../servers/sshd'
import { freshBucket, freshDatabase, freshFolder, testServices, testSql } from '../../servers/test-services'
import { type BucketSnapshot, brokenRecoveryPoints, bucketSnapshot } from '../bucket-snapshot'
import { lastingProcesses } from '../server-processes'
import { type ServerTools, serverTools } from '../server-tools'

/**
 * A small site on a server of its own (sshd, home folder and programs; the database server is shared), whose bucket
 * holds two good recovery points: one in the slot that every further run writes, one in another.
 */
export interface Scene {
  /** With the `ssh` of this scene. */
  services: Services
  sshd: SshdServer
  tools: ServerTools
  home: string
  database: string
  docroot: string
  bucket: string
  /** Runs the backup of the site into the slot `running`. */
  run(overrides?: BackupOverrides): Promise<BackupRun>
  snapshot(): Promise<BucketSnapshot>
  close(): Promise<void>
}

export interface SceneOptions {
  /** Before the S3 server, for every run: a fault proxy. */
  endpoint?: string
  /** See `SshdOptions`. */
  loginShell?: SshdOptions['loginShell']
}

export async function openScene({ endpoint, loginShell }: SceneOptions = {}): Promise<Scene> {
  const shared = testServices()
  const folder = await freshFolder(shared)
  const home = join(folder, 'home')
  await mkdir(home, { mode: 0o700 })
  const tools = serverTools(join(folder, 'tools'))
  const environment = { HOME: home, PATH: tools.folder }
  const sshd = await startSshd(join(folder, 'sshd'), {
    environment,
    ...(loginShell === undefined ? {} : { loginShell }),
  })
  const { host, port, user, privateKey, knownHosts } = sshd
  const services: Services = {
    ...shared,
    ssh: { host, port, user, privateKey, knownHosts, home },
    s3: { ...shared.s3, endpoint: endpoint ?? shared.s3.endpoint },
  }
  const database = await freshDatabase(shared)
  await testSql(shared, siteSql, database)
  const docroot = join(folder, 'html')
  await makeSite(docroot)
  const bucket = await freshBucket(shared)

  const run = async (overrides: BackupOverrides = {}) => {
    // No two runs find the same site: objects of two runs in one slot cannot pass for those of one.
    const now = randomUUID()
    await writeFile(join(docroot, 'now.txt'), now)
    await testSql(shared, `UPDATE orders SET note = '${now}' WHERE id = 1`, database)
    return backupRun(services, {
      ...overrides,
      inputs: {
        databases: database,
        paths: docroot,
        rotation: 'running',
        's3-bucket': bucket,
        ...overrides.inputs,
      },
    })
  }
  for (const rotation of ['day-of-week', 'running']) {
    const { conclusion, main } = await run({ inputs: { rotation } })
    if (conclusion === 'success') continue
    await sshd.stop()
    throw new Error(`The earlier run failed:\n${main?.log.join('\n')}`)
  }
  return {
    services,
    sshd,
    tools,
    home,
    database,
    docroot,
    bucket,
    run,
    snapshot: () => bucketSnapshot(shared.s3, bucket),
    close: () => sshd.stop(),
  }
}

/**
 * One of everything that a dump can lose, and enough rows that a dump can be caught halfway. `zz_last` is dumped last.
 */
const siteSql = `
CREATE TABLE aa_noise (id INT PRIMARY KEY, data BLOB NOT NULL);
INSERT INTO aa_noise SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_3000;
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, note TEXT);
INSERT INTO orders (note) VALUES ('Grüße'), ('it''s'), (NULL);
CREATE VIEW open_orders AS SELECT id FROM orders WHERE note IS NULL;
CREATE TRIGGER orders_note BEFORE INSERT ON orders FOR EACH ROW SET NEW.note = TRIM(NEW.note);
CREATE PROCEDURE count_orders() READS SQL DATA SELECT COUNT(*) FROM orders;
CREATE EVENT tidy_up ON SCHEDULE EVERY 1 DAY DO DELETE FROM orders WHERE id < 0;
CREATE TABLE zz_last (id INT PRIMARY KEY);
INSERT INTO zz_last VALUES (1);
`

async function makeSite(docroot: string): Promise<void> {
  await mkdir(join(docroot, 'uploads/2026'), { recursive: true })
  await writeFile(join(docroot, 'index.php'), "<?php echo 'Hello';\n")
  for (const name of ['one', 'two', 'three']) {
    await writeFile(join(docroot, 'uploads/2026', `${name}.jpg`), noise(300_000, name))
  }
}

/** Adds a folder to the site that takes rsync and tar a while: 40 MB that do not compress. Returns its path. */
export async function makeHeavyFolder(scene: Scene): Promise<string> {
  const folder = join(scene.home, '../heavy')
  await mkdir(folder)
  for (let index = 0; index < 40; index++) {
    await writeFile(join(folder, `${index}.bin`), noise(1_000_000, `heavy ${index}`))
  }
  return folder
}

/**
 * Runs the backup and proves that it failed as it must: a red run, one error annotation that matches all of `telling`,
 * nothing changed in the bucket, nothing left on the server, a post step without a complaint.
 */
export async function expectFailure(
  scene: Scene,
  overrides: BackupOverrides,
  telling: readonly RegExp[],
): Promise<BackupRun> {
  const before = await scene.snapshot()
  const run = await scene.run(overrides)
  expectRed(run, telling)
  expect(await scene.snapshot()).toEqual(before)
  expect(brokenRecoveryPoints(before)).toEqual([])
  expect(before.openUploads).toEqual([])
  await expectNothingLeft(scene)
  expectCleanPost(run)
  return run
}

/** A red run whose one error annotation says what failed (`telling`), what is still safe and what to do. */
export function expectRed({ conclusion, main }: BackupRun, telling: readonly RegExp[]): void {
  expect(conclusion).toBe('failure')
  expect(main?.exitCode).toBe(1)
  expectOneError(main, telling)
}

export function expectOneError(main: BackupRun['main'], telling: readonly RegExp[]): void {
  const errors = main?.annotations.error ?? []
  expect(errors).toHaveLength(1)
  const [{ title = '', message = '' } = {}] = errors
  for (const pattern of telling) expect(message).toMatch(pattern)
  expect(message).toMatch(/\nStill safe: \S.{20,}\nWhat to do: \S.{20,}$/)
  // The title is the cause; one that no failure of the world around may have is an error in make-a-backup itself.
  expect(title).toMatch(/^(Backup|Restore|Dry run|Clean-up) (cancelled$|failed: \S.{8,})/)
  expect(title).not.toMatch(/an error in make-a-backup itself/)
  expect(main?.annotations.notice).toEqual([])
  expect(main?.outputs).not.toHaveProperty('status')
  expect(main?.summary).not.toMatch(/is good/)
}

/** No process and no lock of this scene's runs is left on the server. */
export async function expectNothingLeft({ home }: Scene): Promise<void> {
  expect(await lastingProcesses(home)).toEqual([])
  expect(locksIn(home)).toEqual([])
}

/** The post step ran, and had nothing to complain of. */
export function expectCleanPost({ post }: BackupRun): void {
  expect(post?.exitCode).toBe(0)
  expect(post?.annotations).toEqual({ notice: [], warning: [], error: [] })
}

function locksIn(home: string): string[] {
  const state = join(home, '.make-a-backup')
  const folders = [state, join(state, 'mirror', '.make-a-backup')].filter(existsSync)
  return folders.flatMap(folder => readdirSync(folder).filter(name => /^lock|\.lock$|\.breaking$/.test(name)))
}
