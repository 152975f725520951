import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preflight } from '../../src/commands/backup/preflight/preflight'
import { refuseErrors } from '../../src/commands/refuse-errors'
import { isError } from '../../src/findings/finding'
import type { PreflightReport } from '../../src/findings/preflight'
import { type BackupInputs, loadBackupInputs } from '../../src/inputs/backup'
import { storeClock, systemClock } from '../../src/runtime/clock'
import { folderServerOver } from '../../src/sources/files/folder-server'
import { databaseServerOver } from '../../src/sources/mysql/database-server'
import { connect } from '../../src/ssh/connection'
import { openS3Store } from '../../src/store/s3/s3-store'
import { type ServerTools, serverTools } from '../scenarios/server-tools'
import { denied } from '../scenarios/store-requests'
import { type FaultProxy, startFaultProxy } from '../servers/fault-proxy'
import { localShell } from '../servers/processes/local-shell'
import { type SshdServer, startSshd } from '../servers/sshd'
import { freshBucket, freshDatabase, freshDocroot, freshFolder, testServices, testSql } from '../servers/test-services'
import { refusal } from '../unit/inputs/reading'
import { recordingRuntime } from '../unit/recording-runtime'

const services = testServices()
let dir: string
let home: string
let tools: ServerTools
let sshd: SshdServer
let proxy: FaultProxy
let bucket: string
let database: string
let user: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'make-a-backup-preflight-'))
  home = join(dir, 'home')
  await mkdir(home)
  tools = serverTools(join(dir, 'tools'))
  sshd = await startSshd(join(dir, 'sshd'), { environment: { HOME: home, PATH: tools.folder } })
  proxy = await startFaultProxy({ upstream: services.s3.endpoint })
  bucket = await freshBucket(services)
  database = await freshDatabase(services)
  user = `u_${randomBytes(6).toString('hex')}`
  await testSql(services, objects, database)
  await testSql(
    services,
    `CREATE USER ${user}@localhost IDENTIFIED BY 'secret';
     GRANT SELECT ON mysql.proc TO ${user}@localhost;
     GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON \`${database.replace('_', '\\_')}\`.* TO ${user}@localhost;`,
  )
})

afterEach(() => {
  tools.restore()
  proxy.clear()
})

afterAll(async () => {
  await testSql(services, `DROP DATABASE ${database}; DROP USER ${user}@localhost;`)
  await sshd?.stop()
  await proxy?.stop()
  await rm(dir, { recursive: true, force: true })
})

const objects = 'CREATE TABLE orders (id INT); CREATE TABLE log (id INT) ENGINE=MyISAM;'

function inputsOf(more: Readonly<Record<string, string>>): BackupInputs {
  const inputs = {
    'ssh-host': sshd.host,
    'ssh-port': String(sshd.port),
    'ssh-user': sshd.user,
    'ssh-key': sshd.privateKey,
    'ssh-known-hosts': sshd.knownHosts,
    'mysql-user': user,
    'mysql-password': 'secret',
    'mysql-socket': services.mysql.socket,
    's3-bucket': bucket,
    's3-prefix': 'running-backups',
    's3-region': 'us-east-1',
    's3-endpoint': proxy.endpoint,
    's3-access-key-id': services.s3.accessKey,
    's3-secret-access-key': services.s3.secretKey,
    databases: database,
    ...more,
  }
  return loadBackupInputs(recordingRuntime({ inputs }), {})
}

async function look(inputs: BackupInputs): Promise<PreflightReport> {
  const runtime = { ...recordingRuntime(), clock: storeClock(systemClock) }
  const store = openS3Store(inputs.s3, { retryDelayMs: 10, maxAttempts: 2 }, runtime.clock)
  try {
    return await preflight(inputs, { runtime, repository: { store, prefix: inputs.s3.prefix }, connect })
  } finally {
    store.close()
  }
}

async function stored(): Promise<{ keys: string[]; uploads: string[] }> {
  const store = openS3Store(inputsOf({ 's3-endpoint': services.s3.endpoint }).s3)
  const keys: string[] = []
  const uploads: string[] = []
  for await (const { key } of store.list('', { deep: true })) keys.push(key)
  for await (const { key } of store.listUploads('')) uploads.push(key)
  store.close()
  return { keys, uploads }
}

describe('preflight', () => {
  it('is green where everything is there, and leaves nothing, neither on the server nor in the bucket', async () => {
    const docroot = await freshDocroot(services)
    const report = await look(inputsOf({ paths: docroot, exclude: 'nothing-like-this/' }))
    expect(report.findings.filter(isError)).toEqual([])
    expect(() => refuseErrors(report)).not.toThrow()
    expect(report.findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        expect.stringContaining(`${database}.log (MyISAM)`),
        'The pattern "nothing-like-this/" of "exclude" leaves nothing out at present.',
      ]),
    )
    expect(report.stored?.join('\n')).toMatch(/About .* for each recovery point .*: the database .*, the files [1-9]/)
    expect(report.needs?.join('\n')).toMatch(/mariadb-dump, tar, gzip\.[\s\S]*MariaDB \d+\.\d+ or newer/)
    const facts = report.facts.join('\n')
    expect(facts).toMatch(/host key is verified/)
    expect(facts).toMatch(/Tools: rsync version 3/)
    expect(facts).toMatch(/free, and rsync has up to .* to copy into it/)
    expect(facts).toContain(
      's3:ListBucket, s3:GetObject, s3:PutObject, s3:ListBucketMultipartUploads, s3:AbortMultipartUpload tried and held',
    )
    expect(facts).toMatch(/runner's clock and the store's agree/)
    expect(await stored()).toEqual({ keys: [], uploads: [] })
    expect(await readdir(home)).toEqual([])
  })

  it('names all eight things that are wrong, each with what mends it', async () => {
    const blind = `${user}b`
    const sql = (text: string) => testSql(services, text, database)
    await sql(`CREATE USER ${blind}@localhost IDENTIFIED BY 'secret';
      GRANT SELECT ON mysql.proc TO ${blind}@localhost;
      GRANT SELECT, SHOW VIEW, EVENT ON \`${database.replace('_', '\\_')}\`.* TO ${blind}@localhost;
      CREATE TABLE gone (id INT); CREATE VIEW hollow AS SELECT id FROM gone; DROP TABLE gone;`)
    tools.remove('zstd')
    proxy.fail({ method: 'POST', query: { uploads: true } }, denied, Number.POSITIVE_INFINITY)
    const large = await freshFolder(services)
    await writeFile(join(large, 'sparse'), '')
    await truncate(join(large, 'sparse'), 2 ** 42)
    const own = openS3Store(inputsOf({ 's3-endpoint': services.s3.endpoint }).s3)
    const theirs = 'running-backups/running.codebase.tar.zst'
    await own.putText(theirs, 'not ours', { contentType: 'text/plain' })
    try {
      const report = await look(
        inputsOf({
          'mysql-user': blind,
          databases: `${database}\nno_such_database`,
          paths: `${large}\n/no/such/folder`,
          compression: 'zstd',
          rotation: 'running',
        }),
      )
      const wrong = report.findings.filter(isError).map(({ what, fix }) => `${what}\n${fix}`)
      for (const expected of [
        /database "no_such_database" does not exist[\s\S]*Check "databases"/,
        new RegExp(
          `unable to see triggers of "${database}"[\\s\\S]*\\nGRANT TRIGGER ON \`${database.replace('_', '\\\\_')}\`\\.\\* TO '${blind}'@'localhost';`,
        ),
        new RegExp(
          `view "${database}\\.hollow" uses a table or column that no longer exists[\\s\\S]*\\nDROP VIEW \`${database}\`\\.\`hollow\`;`,
        ),
        /folder "\/no\/such\/folder" of "paths" does not exist[\s\S]*Check "paths"/,
        /zstd was not found[\s\S]*\nsudo apt install zstd/,
        /not this site's to write to: "running-backups\/running\.codebase\.tar\.zst"[\s\S]*"adopt-prefix: true"/,
        /disk of the mirror .* 4\.4 TB to copy[\s\S]*are missing[\s\S]*"mirror-dir"/,
        new RegExp(
          `lack s3:PutObject[\\s\\S]*\\n{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::${bucket}/running-backups/\\*"}`,
        ),
      ]) {
        expect(wrong).toEqual(expect.arrayContaining([expect.stringMatching(expected)]))
      }
      expect(wrong).toHaveLength(8)
      const error = refusal(() => refuseErrors(report))
      expect(error.message).toMatch(/^8 things are wrong: \(1\) .* \(8\) /)
      expect(error.faults.map(({ advice }) => advice)).not.toContain(undefined)
      expect(await stored()).toEqual({ keys: [theirs], uploads: [] })
      expect(existsSync(join(home, '.make-a-backup'))).toBe(false)
    } finally {
      await own.remove(theirs)
      own.close()
      await sql(`DROP VIEW hollow; DROP USER ${blind}@localhost`)
    }
  })

  it('goes on where the login to the database and the keys of the store are refused', async () => {
    const report = await look(
      inputsOf({
        'mysql-password': 'wrong',
        's3-secret-access-key': 'not-the-secret-of-this-key',
        paths: '/etc/hosts',
        'mirror-dir': '/etc/hosts/mirror',
      }),
    )
    expect(report.findings.filter(isError).map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('The database refused the login'),
        expect.stringContaining('secret access key does not belong'),
        expect.stringContaining('"/etc/hosts" of "paths" is not a folder'),
        expect.stringContaining('mirror folder /etc/hosts/mirror does not exist and cannot be created'),
      ]),
    )
    expect(report.findings.filter(isError)).toHaveLength(4)
    expect(JSON.stringify(report)).not.toContain('not-the-secret-of-this-key')
  })

  it('names every tool that is missing at once, and still looks at the folders', async () => {
    tools.remove('rsync', 'tar', 'gzip', 'pigz', 'mariadb', 'mysql', 'mariadb-dump', 'mysqldump')
    const report = await look(inputsOf({ paths: '/no/such/folder' }))
    expect(report.findings.filter(isError).map(({ what }) => what)).toEqual([
      'mysql (or mariadb) was not found on the server.',
      'mysqldump (or mariadb-dump) was not found on the server.',
      'rsync was not found on the server.',
      'tar was not found on the server.',
      expect.stringContaining('"/no/such/folder"'),
      'gzip (or pigz) was not found on the server.',
    ])
  })

  it('ends at once when the server cannot be reached', async () => {
    const pins = 'SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8'
    await expect(look(inputsOf({ 'ssh-known-hosts': pins }))).rejects.toThrow(/host key/)
    expect(proxy.requests).toEqual([])
  })
})

/** Root may read everything, so that root runs a shell without that right. */
const nobody =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search', '--inh-caps=-all'] : []

describe.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('examine under %s', name => {
  const examine = async (
    more: { paths: string[]; mirrorDir: string; exclude?: string[] },
    asNobody: readonly string[] = [],
  ) => {
    const connection = localShell([...asNobody, ...name.split(' ')], { PATH: process.env['PATH'], HOME: home })
    try {
      const access = { user, password: 'secret', socket: services.mysql.socket }
      const { brokenViews } = await databaseServerOver(connection).preflight({
        access,
        databases: [database],
      })
      const facts = await folderServerOver(connection).preflight({ exclude: [], estimates: true, ...more })
      return { ...facts, brokenViews }
    } finally {
      connection.close()
    }
  }

  it('counts what rsync has yet to copy, without what is excluded', async () => {
    const source = await freshFolder(services)
    await writeFile(join(source, 'page.html'), Buffer.alloc(100_000, 'x'))
    await writeFile(join(source, 'cache.bin'), Buffer.alloc(700_000, 'x'))
    const mirrorDir = join(await freshFolder(services), 'a', 'mirror')
    const request = { paths: [source], mirrorDir, exclude: ['*.bin'] }
    const found = await examine(request)
    expect(found.problems).toEqual([])
    expect(found.mirror).toEqual({ path: mirrorDir, state: 'absent' })
    expect(found.lockFolder).toEqual({ path: join(home, '.make-a-backup'), state: 'absent' })
    expect(found.freeBytes).toBeGreaterThan(0)
    expect(found.estimate).toMatchObject({ missingBytes: 100_000, totalBytes: 100_000 })
    expect([...(found.usedPatterns ?? [])]).toEqual(['*.bin'])
    expect(found.unreadable).toEqual({ count: 0, files: [] })
    expect(Math.abs(found.clock.getTime() - Date.now())).toBeLessThan(60_000)
    expect(existsSync(mirrorDir)).toBe(false)

    await mkdir(join(mirrorDir, source), { recursive: true })
    await writeFile(join(mirrorDir, source, 'page.html'), 'an older page')
    const later = await examine(request)
    expect(later.mirror?.state).toBe('present')
    expect(later.estimate).toEqual({ missingBytes: 100_000, missingFiles: 1, totalBytes: 100_000 })
    expect(await readdir(join(mirrorDir, source))).toEqual(['page.html'])
  })

  it('names the files that the user may not read, and none that is left out or copied already', async () => {
    const folder = await freshFolder(services)
    const [source, mirrorDir] = [join(folder, 'site'), join(folder, 'mirror')]
    await mkdir(join(source, 'closed'), { recursive: true })
    await mkdir(join(mirrorDir, source), { recursive: true })
    const odd = 'wp config \\#101\n"é.php'
    for (const file of ['index.php', odd, 'left.log', 'copied.php', 'closed/inside']) {
      await writeFile(join(source, file), 'x')
      if (file !== 'index.php') await chmod(join(source, file), 0)
      await utimes(join(source, file), 1e9, 1e9)
    }
    await chmod(join(source, 'closed'), 0)
    await writeFile(join(mirrorDir, source, 'copied.php'), 'x')
    await utimes(join(mirrorDir, source, 'copied.php'), 1e9, 1e9)
    const { problems, unreadable } = await examine({ paths: [source], mirrorDir, exclude: ['*.log'] }, nobody)
    await chmod(join(source, 'closed'), 0o755)
    expect(unreadable).toEqual({
      count: 1,
      files: [{ path: Buffer.from(join(source, odd)), isFolder: false }],
    })
    expect(problems).toMatchObject([
      { message: `The SSH user may not read 1 file or folder of "paths": "${join(source, 'closed')}".` },
    ])
  })

  it('finds what a manifest records of folders: where they are, mounts, links that lead out', async () => {
    const folder = await freshFolder(services)
    await mkdir(join(folder, 'releases/1/sub folder'), { recursive: true })
    await symlink('releases/1', join(folder, 'current'))
    const links = {
      uploads: '../../shared/up\nloads',
      '.env': '/srv/.env',
      'sub folder/in': '..',
      own: `${folder}/current/x`,
    }
    for (const [at, target] of Object.entries(links)) await symlink(target, join(folder, 'current', at))
    const paths = [join(folder, 'current'), '/proc/self']
    const { layout, outsideLinks } = await examine({ paths, mirrorDir: join(folder, 'mirror') })
    expect(layout.pathLinks[0]).toEqual({
      path: join(folder, 'current'),
      ...{ target: 'releases/1', leadsTo: join(folder, 'releases/1') },
    })
    expect(outsideLinks?.links.filter(({ path }) => path.startsWith(folder))).toEqual([
      { path: join(folder, 'current/.env'), target: '/srv/.env', leadsTo: '/srv/.env' },
      {
        path: join(folder, 'current/uploads'),
        ...{ target: '../../shared/up?loads', leadsTo: join(folder, 'shared/up?loads') },
      },
    ])
  })

  it('tells a mirror folder that is a link or a file from one that can be used', async () => {
    const folder = await freshFolder(services)
    await writeFile(join(folder, 'file'), '')
    const state = async (mirrorDir: string) => (await examine({ paths: ['/etc/ssh'], mirrorDir })).mirror?.state
    expect(await state(join(folder, 'file'))).toBe('unusable')
    expect(await state(join(folder, 'file', 'mirror'))).toBe('impossible')
    expect(await state(folder)).toBe('present')
    expect(await state('/proc/self/cwd')).toBe('unusable')
  })
})
