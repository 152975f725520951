import { execFileSync, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, lchown, lstat, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Compression } from '../../src/pipeline/compression'
import type { Intake } from '../../src/server/intake'
import { localConnection } from '../../src/server/local/local-connection'
import { folderServerOver } from '../../src/sources/files/folder-server'
import { databaseServerOver } from '../../src/sources/mysql/database-server'
import type { Connection } from '../../src/ssh/remote'
import { awkwardContent, awkwardDatabaseSql } from '../servers/database/awkward-database'
import { makeDocroot, treeDigest } from '../servers/docroot'
import { localShell } from '../servers/processes/local-shell'
import { freshDatabase, freshDatabaseName, freshFolder, testServices, testSql } from '../servers/test-services'

const services = testServices()
const { user, password, socket } = services.mysql
const access = { user, password, socket }
const open: Connection[] = []
/** Of a run that nobody cancels. */
const { signal } = new AbortController()
const isRoot = process.getuid?.() === 0

type RestoreServer = ReturnType<typeof restoreServerOver>

/** The jobs that a restore runs. */
function restoreServerOver(connection: Connection) {
  const { runSql, openImport, targetFacts: databaseFacts } = databaseServerOver(connection)
  return { ...folderServerOver(connection), runSql, openImport, databaseFacts }
}

async function serverUnder(shell: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<RestoreServer> {
  const home = await freshFolder(services)
  const connection = localShell(shell, { PATH: process.env['PATH'], HOME: home, ...environment })
  open.push(connection)
  return restoreServerOver(connection)
}

afterEach(() => {
  for (const connection of open.splice(0)) connection.close()
})

/** Sends bytes into a job and returns what it says in the end. */
async function send(intake: Intake, bytes: Buffer): Promise<unknown> {
  await pipeline(Readable.from([bytes]), intake.input).catch(() => {})
  return intake.done.then(
    () => undefined,
    (error: unknown) => error,
  )
}

const compress: Readonly<Record<Compression, (bytes: Buffer) => Buffer>> = {
  none: bytes => bytes,
  gzip: bytes => gzipSync(bytes),
  zstd: bytes => zstdCompressSync(bytes),
}

const importOf = (server: RestoreServer, database: string, compression: Compression = 'none') =>
  server.openImport({
    access,
    database,
    flavor: 'mariadb',
    compression,
    where: line => `the place of line ${line}`,
    signal,
  })

function archiveOf(folder: string): Buffer {
  return execFileSync('tar', ['--numeric-owner', '-C', '/', '-cf', '-', '--', folder.slice(1)], {
    maxBuffer: 2 ** 28,
  })
}

describe.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('the script under %s', name => {
  const shell = name.split(' ')

  it('tells what stands where folders are to go', async () => {
    const server = await serverUnder(shell)
    const folder = await freshFolder(services)
    await mkdir(join(folder, 'empty'))
    await mkdir(join(folder, 'full'))
    await writeFile(join(folder, 'full/.hidden'), 'x')
    await writeFile(join(folder, 'file'), 'x')
    await symlink('full', join(folder, 'link'))
    // Only root may, and not every file system knows it.
    const isProtected = spawnSync('chattr', ['+i', join(folder, 'full')]).status === 0
    const { places, tools, isRoot } = await server
      .targetFacts({
        folders: ['empty', 'full', 'file', 'link', 'not/there/yet']
          .map(each => join(folder, each))
          .concat('/proc', '/'),
      })
      .finally(() => spawnSync('chattr', ['-i', join(folder, 'full')]))
    expect(places.map(({ state }) => state)).toEqual([
      'empty',
      'folder',
      'not-a-folder',
      'folder',
      'absent',
      'mount',
      'mount',
    ])
    expect(places.map(({ leadsTo }) => leadsTo).filter(each => each !== undefined)).toEqual([join(folder, 'full')])
    const protectedPath = isProtected ? join(folder, 'full') : undefined
    expect(places.slice(0, 4).map(each => each.protectedPath)).toEqual([
      undefined,
      protectedPath,
      undefined,
      protectedPath,
    ])
    expect(places[4]).toMatchObject({ parent: folder, isWritable: true })
    expect(places[0]?.freeBytes).toBeGreaterThan(1_000_000)
    expect(places[0]?.mount).toBe(places[4]?.mount)
    expect(isRoot).toBe(process.getuid?.() === 0)
    expect([...tools.keys()]).toEqual(expect.arrayContaining(['tar', 'gzip', 'client', 'dump-tool']))
  })

  it('gives unpacked files their access control lists and attributes, and says what is not taken', async () => {
    const server = await serverUnder(shell)
    const folder = await freshFolder(services)
    const staging = join(folder, '.new.restoring-1')
    const lines = (user: number) => `user::rw-\nuser:${user}:rw-\ngroup::r--\nmask::rw-\nother::r--\n\n`
    await writeFile(join(folder, 'a b'), 'x')
    await writeFile(join(folder, '.make-a-backup.acls-1'), `# file: a b\n${lines(4711)}# file: gone\n${lines(1)}`)
    await writeFile(join(folder, '.make-a-backup.acls-2'), `# file: a b\n${lines(4712)}`)
    await writeFile(join(folder, '.make-a-backup.attributes-1'), '# file: a b\nuser.colour=0x626c7565\n\n')
    // What is made in the folder around would get this.
    execFileSync('setfacl', ['-m', 'd:u:4713:rwx', folder])
    const names = (await readdir(folder)).filter(name => name.startsWith('.make') || name === 'a b')
    const bytes = execFileSync('tar', ['-C', folder, '-cf', '-', '--', ...names])
    const intake = await server.openExtract({ staging, owner: 'run 1', compression: 'none', signal })
    expect(await send(intake, bytes)).toBeUndefined()
    expect(await server.giveAttributes({ staging })).toEqual([
      { kind: 'lists', count: 1, said: expect.stringContaining('gone: No such file') },
      { kind: 'attributes', count: 1, said: '' },
    ])
    const given = execFileSync('getfacl', ['-c', '-p', join(staging, 'tree/a b')]).toString()
    expect(given).toBe(lines(4712))
    expect(execFileSync('getfacl', ['-R', '-s', '-c', '-p', staging]).toString().split('user::')).toHaveLength(3)
  })

  it('follows a link to a folder, there or not, unless somebody else put it there', async () => {
    const server = await serverUnder(shell)
    const folder = await freshFolder(services)
    const at = (each: string) => join(folder, each)
    await mkdir(at('releases/2'), { recursive: true })
    await writeFile(at('file'), 'x')
    const links = {
      current: 'again',
      again: './releases/2/',
      gone: 'releases/3',
      file2: 'file',
      loop: 'loop',
      deep: 'a/b',
      foreign: 'releases',
    }
    for (const [name, target] of Object.entries(links)) await symlink(target, at(name))
    if (isRoot) await lchown(at('foreign'), 65534, 65534)
    const { places } = await server.targetFacts({ folders: Object.keys(links).map(at) })
    expect(places.map(({ state, leadsTo }) => [state, leadsTo?.slice(folder.length + 1)])).toEqual([
      ['empty', 'releases/2'],
      ['empty', 'releases/2'],
      ['absent', 'releases/3'],
      ['link', undefined],
      ['link', undefined],
      ['link', undefined],
      isRoot ? ['link', undefined] : ['folder', 'releases'],
    ])
    expect(places[0]).toMatchObject({ parent: at('releases'), mounted: [] })
  })

  it('finds what is mounted in a place, and neither moves nor removes it', async () => {
    const server = await serverUnder(shell)
    const folder = await freshFolder(services)
    const at = (each: string) => join(folder, each)
    for (const each of ['live', 'place/a b', 'staging/tree/x']) await mkdir(at(each), { recursive: true })
    for (const each of ['live/precious', 'staging/tree/x/f']) await writeFile(at(each), 'x')
    await writeFile(at('staging/owner'), 'me\n')
    const swap = { unpacked: at('staging/tree/x'), place: at('place'), kept: at('place.before') }
    const bound: string[] = []
    const bind = (each: string) => {
      execFileSync('mount', ['--bind', at('live'), at(each)], { stdio: 'ignore' })
      bound.push(at(each))
    }
    const unbind = () => {
      for (const each of bound.splice(0)) execFileSync('umount', [each])
    }
    // Only root may mount, and not in every container.
    try {
      bind('place/a b')
    } catch {
      await server.swap([swap])
      expect(existsSync(at('place.before/a b'))).toBe(true)
      return
    }
    try {
      const { places } = await server.targetFacts({ folders: [at('place'), at('place/a b')] })
      expect(places).toMatchObject([
        { state: 'folder', mounted: [{ path: 'a b', type: expect.stringMatching(/./) }] },
        { state: 'mount', mounted: [] },
      ])
      await expect(server.swap([swap])).rejects.toThrow(`Something is mounted at ${at('place/a b')}: `)
      expect(existsSync(at('place.before'))).toBe(false)
      unbind()
      await server.swap([swap])
      // One that came in afterwards keeps the rollback from moving it to where it would be removed.
      await mkdir(at('place/up'))
      bind('place/up')
      await expect(server.unswap([swap])).rejects.toThrow(`could not be put into its place, ${at('place')}`)
      unbind()
      await server.unswap([swap])
      bind('staging/tree/x/up')
      const remove = () => server.removeStaging({ staging: [at('staging')], owner: 'me', swaps: [] })
      await expect(remove()).rejects.toThrow(`Something is mounted at ${at('staging/tree/x/up')}: `)
      unbind()
      await remove()
      expect(existsSync(at('staging'))).toBe(false)
    } finally {
      unbind()
    }
    expect(await readdir(at('live'))).toEqual(['precious'])
  })

  it('tells what databases are there and what the server knows', async () => {
    const server = await serverUnder(shell)
    const database = await freshDatabase(services)
    await testSql(services, awkwardDatabaseSql, database)
    const databases = [database, 'not there']
    const { database: found, problem } = await server.databaseFacts({ access, databases })
    expect(problem).toBeUndefined()
    const listed = found?.found.inventory.databases ?? []
    expect(listed.map(each => each.name)).toEqual([database])
    expect(listed[0]?.triggers).toHaveLength(awkwardContent.triggers.length)
    expect(found?.collations).toContain('utf8mb4_general_ci')
    expect(found?.characterSets).toContain('utf8mb4')
    expect(found?.engines).toContain('innodb')
    expect(Number(found?.variables.get('max_allowed_packet'))).toBe(2 ** 30)
    expect(found?.accounts).toContain(`${user}@localhost`)
    expect(found?.freeBytes).toBeGreaterThan(1_000_000)
    expect(found).toMatchObject({ mount: expect.stringMatching(/^\//), brokenViews: [] })
  })

  it('names the views that would end a dump of what is there', async () => {
    const server = await serverUnder(shell)
    const database = await freshDatabase(services)
    await testSql(
      services,
      'CREATE TABLE gone (id INT); CREATE VIEW whole AS SELECT 1; CREATE VIEW `bro``ken` AS SELECT id FROM gone; DROP TABLE gone',
      database,
    )
    const { database: found } = await server.databaseFacts({ access, databases: [database] })
    expect(found?.brokenViews).toEqual([{ database, name: 'bro`ken' }])
  })

  it('tells why the database lets nobody in', async () => {
    const server = await serverUnder(shell)
    const { database, problem, tools } = await server.databaseFacts({
      access: { ...access, password: 'wrong one' },
      databases: ['shop'],
    })
    expect([...tools.keys()]).toContain('client')
    expect(database).toBeUndefined()
    expect(problem?.message).toMatch(/The database refused the login/)
  })

  it('runs SQL and hands on its answer', async () => {
    const server = await serverUnder(shell)
    const sql = "SELECT 1, 'two'; SELECT NULL;"
    expect(await server.runSql({ access, sql, name: 'a question' })).toBe('1\ttwo\nNULL\n')
    await expect(server.runSql({ access, sql: 'SELECT 1 FROM nowhere.nothing;', name: 'a question' })).rejects.toThrow(
      /^A question failed at line 1: Table 'nowhere\.nothing' doesn't exist \(error 1146\)\.$/,
    )
  })

  it.each<Compression>(['none', 'gzip', 'zstd'])('imports SQL that comes with compression %s', async kind => {
    const server = await serverUnder(shell)
    const database = await freshDatabase(services)
    const rows = Array.from({ length: 20_000 }, (_, id) => `(${id}, 'Grüße 🐘 \\\\ ''${id}')`)
    const sql = `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100));\nINSERT INTO t VALUES ${rows.join(',')};\n`
    expect(await send(await importOf(server, database, kind), compress[kind](Buffer.from(sql)))).toBeUndefined()
    expect(await testSql(services, 'SELECT COUNT(*), MAX(v) FROM t', database)).toMatch(
      /^20000\tGrüße 🐘 \\\\ '9999\n$/,
    )
  })

  it('stops at the first statement that fails, and tells the place without a row', async () => {
    const server = await serverUnder(shell)
    const database = await freshDatabase(services)
    const sql = `CREATE TABLE t (mail VARCHAR(100) PRIMARY KEY);
INSERT INTO t VALUES ('secret@example.com');
INSERT INTO t VALUES ('secret@example.com');
CREATE TABLE never (id INT);
${'-- much more to read\n'.repeat(200_000)}`
    const error = await send(await importOf(server, database), Buffer.from(sql))
    expect(String(error)).toMatch(
      /failed at line 3, the place of line 3: two rows have the same unique key.* \(error 1062\)/,
    )
    expect(JSON.stringify(error)).not.toContain('secret')
    expect(await testSql(services, 'SHOW TABLES', database)).toBe('t\n')
  })

  it('fails when the compressed SQL is cut off', async () => {
    const server = await serverUnder(shell)
    const database = await freshDatabase(services)
    const whole = gzipSync(`CREATE TABLE t (id INT);\n${'SELECT 1;\n'.repeat(10_000)}`)
    const error = await send(await importOf(server, database, 'gzip'), whole.subarray(0, whole.length - 200))
    expect(String(error)).toMatch(/The decompressor ended with status/)
  })

  it('runs no command that the SQL smuggles in for the client', async () => {
    const server = await serverUnder(shell)
    const database = await freshDatabase(services)
    const folder = await freshFolder(services)
    const sql = `SELECT 1;\n\\! touch ${folder}/hacked\nsystem touch ${folder}/hacked\nSELECT 2;\n`
    expect(String(await send(await importOf(server, database), Buffer.from(sql)))).toMatch(
      /failed at line 2,.*Unknown command/,
    )
    expect(await readdir(folder)).toEqual([])
  })

  it.each<Compression>(['none', 'gzip', 'zstd'])('unpacks an archive that comes with compression %s', async kind => {
    const server = await serverUnder(shell)
    const folder = join(await freshFolder(services), 'html')
    await makeDocroot(folder)
    const staging = join(await freshFolder(services), '.html.restoring')
    const intake = await server.openExtract({
      staging,
      owner: 'this run',
      compression: kind,
      signal,
    })
    expect(await send(intake, compress[kind](archiveOf(folder)))).toBeUndefined()
    expect(await treeDigest(`${staging}/tree${folder}`)).toEqual(await treeDigest(folder))
    const [counted] = await server.countTrees({ staging, paths: [folder] })
    const files = execFileSync('find', [folder, '-type', 'f', '-printf', 'x']).length
    expect(counted?.names.f).toBe(files)
    const unique = execFileSync('sh', ['-c', 'find "$1" -type f -printf "%i %s\\n" | sort -u', 'sh', folder]).toString()
    const bytes = unique
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)
    expect(counted?.kinds?.f.bytes).toBe(bytes)
  })

  it('takes zeros behind the end of an archive also when tar has ended before they come', async () => {
    const folder = await freshFolder(services)
    const at = (each: string) => join(folder, each)
    await mkdir(at('tools'))
    const tar = execFileSync('sh', ['-c', 'command -v tar']).toString().trim()
    const script = `#!/bin/sh\n${tar} "$@"\nstatus=$?\ncase $1 in -x*) : >'${at('ended')}' ;; esac\nexit $status\n`
    await writeFile(at('tools/tar'), script, { mode: 0o755 })
    await writeFile(at('file'), 'x')
    const server = await serverUnder(shell, { PATH: `${at('tools')}:${process.env['PATH']}` })
    const staging = at('.html.restoring')
    const intake = await server.openExtract({ staging, owner: 'this run', compression: 'none', signal })
    const archive = execFileSync('tar', ['-C', folder, '-cf', '-', 'file'])
    intake.input.write(archive)
    while (!existsSync(at('ended'))) await sleep(20)
    intake.input.end(Buffer.alloc(1 << 20))
    await intake.done
    expect(await readFile(join(staging, 'tree/file'), 'utf8')).toBe('x')
  })

  it('fails when the archive is cut off, and leaves the folder to its owner alone', async () => {
    const server = await serverUnder(shell)
    const folder = join(await freshFolder(services), 'html')
    await makeDocroot(folder)
    const staging = join(await freshFolder(services), '.html.restoring')
    const tar = archiveOf(folder)
    const intake = await server.openExtract({
      staging,
      owner: 'this run',
      compression: 'none',
      signal,
    })
    expect(String(await send(intake, tar.subarray(0, tar.length / 2)))).toMatch(/tar ended with status 2/)
    expect(existsSync(staging)).toBe(true)
    await server.removeStaging({ staging: [staging], owner: 'another run', swaps: [] })
    expect(existsSync(staging)).toBe(true)
    await server.removeStaging({ staging: [staging], owner: 'this run', swaps: [] })
    expect(existsSync(staging)).toBe(false)
  })

  it('refuses to unpack over what is there', async () => {
    const server = await serverUnder(shell)
    const staging = await freshFolder(services)
    const intake = await server.openExtract({
      staging,
      owner: 'x',
      compression: 'none',
      signal,
    })
    expect(String(await send(intake, Buffer.alloc(1024)))).toMatch(/cannot be created/)
  })

  describe('swapping', () => {
    const content = async (folder: string): Promise<string> => readFile(join(folder, 'file'), 'utf8')
    const make = async (folder: string, text: string): Promise<void> => {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, 'file'), text)
    }

    it('puts folders into their places and what stood there aside', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('new one'), 'new')
      await make(at("place's"), 'old')
      await make(at('new two'), 'new')
      await make(at('new three'), 'new')
      await symlink('nowhere', at('link'))
      // As long as a name can be.
      const long = 'x'.repeat(255)
      await make(at(`staging/${long}`), 'new')
      await server.swap([
        { unpacked: at('new one'), place: at("place's"), kept: at("place's.before") },
        { unpacked: at('new two'), place: at('deep/er/place'), kept: at('deep/er/place.before') },
        { unpacked: at('new three'), place: at('link'), kept: at('link.before') },
        { unpacked: at(`staging/${long}`), place: at(long), kept: at('long.before') },
      ])
      expect(await content(at(long))).toBe('new')
      expect(await content(at("place's"))).toBe('new')
      expect(await content(at("place's.before"))).toBe('old')
      expect(await content(at('deep/er/place'))).toBe('new')
      expect((await lstat(at('deep'))).mode & 0o777).toBe(0o777 & ~process.umask())
      expect((await lstat(at('link.before'))).isSymbolicLink()).toBe(true)
      expect(await content(at('link'))).toBe('new')
    })

    it('undoes the first when the second cannot be done', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('new'), 'new')
      await make(at('place'), 'old')
      await expect(
        server.swap([
          { unpacked: at('new'), place: at('place'), kept: at('kept') },
          { unpacked: at('not there'), place: at('other'), kept: at('other kept') },
        ]),
      ).rejects.toThrow(`could not be put into its place, ${at('other')}`)
      expect(await content(at('place'))).toBe('old')
      expect(await content(at('new'))).toBe('new')
      expect((await readdir(folder)).sort()).toEqual(['new', 'place'])
    })

    it('never moves into a name that is taken', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('new'), 'new')
      await make(at('place'), 'old')
      await make(at('kept'), 'precious')
      await expect(server.swap([{ unpacked: at('new'), place: at('place'), kept: at('kept') }])).rejects.toThrow(
        /could not be put/,
      )
      expect(await content(at('place'))).toBe('old')
      expect(await readdir(at('kept'))).toEqual(['file'])
    })

    it('takes the swaps of a killed run for one: all of them, or none', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      const swapOf = (name: string) => ({
        unpacked: at(`staging/${name}`),
        place: at(name),
        kept: at(`${name}.before`),
      })
      await make(at('staging/one'), 'new')
      await make(at('one'), 'old')
      await make(at('staging/two'), 'new')
      await server.swap([swapOf('one'), swapOf('two')])
      await make(at('staging/three'), 'new')
      await make(at('three.before'), 'old')
      await make(at('staging/four'), 'new')
      await make(at('four'), 'old')
      const swaps = ['one', 'two', 'three', 'four'].map(swapOf)
      expect(await server.swapState(swaps)).toEqual(['done', 'done', 'half', 'waiting'])
      const undone = await server.removeStaging({ staging: [], owner: 'x', swaps })
      expect(undone.sort()).toEqual([at('one'), at('three'), at('two')])
      expect(await server.swapState(swaps)).toEqual(Array(4).fill('waiting'))
      for (const name of ['one', 'three', 'four']) expect(await content(at(name))).toBe('old')
      for (const name of ['one', 'two', 'three', 'four']) expect(await content(at(`staging/${name}`))).toBe('new')
      expect((await readdir(folder)).sort()).toEqual(['four', 'one', 'staging', 'three'])
      expect((await readdir(at('staging'))).sort()).toEqual(['four', 'one', 'three', 'two'])
    })

    it('keeps swaps that are all done, drops an empty folder put aside, and undoes them when asked', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('new'), 'new')
      await make(at('place'), 'old')
      await make(at('new two'), 'new')
      await mkdir(at('two'))
      const swaps = [
        { unpacked: at('new'), place: at('place'), kept: at('kept') },
        { unpacked: at('new two'), place: at('two'), kept: at('two.before') },
      ]
      await server.swap(swaps)
      expect(await server.removeStaging({ staging: [], owner: 'x', swaps })).toEqual([])
      expect(await content(at('place'))).toBe('new')
      expect(existsSync(at('two.before'))).toBe(false)
      expect(await server.swapState(swaps)).toEqual(['done', 'done'])
      expect(await server.unswap(swaps)).toEqual([at('two'), at('place')])
      expect(await content(at('place'))).toBe('old')
      expect(existsSync(at('two'))).toBe(false)
    })

    it('leaves a live folder alone whose unpacked one vanished', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('place'), 'live')
      const swaps = [{ unpacked: at('gone'), place: at('place'), kept: at('kept') }]
      expect(await server.swapState(swaps)).toEqual(['unknown'])
      expect(await server.unswap(swaps)).toEqual([])
      expect(await content(at('place'))).toBe('live')
    })

    it('is done before anybody is told what became of it', async () => {
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('new'), 'new')
      await make(at('place'), 'old')
      await mkdir(at('tools'))
      const mv = execFileSync('sh', ['-c', 'command -v mv']).toString().trim()
      await writeFile(at('tools/mv'), `#!/bin/sh\n: >'${at('begun')}'\nsleep 0.5\nexec ${mv} "$@"\n`, {
        mode: 0o755,
      })
      const HOME = at('home')
      await mkdir(HOME)
      const slow = await serverUnder(shell, { HOME, PATH: `${at('tools')}:${process.env['PATH']}` })
      const server = await serverUnder(shell, { HOME })
      const swaps = [{ unpacked: at('new'), place: at('place'), kept: at('kept') }]
      const swapping = slow.swap(swaps)
      while (!existsSync(at('begun'))) await sleep(20)
      expect(await server.swapState(swaps)).toEqual(['done'])
      await swapping
    })

    it('takes nothing out of a folder that others put in the place of its own', async () => {
      const server = await serverUnder(shell)
      const folder = await freshFolder(services)
      const at = (each: string) => join(folder, each)
      await make(at('private/html'), 'not theirs')
      await make(at('.html.restoring-1/tree/srv/html'), 'new')
      await rename(at('.html.restoring-1/tree/srv'), at('aside'))
      await symlink(at('private'), at('.html.restoring-1/tree/srv'))
      await expect(
        server.swap([{ unpacked: at('.html.restoring-1/tree/srv/html'), place: at('html'), kept: at('html.before') }]),
      ).rejects.toThrow(/could not be put/)
      expect(await readdir(at('private'))).toEqual(['html'])
      expect(existsSync(at('html'))).toBe(false)
    })
  })

  it('tells of what earlier restores left, and reads nothing of it', async () => {
    const server = await serverUnder(shell)
    const folder = await freshFolder(services)
    await writeFile(join(folder, 'secret'), 'secret')
    const plant = async (name: string, owner: (path: string) => Promise<void>) => {
      await mkdir(join(folder, name))
      await owner(join(folder, name, 'owner'))
      execFileSync('touch', ['-h', '-d', '3 days ago', join(folder, name, 'owner')])
    }
    const forged = (path: string) => writeFile(path, 'x\nplace\t0\tabsent\tyes\t/\n')
    await plant('.html.restoring-2026-11-20T10-00-00Z', forged)
    await plant('.html.restoring-link', path => symlink('../secret', path))
    await plant('.html.restoring-x\nplace\t0\tabsent\tyes\t', forged)
    await symlink('.html.restoring-2026-11-20T10-00-00Z', join(folder, '.html.restoring-other'))
    if (isRoot) {
      await plant('.html.restoring-theirs', forged)
      execFileSync('chown', ['-R', '65534', join(folder, '.html.restoring-theirs')])
    }
    const facts = await server.targetFacts({ folders: [join(folder, 'html')] })
    expect(facts.leftovers).toEqual([join(folder, '.html.restoring-2026-11-20T10-00-00Z')])
    expect(facts.places).toHaveLength(1)
  })

  it('unpacks into no folder that a link leads to in the last moment', async () => {
    const folder = await freshFolder(services)
    const at = (each: string) => join(folder, each)
    for (const each of ['tools', 'victim', 'victim/tree', 'html', 'parent']) await mkdir(at(each))
    await writeFile(at('html/file'), 'evil')
    const mkdirProgram = execFileSync('sh', ['-c', 'command -v mkdir']).toString().trim()
    // As the owner of the folder above could: he exchanges the folder as soon as it is made.
    await writeFile(
      at('tools/mkdir'),
      `#!/bin/sh
${mkdirProgram} "$@" || exit
case $* in */staging) mv '${at('parent/staging')}' '${at('aside')}'; ln -s '${at('victim')}' '${at('parent/staging')}' ;; esac
`,
      { mode: 0o755 },
    )
    const server = await serverUnder(shell, { PATH: `${at('tools')}:${process.env['PATH']}` })
    const intake = await server.openExtract({
      staging: at('parent/staging'),
      owner: 'x',
      compression: 'none',
      signal,
    })
    expect(String(await send(intake, archiveOf(at('html'))))).toMatch(/cannot be created/)
    expect(await readdir(at('victim'))).toEqual(['tree'])
    expect(await readdir(at('victim/tree'))).toEqual([])
  })
})

describe('the import', () => {
  it('keeps the client configuration of the server out when a user is given', async () => {
    const server = await serverUnder(['dash'])
    const home = await freshFolder(services)
    await writeFile(join(home, '.my.cnf'), '[client]\nuser=nobody\npassword=wrong\n[mysql]\nforce\n')
    const database = await freshDatabase(services)
    expect(await send(await importOf(server, database), Buffer.from('CREATE TABLE t (id INT);'))).toBeUndefined()
  })

  it('uses it without a user, and still stops at the first error', async () => {
    const home = await freshFolder(services)
    const config = await readFile(services.mysql.clientConfig, 'utf8')
    await writeFile(join(home, '.my.cnf'), `${config}[mysql]\nforce\n[mariadb-client]\nforce\n`)
    const server = await serverUnder(['dash'], { HOME: home })
    const database = await freshDatabase(services)
    const intake = await server.openImport({
      access: {},
      database,
      flavor: 'mariadb',
      compression: 'none',
      where: () => undefined,
      signal,
    })
    const sql = 'CREATE TABLE a (id INT); INSERT INTO a VALUES (nonsense); CREATE TABLE b (id INT);'
    expect(String(await send(intake, Buffer.from(sql)))).toMatch(/error 1054/)
    expect(await testSql(services, 'SHOW TABLES', database)).toBe('a\n')
  })

  it('tells of a database that is not there', async () => {
    const server = await serverUnder(['dash'])
    const error = await send(await importOf(server, freshDatabaseName()), Buffer.from('SELECT 1;'))
    expect(String(error)).toMatch(/Unknown database/)
  })
})

/** Root gives up being root for these; whoever is not root is right as he is. */
const ordinary = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []

describe('an SSH user who is not root', () => {
  async function ordinaryServer(home: string): Promise<RestoreServer> {
    const connection = localConnection({
      command: ordinary,
      environment: { PATH: process.env['PATH'], HOME: home },
    })
    open.push(connection)
    return restoreServerOver(connection)
  }

  it('is told where nothing may be written', async () => {
    const server = await ordinaryServer('/nonexistent')
    const { isRoot, places } = await server.targetFacts({ folders: ['/usr/new', '/tmp/new'] })
    expect(isRoot).toBe(false)
    expect(places.map(({ isWritable }) => isWritable)).toEqual([false, true])
  })

  it('gets every file with its mode, and as its own', async () => {
    const server = await ordinaryServer('/nonexistent')
    const folder = join(await freshFolder(services), 'html')
    await makeDocroot(folder)
    const staging = join(tmpdir(), `.html.restoring-${randomUUID()}`)
    try {
      const intake = await server.openExtract({
        staging,
        owner: 'this run',
        compression: 'none',
        signal,
      })
      expect(await send(intake, archiveOf(folder))).toBeUndefined()
      const tree = `${staging}/tree${folder}`
      expect(await treeDigest(tree)).toEqual(await treeDigest(folder))
      const owners = execFileSync('find', [tree, '-printf', '%U\\n']).toString().trim().split('\n')
      expect([...new Set(owners)]).toEqual([String(ordinary.length > 0 ? 65534 : process.getuid?.())])
    } finally {
      await server.removeStaging({ staging: [staging], owner: 'this run', swaps: [] })
    }
    expect(existsSync(staging)).toBe(false)
  })

  describe.each([['dash'], ['bash'], ['bash --posix'], ['busybox ash']])('under %s', name => {
    /** A folder of that user's, in which an archive of `html` is unpacked; removed in the end. */
    async function unpacked(modes: Readonly<Record<string, number>>) {
      const source = join(await freshFolder(services), 'html')
      await mkdir(join(source, 'sub'), { recursive: true })
      await writeFile(join(source, 'sub/file'), 'new')
      for (const [path, mode] of Object.entries(modes)) await chmod(join(source, path), mode)
      const home = join(tmpdir(), `ordinary-${randomUUID()}`)
      await mkdir(home)
      if (isRoot) execFileSync('chown', ['65534:65534', home])
      // It runs one shell in another: whoever gave up being root cannot give up groups.
      const shell = ordinary.map(word => word.replace('--clear-groups', '--keep-groups'))
      const connection = localShell([...shell, ...name.split(' ')], {
        PATH: process.env['PATH'],
        HOME: home,
      })
      open.push(connection)
      const server = restoreServerOver(connection)
      const staging = join(home, '.html.restoring-1')
      const request = { staging, owner: 'x', compression: 'none', signal } as const
      expect(await send(await server.openExtract(request), archiveOf(source))).toBeUndefined()
      return { server, home, staging, source, tree: `${staging}/tree${source}` }
    }
    const modeOf = async (path: string) => ((await lstat(path)).mode & 0o7777).toString(8)
    const remove = (home: string) => {
      execFileSync('chmod', ['-R', 'u+rwx', home])
      execFileSync('rm', ['-r', home])
    }

    it('swaps a folder in which nobody may write, and its mode stays', async () => {
      const { server, home, tree } = await unpacked({ sub: 0o555, '.': 0o555 })
      const swaps = [{ unpacked: tree, place: join(home, 'html'), kept: join(home, 'html.before') }]
      await server.swap(swaps)
      expect(await modeOf(join(home, 'html'))).toBe('555')
      expect(await readFile(join(home, 'html/sub/file'), 'utf8')).toBe('new')
      expect(await server.unswap(swaps)).toEqual([join(home, 'html')])
      expect(await modeOf(tree)).toBe('555')
      expect(existsSync(join(home, 'html'))).toBe(false)
      remove(home)
    })

    it('says which folder keeps it from counting', async () => {
      const { server, home, staging, source, tree } = await unpacked({})
      await chmod(join(tree, 'sub'), 0o311)
      await expect(server.countTrees({ staging, paths: [source] })).rejects.toThrow(
        `The unpacked files cannot be counted: ${tree}/sub denies access to its own owner.`,
      )
      remove(home)
    })
  })
})
