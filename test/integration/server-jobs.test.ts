import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import type { Compression } from '../../src/pipeline/compression'
import type { Job } from '../../src/server/job'
import type { ReportLine } from '../../src/server/job-report'
import { type Server, serverOver } from '../../src/server/server'
import { type FolderServer, folderServerOver } from '../../src/sources/files/folder-server'
import type { ArchiveRequest } from '../../src/sources/files/mirror/open-archive'
import { type DatabaseServer, databaseServerOver } from '../../src/sources/mysql/database-server'
import { dumpArguments } from '../../src/sources/mysql/dump/dump-arguments'
import { accountsOf } from '../../src/sources/mysql/inventory/accounts'
import type { Connection } from '../../src/ssh/remote'
import { localShell } from '../servers/processes/local-shell'
import { freshDatabase, freshFolder, testServices, testSql } from '../servers/test-services'
import { toolsWithout } from '../servers/tools-without'

const services = testServices()
const { user, password, socket } = services.mysql
const access = { user, password, socket }
const open: Connection[] = []

/** All jobs of a backup. */
interface EveryServer extends Server {
  databases: DatabaseServer
  folders: FolderServer
}

/** The server script under a shell, with a home folder of its own. */
async function serverUnder(
  shell: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ server: EveryServer; home: string; connection: ReturnType<typeof localShell> }> {
  const home = await freshFolder(services)
  const connection = localShell(shell, { PATH: process.env['PATH'], HOME: home, ...environment })
  open.push(connection)
  const databases = databaseServerOver(connection)
  const folders = folderServerOver(connection)
  return { server: { ...serverOver(connection), databases, folders }, home, connection }
}

afterEach(() => {
  for (const connection of open.splice(0)) connection.close()
})

/** Of a run that nobody cancels. */
const { signal } = new AbortController()

function dump(
  server: EveryServer,
  database: string,
  options: {
    kind?: Compression
    level?: number
    canIgnoreTableData?: boolean
    structureOnly?: string[]
    excluded?: string[]
  } = {},
): Promise<Job> {
  const { kind = 'none', level, canIgnoreTableData = true, structureOnly = [], excluded = [] } = options
  return server.databases.openDump({
    access,
    database,
    flavor: 'mariadb',
    arguments: dumpArguments({
      database,
      selection: { excluded, structureOnly },
      extra: [],
      canIgnoreTableData,
    }),
    compression: { kind, ...(level === undefined ? {} : { level }) },
    signal,
  })
}

function archive(
  server: EveryServer,
  request: Partial<ArchiveRequest> & Pick<ArchiveRequest, 'paths' | 'mirrorDir'>,
): Promise<Job> {
  return server.folders.openArchive({
    exclude: [],
    allowEmpty: false,
    compression: { kind: 'none' },
    ...{ owner: 'this run', user: 'sitebackup', lock: '0123456789abcdef', compare: '' },
    onReport: () => {},
    signal,
    ...request,
  })
}

const contentOf = async (job: Job): Promise<string> => (await buffer(job.body)).toString('latin1')

function listing(tar: Buffer): string[] {
  return execFileSync('tar', ['-tf', '-'], { input: tar }).toString().trimEnd().split('\n').sort()
}

describe.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('the script under %s', name => {
  const shell = name.split(' ')

  it('lists tools, folders and databases, names of any kind', async () => {
    const { server } = await serverUnder(shell)
    const folder = await freshFolder(services)
    const name = '-odd `name` "db" \\ %41'
    await testSql(services, `CREATE OR REPLACE DATABASE \`${name.replaceAll('`', '``')}\` CHARACTER SET utf8mb4;`)
    await testSql(services, "CREATE TABLE `a\nb` (x INT) ENGINE=MyISAM; CREATE VIEW `v'` AS SELECT 1 AS one;", name)
    const { paths } = await server.folders.inventory({
      paths: [folder, `${folder}/nope`, '/etc/hosts', '/etc'],
      compression: 'gzip',
    })
    expect(paths.map(({ state }) => state)).toEqual(['empty', 'missing', 'not-a-folder', 'present'])
    const odd = `o'd ${shell.join(' ')}`
    const quoted = `\`${odd}\`@'10.0.0.%'`
    await testSql(services, `CREATE OR REPLACE USER ${quoted} IDENTIFIED BY 'not to be seen';`)
    const on = `\`${name.replaceAll('`', '``').replace(/[\\_%]/g, '\\$&')}\``
    await testSql(
      services,
      `GRANT SELECT, CREATE TEMPORARY TABLES ON ${on}.* TO ${quoted} WITH GRANT OPTION;
       GRANT UPDATE (x) ON \`${name.replaceAll('`', '``')}\`.\`a\nb\` TO ${quoted};`,
    )
    const found = await server.databases.inventory({
      ...{ access, databases: [name, 'not there'], compression: 'gzip' },
    })
    const recorded = accountsOf(found.inventory, name)?.filter(({ account }) => account === `${odd}@10.0.0.%`)
    const to = `TO ${quoted}`
    expect(recorded).toEqual([
      {
        account: `${odd}@10.0.0.%`,
        grants: [
          `GRANT SELECT, CREATE TEMPORARY TABLES ON ${on}.* ${to} WITH GRANT OPTION`,
          `GRANT UPDATE (\`x\`) ON \`${name.replaceAll('`', '``')}\`.\`a\nb\` ${to}`,
        ],
      },
    ])
    // What is recorded can be run as it is.
    await testSql(services, `REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${quoted}; ${recorded?.[0]?.grants.join('; ')};`)
    await testSql(services, `DROP USER ${quoted}`)
    expect(JSON.stringify(found.inventory.accounts)).not.toMatch(/not to be seen|[0-9A-F]{40}/)
    expect(found.inventory.server.flavor).toBe('mariadb')
    expect(found.inventory.databases).toHaveLength(1)
    expect(found.inventory.databases[0]).toMatchObject({
      name,
      characterSet: 'utf8mb4',
      tables: expect.arrayContaining([
        expect.objectContaining({ name: 'a\nb', kind: 'table', engine: 'MyISAM' }),
        expect.objectContaining({ name: "v'", kind: 'view' }),
      ]),
    })
    expect(found.visible).toContain(name)
    await testSql(services, `DROP DATABASE \`${name.replaceAll('`', '``')}\``)
  })

  it.each<[Compression, number | undefined, (stored: Buffer) => Buffer]>([
    ['none', undefined, stored => stored],
    ['gzip', undefined, stored => gunzipSync(stored)],
    ['gzip', 1, stored => gunzipSync(stored)],
    ['zstd', undefined, stored => zstdDecompressSync(stored)],
    ['zstd', 19, stored => zstdDecompressSync(stored)],
  ])('dumps a database as %s, level %s', async (kind, level, decompress) => {
    const { server } = await serverUnder(shell)
    const database = await freshDatabase(services)
    await testSql(services, "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('☃');", database)
    const job = await dump(server, database, { kind, ...(level === undefined ? {} : { level }) })
    const text = decompress(await buffer(job.body)).toString()
    expect(text).toContain("('☃')")
    expect(text).toMatch(/-- Dump completed on [^\n]*\n$/)
    expect([...(await job.done).statuses]).toEqual([
      ['dump', 0],
      ['compression', 0],
    ])
  })

  it('fails a dump whose tool fails, although the compressor is content', async () => {
    const { server } = await serverUnder(shell)
    const job = await dump(server, 'not there', { kind: 'gzip' })
    await expect(buffer(job.body)).rejects.toThrow(/mysqldump ended with status 2 .* 1049/)
  })

  it('takes the structure alone in a first pass where the tool has no option for it', async () => {
    const { server } = await serverUnder(shell)
    const database = await freshDatabase(services)
    await testSql(
      services,
      'CREATE TABLE full (x INT); INSERT INTO full VALUES (1); CREATE TABLE `bare one` (x INT); INSERT INTO `bare one` VALUES (2); CREATE VIEW v AS SELECT * FROM `bare one`;',
      database,
    )
    for (const canIgnoreTableData of [true, false]) {
      const text = await contentOf(await dump(server, database, { canIgnoreTableData, structureOnly: ['bare one'] }))
      expect(text).toContain('CREATE TABLE `bare one`')
      expect(text).toContain('INSERT INTO `full`')
      expect(text).not.toContain('INSERT INTO `bare one`')
      expect(text.split('-- Dump completed')).toHaveLength(canIgnoreTableData ? 2 : 3)
      const copy = await freshDatabase(services)
      await testSql(services, Buffer.from(text, 'latin1').toString(), copy)
      expect(await testSql(services, 'SELECT COUNT(*) FROM full; SELECT COUNT(*) FROM v;', copy)).toBe('1\n0\n')
    }
  })

  it('leaves out more tables than the kernel takes as arguments, of any name', async () => {
    // It takes a quarter of the stack.
    const { server } = await serverUnder(['prlimit', '--stack=524288', ...shell])
    const database = await freshDatabase(services)
    const odd = ['a\nb', 'it\'s "x" # \\n', ' \\', '\tc;d=[e]', 'ü']
    const names = [...odd, 'full', 'bare "one"'].map(name => `\`${name}\``)
    await testSql(
      services,
      names.map(name => `CREATE TABLE ${name} (x INT); INSERT INTO ${name} VALUES (1);`).join('\n'),
      database,
    )
    const excluded = [...odd, ...Array.from({ length: 2_500 }, (_, index) => `a_table_that_is_not_there_${index}`)]
    const text = await contentOf(await dump(server, database, { excluded, structureOnly: ['bare "one"'] }))
    expect(text.match(/^CREATE TABLE .*/gm)).toEqual(['CREATE TABLE `bare "one"` (', 'CREATE TABLE `full` ('])
    expect(text.match(/^INSERT INTO \S*/gm)).toEqual(['INSERT INTO `full`'])
  })

  it('archives folders under their full names, mirror and exclusions left out', async () => {
    const { server } = await serverUnder(shell)
    const folder = await freshFolder(services)
    const mirrorDir = join(folder, 'site', 'mirror [of] it*')
    await mkdir(join(folder, 'site', '-dash dir'), { recursive: true })
    await writeFile(join(folder, 'site', "it's $(id) `here`"), 'x')
    await writeFile(join(folder, 'site', 'cache.tmp'), 'x')
    await symlink('nowhere', join(folder, 'site', 'link'))
    const root = folder.slice(1)
    const expected = ['site/', 'site/-dash dir/', "site/it's $(id) `here`", 'site/link'].map(name => `${root}/${name}`)
    // The second time the mirror is there to be mirrored into itself, and something is gone.
    for (const round of [1, 2]) {
      if (round === 2) {
        await rm(join(folder, 'site', '-dash dir'), { recursive: true })
        expected.splice(1, 1)
      }
      const job = await archive(server, { paths: [join(folder, 'site')], mirrorDir, exclude: ['*.tmp'] })
      expect(listing(await buffer(job.body))).toEqual(expected)
      expect([...(await job.done).counts]).toEqual([
        ['f', 1],
        ['d', round === 1 ? 2 : 1],
        ['l', 1],
        ...['p', 'b', 'c'].map(kind => [kind, 0]),
      ])
    }
  })

  it('follows a folder that is given as a symbolic link', async () => {
    const { server } = await serverUnder(shell)
    const folder = await freshFolder(services)
    await mkdir(join(folder, 'releases', '5'), { recursive: true })
    await writeFile(join(folder, 'releases', '5', 'index.php'), 'x')
    await symlink('releases/5', join(folder, 'current'))
    const told: string[] = []
    const job = await archive(server, {
      paths: [join(folder, 'current')],
      mirrorDir: join(folder, 'mirror'),
      onReport: ({ word, value }) => told.push(`${word} ${value}`),
    })
    expect(listing(await buffer(job.body))).toEqual([
      `${folder.slice(1)}/current/`,
      `${folder.slice(1)}/current/index.php`,
    ])
    await job.done
    expect(told).toEqual(expect.arrayContaining([`real 0 ${folder}/releases/5`, 'linked 0 releases/5']))
  })

  it('keeps the mirror when a source is empty or gone', async () => {
    const { server } = await serverUnder(shell)
    const folder = await freshFolder(services)
    const site = join(folder, 'site')
    const mirrorDir = join(folder, 'mirror')
    await mkdir(site)
    await writeFile(join(site, 'index.php'), 'x')
    await buffer((await archive(server, { paths: [site], mirrorDir })).body)
    await rm(join(site, 'index.php'))
    await expect(buffer((await archive(server, { paths: [site], mirrorDir })).body)).rejects.toThrow(/is empty/)
    await rm(site, { recursive: true })
    await expect(buffer((await archive(server, { paths: [site], mirrorDir })).body)).rejects.toThrow(/does not exist/)
    expect(existsSync(join(mirrorDir, site, 'index.php'))).toBe(true)
  })

  it('ends everything it started when the runner is gone, and lets go of the locks', async () => {
    // Many servers have no ps.
    const { server, connection } = await serverUnder(shell, { PATH: toolsWithout(['ps']) })
    const folder = await freshFolder(services)
    const mirrorDir = join(folder, 'mirror')
    await mkdir(join(folder, 'site'))
    await writeFile(join(folder, 'site', 'large'), Buffer.alloc(4 << 20, 1))
    const lock = await server.takeLock({ lock: 'a', owner: 'this run', waitSeconds: 0 })
    let copying = () => {}
    const hasBegun = new Promise<void>(resolve => {
      copying = resolve
    })
    const job = await archive(server, {
      paths: [join(folder, 'site')],
      mirrorDir,
      bandwidthLimit: '16',
      onReport: ({ word, value }: ReportLine) => {
        if (word === 'phase' && value === 'rsync') copying()
      },
    })
    await hasBegun
    await until(async () => (await processesNaming(mirrorDir)).length > 0)
    connection.kill()
    await expect(job.done).rejects.toThrow()
    await expect(lock.lost).rejects.toThrow()
    await until(async () => (await processesNaming(mirrorDir)).length === 0)
    const again = await server.takeLock({ lock: 'a', owner: 'next run', waitSeconds: 5 })
    await again.release()
    expect(existsSync(join(mirrorDir, '.make-a-backup/lock'))).toBe(false)
  })
})

describe('the lock', () => {
  const takeAs = (server: Server, owner: string) => server.takeLock({ lock: 'a', owner, waitSeconds: 0 })

  it('is refused while another run holds it, and names that run', async () => {
    const { server } = await serverUnder(['dash'])
    const first = await takeAs(server, 'acme/shop run 1')
    await expect(takeAs(server, 'run 2')).rejects.toThrow(/acme\/shop run 1/)
    await first.release()
    await (await takeAs(server, 'run 2')).release()
  })

  it('goes to one of many that want it at once', async () => {
    const { server } = await serverUnder(['dash'])
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => takeAs(server, `run ${index}`)))
    const winners = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    expect(winners).toHaveLength(1)
    await winners[0]?.release()
  })

  it('is taken over from a holder that died', async () => {
    const { server, home } = await serverUnder(['dash'])
    const dead = Number(execFileSync('sh', ['-c', 'echo $$']).toString())
    await plantLock(home, dead, 'dead run')
    const lock = await takeAs(server, 'this run')
    expect(lock.recovered).toEqual(['dead run'])
    await lock.release()
  })

  it('is taken over from a holder without heartbeats, and a stranger with its process number is left alone', async () => {
    const { server, home } = await serverUnder(['dash'])
    const lock = await plantLock(home, process.pid, 'mute run')
    const threeMinutesAgo = new Date(Date.now() - 3 * 60_000)
    await utimes(join(lock, 'alive'), threeMinutesAgo, threeMinutesAgo)
    const taken = await takeAs(server, 'this run')
    expect(taken.recovered).toEqual(['mute run'])
    await taken.release()
  })

  it('is ended from outside only for its own owner', async () => {
    const { server, home } = await serverUnder(['dash'])
    const held = await takeAs(server, 'run 1')
    const request = { lock: 'a', mirrorDir: '~/mirror' }
    expect(await server.cleanUp({ ...request, owner: 'run 2' })).toEqual([])
    expect(existsSync(join(home, '.make-a-backup', 'lock-a'))).toBe(true)
    expect(await server.cleanUp({ ...request, owner: 'run 1' })).toEqual(['run 1'])
    await expect(held.lost).rejects.toThrow()
    await (await takeAs(server, 'run 3')).release()
  })

  it('refuses a folder that is a planted link', async () => {
    const { server, home } = await serverUnder(['dash'])
    await symlink('/tmp', join(home, '.make-a-backup'))
    await expect(takeAs(server, 'this run')).rejects.toThrow(/cannot be used for the lock/)
  })
})

describe('jobs on a server that is not as it should be', () => {
  it('names a tool that is missing', async () => {
    const bin = toolsWithout(['mariadb-dump', 'mysqldump'])
    const { server } = await serverUnder(['dash'], { PATH: bin })
    const index = server.databases.inventory({ access, databases: 'all', compression: 'gzip' })
    await expect(index).rejects.toThrow('mysqldump (or mariadb-dump) was not found on the server.')
  })

  it('fails on a file that cannot be read, and names it', async () => {
    const folder = await freshFolder(services)
    await mkdir(join(folder, 'site'))
    await writeFile(join(folder, 'site', 'open'), 'x')
    await writeFile(join(folder, 'site', 'secret file'), 'x', { mode: 0 })
    const { server } = await serverUnder([...withoutPrivileges, 'dash'])
    const job = await archive(server, { paths: [join(folder, 'site')], mirrorDir: '~/mirror' })
    await expect(buffer(job.body)).rejects.toThrow(
      /^The SSH user may not read 1 file of "paths": ".*\/site\/secret file"\.$/,
    )
  })

  it('fails a dump whose tool is killed', async () => {
    const { server } = await serverUnder(['dash'])
    const database = await freshDatabase(services)
    await testSql(services, `CREATE TABLE t (x LONGTEXT); INSERT INTO t VALUES (REPEAT('x', 40000000));`, database)
    const job = await dump(server, database)
    let killed = false
    const reading = (async () => {
      for await (const _ of job.body) {
        if (killed) continue
        const [pid] = await processesNaming(database)
        if (pid === undefined) continue
        killed = true
        process.kill(pid, 'SIGKILL')
      }
    })()
    await expect(reading).rejects.toThrow(/mysqldump was killed on the server/)
  })

  it('takes nothing that a login shell prints for data', async () => {
    const folder = await freshFolder(services)
    const noisy = join(folder, 'noisy')
    await writeFile(
      noisy,
      '#!/bin/sh\nprintf "Welcome to web1!\\nno line break here"\necho "have a nice day" >&2\nexec dash "$@"\n',
    )
    await chmod(noisy, 0o755)
    const { server } = await serverUnder([noisy])
    const database = await freshDatabase(services)
    await testSql(services, 'CREATE TABLE t (x INT)', database)
    const job = await dump(server, database)
    expect(await contentOf(job)).toMatch(/^(\/\*M|-- )/)
    expect((await job.done).messages).toEqual([])
  })

  it('explains a shell that runs no commands', async () => {
    const { server } = await serverUnder(['/usr/sbin/nologin'])
    await expect(server.takeLock({ lock: 'a', owner: 'x', waitSeconds: 0 })).rejects.toThrow(/did not run the command/)
  })

  it('shows no password in the process list or in an environment', async () => {
    const { server, home } = await serverUnder(['dash'])
    const database = await freshDatabase(services)
    await testSql(services, `CREATE TABLE t (x LONGTEXT); INSERT INTO t VALUES (REPEAT('x', 40000000));`, database)
    const job = await dump(server, database)
    let seen = ''
    for await (const _ of job.body) {
      if (seen === '' && (await processesNaming(database)).length > 0) seen = await processTexts(home)
    }
    expect(seen).toContain(database)
    expect(seen).not.toContain(password)
  })
})

/** Root minus the rights that let it read what is not its own to read. */
const withoutPrivileges =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--'] : []

async function plantLock(home: string, pid: number, owner: string): Promise<string> {
  const lock = join(home, '.make-a-backup', 'lock-a')
  await mkdir(lock, { recursive: true })
  await Promise.all([
    writeFile(join(lock, 'alive'), ''),
    writeFile(join(lock, 'pid'), `${pid}\n`),
    writeFile(join(lock, 'owner'), `${owner}\n`),
  ])
  return lock
}

/** Command lines and environments of the processes whose home folder this is. */
async function processTexts(home: string): Promise<string> {
  const texts: string[] = []
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    try {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
      if (environment.includes(`HOME=${home}\0`)) {
        texts.push(environment, await readFile(`/proc/${pid}/cmdline`, 'utf8'))
      }
    } catch {
      // It ended while being looked at.
    }
  }
  return texts.join('\n')
}

/** Tools, not shells, whose command line has this text. */
async function processesNaming(text: string): Promise<number[]> {
  const found: number[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const program = await readlink(`/proc/${pid}/exe`)
      const line = execFileSync('cat', [`/proc/${pid}/cmdline`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString()
      if (line.includes(text) && /(rsync|dump|tar)$/.test(program)) found.push(Number(pid))
    } catch {
      // It ended while being looked at.
    }
  }
  return found
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise(wait => setTimeout(wait, 50))
}
