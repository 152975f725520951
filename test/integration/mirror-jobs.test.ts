import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { JobReport, ReportLine } from '../../src/server/job-report'
import { serverOver } from '../../src/server/server'
import { folderServerOver } from '../../src/sources/files/folder-server'
import type { ArchiveRequest } from '../../src/sources/files/mirror/open-archive'
import { localShell } from '../servers/processes/local-shell'
import { freshFolder, testServices } from '../servers/test-services'

const services = testServices()
const isRoot = process.getuid?.() === 0
const open: { close(): void }[] = []

afterEach(() => {
  for (const connection of open.splice(0)) connection.close()
})

/** The server script under a shell, with a home folder of its own. */
async function serverUnder(shell: string, environment: NodeJS.ProcessEnv = {}) {
  const home = environment['HOME'] ?? (await freshFolder(services))
  const connection = localShell(shell.split(' '), { PATH: process.env['PATH'], HOME: home, ...environment })
  open.push(connection)
  return { home, server: serverOver(connection), folders: folderServerOver(connection) }
}

type Folders = Awaited<ReturnType<typeof serverUnder>>['folders']
type Request = Partial<ArchiveRequest> & Pick<ArchiveRequest, 'paths' | 'mirrorDir'>

/** Mirrors and archives the folders: the archive, its report, and the lines of the report about the mirror. */
async function mirror(folders: Folders, request: Request): Promise<{ tar: Buffer; report: JobReport; said: string[] }> {
  const said: string[] = []
  const job = await folders.openArchive({
    ...{
      exclude: [],
      allowEmpty: false,
      compression: { kind: 'none' },
      owner: 'this run',
      user: 'sitebackup',
      lock: 'a1',
      compare: '',
    },
    onReport: ({ word, value }: ReportLine) => {
      if (/^(compared|differs?|skip|skipped|forgotten|unforgotten)$/.test(word))
        said.push(`${word} ${value}`.replace(/^(differ|skip) (?!\/)/, '$1 /'))
    },
    signal: new AbortController().signal,
    ...request,
  })
  const tar = await buffer(job.body)
  return { tar, report: await job.done, said }
}

const namesIn = (tar: Buffer) => execFileSync('tar', ['-tf', '-'], { input: tar }).toString().trimEnd().split('\n')
const textIn = (tar: Buffer, name: string) =>
  execFileSync('tar', ['-xOf', '-', name.slice(1)], { input: tar }).toString()
const site = async (...names: string[]) => {
  const folder = join(await freshFolder(services), 'site')
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), name)
  }
  return folder
}

/** What a login may have in its environment, and what would come of it. */
const hostileEnvironment = {
  TAR_OPTIONS: '--exclude=*.php --totals',
  GZIP: '--no-such-option',
  RSYNC_OLD_ARGS: '2',
  RSYNC_CHECKSUM_LIST: 'nonsense',
  GREP_OPTIONS: '--invert-match',
  POSIXLY_CORRECT: '1',
  LC_TIME: 'de_DE.UTF-8',
  LANGUAGE: 'de',
  TMPDIR: '/nonexistent',
  CDPATH: '/tmp',
  IFS: 'a',
  DF_BLOCK_SIZE: '1',
  'BASH_FUNC_rsync%%': '() { echo not rsync; }',
  'BASH_FUNC_tar%%': '() { echo not tar; }',
}

describe.each([['dash'], ['busybox ash']])('the mirror under %s', shell => {
  it('compares contents when told to, names what only that finds, and keeps holes as holes, whatever the login has in its environment', async () => {
    const { folders } = await serverUnder(shell, hostileEnvironment)
    const folder = await site('index.php', 'same time.php', 'rotten.bin')
    await writeFile(join(folder, 'hole'), '')
    await truncate(join(folder, 'hole'), 32 << 20)
    const at = new Date('2026-11-01T00:00:00Z')
    const write = async (path: string, text: string) => {
      await writeFile(path, text)
      await utimes(path, at, at)
    }
    const own = join(folder, '..', 'mirror')
    const request = { paths: [folder], mirrorDir: own, compare: 'yes' }
    await write(join(folder, 'same time.php'), 'one')
    await write(join(folder, 'rotten.bin'), 'good')
    // What is copied for the first time needs no comparison.
    expect((await mirror(folders, request)).said).toEqual(['compared yes'])
    expect((await stat(join(own, folder, 'hole'))).blocks).toBeLessThan(2048)
    await write(join(folder, 'same time.php'), 'two')
    await write(join(own, folder, 'rotten.bin'), 'baad')
    await writeFile(join(folder, 'index.php'), 'changed as usual')

    const quick = await mirror(folders, { ...request, compare: '' })
    expect(textIn(quick.tar, `${folder}/same time.php`)).toBe('one')
    expect(quick.said).toEqual([])
    const { tar, report, said } = await mirror(folders, { ...request, compare: '2026-11-23' })
    expect(textIn(tar, `${folder}/same time.php`) + textIn(tar, `${folder}/rotten.bin`)).toBe('twogood')
    expect(said.sort()).toEqual([
      'compared yes',
      `differ ${folder}/rotten.bin`,
      `differ ${folder}/same time.php`,
      'differs 2',
    ])
    expect(report.messages).toEqual([])
    // Once in the period that is named, where the bucket cannot say when it was.
    expect((await mirror(folders, { ...request, compare: '2026-11-23' })).said).toEqual([])
    expect((await mirror(folders, { ...request, compare: '2026-11-30' })).said).toEqual(['compared yes'])
  })

  it('drops the folders that its prefix no longer asks for, and no others', async () => {
    const { folders } = await serverUnder(shell)
    const root = await site('old/a', 'old/keep [it]/b', 'old/drop/c', 'other/d', 'new/e')
    const own = join(root, '..', 'mirror')
    const path = (name: string) => join(root, name)
    const copy = (name: string) => existsSync(join(own, path(name)))
    const outside = await site('precious')
    await mirror(folders, { paths: [path('old')], mirrorDir: own, lock: 'a1' })
    await mirror(folders, { paths: [path('other'), path('old/keep [it]')], mirrorDir: own, lock: 'b2' })
    await symlink(outside, join(own, path('old/drop'), 'link'))
    await chmod(join(own, path('old/drop')), 0o500)

    const { tar, said } = await mirror(folders, { paths: [path('new')], mirrorDir: own, lock: 'a1' })
    expect(said).toEqual([`forgotten ${path('old')}`])
    expect(['old/a', 'old/drop', 'old/keep [it]/b', 'other/d', 'new/e'].map(copy)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ])
    expect(namesIn(tar)).toEqual(expect.arrayContaining([`${path('new').slice(1)}/`, `${path('new/e').slice(1)}`]))
    expect(namesIn(tar).join()).not.toContain('/old/')
    expect(existsSync(join(outside, 'precious'))).toBe(true)
    expect((await mirror(folders, { paths: [path('new')], mirrorDir: own, lock: 'a1' })).said).toEqual([])

    // A list that somebody else wrote reaches nothing beyond the mirror.
    const wanted = join(own, '.make-a-backup', 'wanted')
    await symlink(outside, join(own, path('linked')))
    await writeFile(join(wanted, 'a1'), `/../../..${outside}\n${path('linked')}\n/.make-a-backup\n/\n${path('new')}\n`)
    expect((await mirror(folders, { paths: [path('new')], mirrorDir: own, lock: 'a1' })).said).toEqual([
      `unforgotten ${own}${path('linked')}`,
    ])
    expect(existsSync(join(outside, 'precious'))).toBe(true)
    expect(copy('other/d')).toBe(true)
    // With a list that cannot be read nobody's folders are known, so nothing is removed.
    await symlink('/etc/passwd', join(wanted, 'c3'))
    await mirror(folders, { paths: [path('old')], mirrorDir: own, lock: 'a1' })
    await mirror(folders, { paths: [path('new')], mirrorDir: own, lock: 'a1' })
    expect(copy('old/a')).toBe(true)
  })
})

describe('the mirror', () => {
  it('needs a folder of its own and nothing around it', async () => {
    const around = await openFolder()
    const own = join(around, 'mirror')
    await mkdir(own)
    const folder = join(await openFolder(), 'site')
    await mkdir(folder)
    await writeFile(join(folder, 'index.php'), 'x')
    if (isRoot) await chown(own, 65534, 65534)
    await chmod(around, 0o555)
    const { folders } = await serverUnder(`${asNobody}dash`, { HOME: '/nonexistent' })
    const { tar } = await mirror(folders, { paths: [folder], mirrorDir: own })
    await chmod(around, 0o755)
    expect(namesIn(tar)).toEqual(expect.arrayContaining([`${folder.slice(1)}/`, `${folder.slice(1)}/index.php`]))
    expect(await readdir(join(own, '.make-a-backup'))).toEqual(['wanted'])
  })

  it('is read once more when a file became shorter meanwhile, and nothing is said when that was enough', async () => {
    const { folders } = await serverUnder('dash')
    const folder = await site('a.php')
    const log = join(folder, 'access.log')
    await writeFile(log, Buffer.alloc(6_000_000, 'x'))
    const own = join(folder, '..', 'mirror')
    const job = mirror(folders, { paths: [folder], mirrorDir: own, bandwidthLimit: '4M' })
    // rsync writes the copy under a name of its own while it reads.
    const isCopying = async () =>
      (await readdir(join(own, folder)).catch(() => [])).some(name => name.startsWith('.access.log.'))
    while (!(await isCopying())) await new Promise(wait => setTimeout(wait, 20))
    await truncate(log, 10)
    const { tar, report } = await job
    expect(report.statuses.get('rsync')).toBe(0)
    expect(report.messages).toEqual([])
    expect(textIn(tar, log)).toBe('x'.repeat(10))
  })

  if (isRoot) {
    it('names devices that only root could copy, and fails where it may not change its own copy, with the true reason', async () => {
      const folder = join(await openFolder(), 'site')
      await mkdir(folder)
      await writeFile(join(folder, 'index.php'), 'x')
      const own = join(folder, '..', 'mirror')
      execFileSync('mknod', [join(folder, 'zero'), 'c', '1', '5'])
      execFileSync('mkfifo', [join(folder, 'queue')])
      await chown(join(folder, '..'), 65534, 65534)
      const { folders } = await serverUnder(`${asNobody}dash`, { HOME: join(folder, '..') })
      const found = await folders.preflight({ paths: [folder], exclude: [], mirrorDir: own, estimates: true })
      expect(found.devices).toEqual({ count: 1, names: [expect.stringMatching(/site\/zero$/)] })
      const { said, report } = await mirror(folders, { paths: [folder], mirrorDir: own })
      expect(said).toEqual(['skipped 1', `skip ${folder}/zero`])
      expect(report.counts.get('p')).toBe(1)
      await writeFile(join(folder, 'index.php'), 'changed')
      await chown(join(own, folder), 0, 0)
      await chmod(join(own, folder), 0o555)
      await expect(mirror(folders, { paths: [folder], mirrorDir: own })).rejects.toThrow(
        /may not change something in the mirror/,
      )
    })

    it('removes nothing through a mount', async () => {
      const { folders } = await serverUnder('dash')
      const root = await site('old/data/a', 'new/b')
      const own = join(root, '..', 'a mirror')
      const outside = await site('precious')
      const request = { mirrorDir: own, lock: 'a1' }
      await mirror(folders, { ...request, paths: [join(root, 'old')] })
      const place = join(own, root, 'old', 'data')
      execFileSync('mount', ['--bind', outside, place])
      try {
        expect((await mirror(folders, { ...request, paths: [join(root, 'new')] })).said).toEqual([
          `unforgotten ${join(own, root, 'old')}`,
        ])
      } finally {
        execFileSync('umount', [place])
      }
      expect(existsSync(join(outside, 'precious'))).toBe(true)
      // It is tried again.
      expect((await mirror(folders, { ...request, paths: [join(root, 'new')] })).said).toEqual([
        `forgotten ${join(root, 'old')}`,
      ])
    })
  }
})

const openFolders: string[] = []
afterAll(async () => {
  for (const path of openFolders) await rm(path, { recursive: true })
})

/** Which other users can reach, too. */
async function openFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'make-a-backup-mirror-'))
  openFolders.push(path)
  await chmod(path, 0o755)
  return path
}

/** Root starts the job as somebody else. */
const asNobody = isRoot ? 'setpriv --reuid=65534 -- ' : ''

describe('a lock', () => {
  const takeFrom = ({ server }: Awaited<ReturnType<typeof serverUnder>>) =>
    server.takeLock({ lock: 'a', owner: 'this run', waitSeconds: 0 })

  async function plantLock(home: string, pid: number | undefined, at: Date): Promise<string> {
    const lock = join(home, '.make-a-backup', 'lock-a')
    await mkdir(lock, { recursive: true })
    await writeFile(join(lock, 'owner'), 'an earlier run\n')
    await writeFile(join(lock, 'alive'), '')
    await writeFile(join(lock, 'pid'), `${pid}\n`)
    for (const path of [join(lock, 'alive'), lock]) await utimes(path, at, at)
    return lock
  }

  it('from a clock that was ahead, whose process number another program has now, is taken over', async () => {
    const stranger = spawn('sleep', ['100'], { detached: true })
    try {
      const there = await serverUnder('dash')
      await plantLock(there.home, stranger.pid, new Date(Date.now() + 86_400_000))
      const lock = await takeFrom(there)
      expect(lock.recovered).toEqual(['an earlier run'])
      await lock.release()
      expect(stranger.exitCode).toBeNull()
    } finally {
      stranger.kill()
    }
  })

  it('of a job whose process number another job has now is taken over', async () => {
    const there = await serverUnder('dash')
    const other = await there.server.takeLock({ lock: 'other', owner: 'another run', waitSeconds: 0 })
    const pid = Number(await readFile(join(there.home, '.make-a-backup/lock-other/pid'), 'utf8'))
    const planted = await plantLock(there.home, pid, new Date())
    await writeFile(join(planted, 'mark'), 'an-earlier-boot 4711\n')
    const lock = await takeFrom(there)
    expect(lock.recovered).toEqual(['an earlier run'])
    await lock.release()
    await other.release()
  })

  it('that nobody may remove is named, with the command', async () => {
    const there = await serverUnder('dash')
    const dead = Number(execFileSync('sh', ['-c', 'echo $$']).toString())
    const lock = await plantLock(there.home, dead, new Date())
    const state = join(there.home, '.make-a-backup')
    // Root is stopped by nothing but an attribute that not every disk has.
    if (isRoot) return
    await mkdir(join(lock, 'closed'))
    await writeFile(join(lock, 'closed', 'file'), '')
    await chmod(join(lock, 'closed'), 0o500)
    await expect(takeFrom(there)).rejects.toThrow(/belongs to a run that is gone, and cannot be removed/)
    await chmod(join(lock, 'closed'), 0o700)
    expect(await readdir(state)).toEqual(['lock-a'])
  })

  if (isRoot) {
    it.each([
      ['space', 'size=64k', 'is full', 'dd if=/dev/zero of='],
      ['inodes', 'size=1m,nr_inodes=8', 'has no inodes left', 'mkdir 1 2 3 4 5 6 7 8 '],
    ])(
      'on a disk without %s ends at once and says so, also one that a dead run left',
      async (kind, option, what, fill) => {
        const home = await freshFolder(services)
        execFileSync('mount', ['-t', 'tmpfs', '-o', option, 'tmpfs', home])
        try {
          const there = await serverUnder('dash', { HOME: home })
          const dead = Number(execFileSync('sh', ['-c', 'echo $$']).toString())
          await plantLock(home, dead, new Date())
          execFileSync('sh', ['-c', `${fill}fill; :`], { cwd: home, stdio: 'ignore' })
          await expect(takeFrom(there)).rejects.toThrow(what)
          const mirrorDir = join(home, 'mirror')
          const folder = await site('index.php')
          await expect(mirror(there.folders, { paths: [folder], mirrorDir })).rejects.toThrow(what)
          const facts = await there.folders.preflight({ paths: [folder], exclude: [], mirrorDir, estimates: false })
          expect([facts.lockFolder.state, facts.mirror?.state]).toEqual([kind, kind])
          await rm(join(home, '.make-a-backup'), { recursive: true })
          execFileSync('sh', ['-c', `${fill}more; :`], { cwd: home, stdio: 'ignore' })
          await expect(takeFrom(there)).rejects.toThrow(what)
        } finally {
          execFileSync('umount', ['-l', home])
        }
      },
    )
  }
})
