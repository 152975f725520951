import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionRun } from '../../runner/emulator'
import { treeDigest } from '../../servers/docroot'
import { command } from '../../servers/processes/command'
import { opened } from '../../servers/processes/stock-tools'
import { type SshdServer, startSshd } from '../../servers/sshd'
import { freshFolder, testServices } from '../../servers/test-services'
import { type GoodBackup, goodBackup } from '../good-backup'
import { sshInputs } from '../ssh-inputs'
import { filesOf } from '../stored-manifest'
import { expectRestored, restoreRun } from './restore-run'

const services = testServices()
const isRoot = process.getuid?.() === 0
/** Root gives up being root for these; whoever is not root is right as he is. */
const loginShell = isRoot ? 'setpriv --reuid=65534 --regid=65534 --clear-groups -- /bin/sh' : '/bin/sh'

/** Reachable by that user too. */
let place: string
let site: string
let ordinary: SshdServer
/** A server of root, on which `www-data` is 48, `root` is missing, and 4711 is somebody. */
let other: SshdServer
let backup: GoodBackup

/** What neither owners nor modes say, by name or by number. */
async function attributes(folder: string, numbers: '-n' | '-p' = '-p'): Promise<string> {
  const lists = await command('sh', ['-ec', 'cd "$1" && getfacl -R -P -s -E "$2" .', 'sh', folder, numbers])
  const names = '^(user|trusted)[.]|^security[.]capability$'
  return lists + (await command('sh', ['-ec', 'cd "$1" && getfattr -R -P -h -d -m "$2" .', 'sh', folder, names]))
}

/** cap_net_raw+ep */
const netRaw = '0x0100000200200000000000000000000000000000'

const owners = (folder: string, numbers = false) =>
  command('find', [folder, '-printf', numbers ? '%U:%G %m %y %P\\0' : '%u:%g %m %y %P\\0'])

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'owners-'))
  await chmod(place, 0o755)
  site = join(place, 'site')
  await mkdir(join(site, 'uploads/root'), { recursive: true })
  for (const name of ['index.php', 'uploads/a', 'uploads/line\nbreak', 'uploads/root/ü ö', 'config.php'])
    await writeFile(join(site, name), name)
  await symlink('index.php', join(site, 'link'))
  if (isRoot) {
    await command('chown', ['-hR', 'www-data:www-data', site])
    await command('chown', ['-hR', '0:4', join(site, 'uploads/root')])
    await command('chown', ['-h', '4711:4711', join(site, 'uploads/line\nbreak'), join(site, 'link')])
    await command('chmod', ['u+s', join(site, 'uploads/a')])
    await command('setfattr', ['-n', 'security.capability', '-v', netRaw, join(site, 'index.php')])
  }
  await command('setfattr', ['-n', 'user.colour', '-v', 'blue', join(site, 'config.php')])
  await command('setfattr', ['-n', 'user.a=b', '-v', 'line\nbreak', join(site, 'uploads/line\nbreak')])
  await command('setfacl', ['-m', 'u:games:rwX,g:4712:r,d:u:www-data:rwx', join(site, 'uploads')])
  await command('setfacl', [
    '-m',
    'u:www-data:r,m::r',
    join(site, 'uploads/line\nbreak'),
    join(site, 'uploads/root/ü ö'),
  ])
  const home = join(place, 'agent')
  await mkdir(home)
  if (isRoot) await command('chown', ['65534:65534', home])
  const tools = join(place, 'tools')
  await mkdir(tools)
  const getent =
    'case $2 in www-data) echo www-data:x:48:48::: ;; adm) echo adm:x:4: ;; 4711) echo mallory:x:4711:4711::: ;; esac'
  await writeFile(join(tools, 'getent'), `#!/bin/sh\n${getent}\n`, { mode: 0o755 })
  ordinary = await startSshd(await freshFolder(services), { environment: { HOME: home }, loginShell })
  const path = `${tools}:${process.env['PATH']}`
  const rootHome = await freshFolder(services)
  other = await startSshd(await freshFolder(services), { environment: { HOME: rootHome, PATH: path } })
  const noDatabase = { 'mysql-user': '', 'mysql-password': '', 'mysql-socket': '' }
  const inputs = { ...sshInputs(ordinary), ...noDatabase, paths: site, rotation: 'running' }
  backup = await goodBackup(services, { inputs: { ...inputs, 'mirror-dir': join(home, 'mirror') } })
})

afterAll(async () => {
  await Promise.all([ordinary?.stop(), other?.stop()])
  await rm(place, { recursive: true, force: true })
})

const restored = (inputs: Record<string, string>): Promise<ActionRun> =>
  restoreRun(services, backup.run.bucket, { inputs: { databases: 'none', ...inputs } })

const warningsOf = ({ main }: ActionRun) => main?.annotations.warning.map(({ message }) => message).join('\n') ?? ''

describe('a backup by a user who is not root', () => {
  it('records whose the files were', () => {
    const { content } = filesOf(backup.manifest)
    const web = { user: 'www-data', group: 'www-data', uid: 33, gid: 33, entries: 5 }
    expect(content).toMatchObject({
      // Whose files are all its own needs no list.
      ...(isRoot ? { ownerList: '.make-a-backup.owners' } : {}),
      owners: isRoot
        ? [
            web,
            { user: 'root', group: 'adm', uid: 0, gid: 4, entries: 2 },
            { user: null, group: null, uid: 4711, gid: 4711, entries: 2 },
          ]
        : [{ uid: process.getuid?.(), entries: 9 }],
    })
  })

  it('lists their access control lists and extended attributes', () => {
    expect(filesOf(backup.manifest).content).toMatchObject({
      accessLists: { list: '.make-a-backup.acls', entries: 3 },
      extendedAttributes: { list: '.make-a-backup.attributes', entries: isRoot ? 3 : 2 },
    })
  })

  it('is given back by root with every owner, and the set-uid bit that goes with it', async () => {
    const target = join(place, 'by-root')
    const run = await restored({ paths: `${site}=${target}`, 'allow-entries': 'set-uid' })
    expectRestored(run)
    expect(await owners(target)).toBe(await owners(site))
    expect(await treeDigest(target)).toEqual(await treeDigest(site))
    expect((await attributes(target)) === (await attributes(site))).toBe(isRoot)
    expect(run.main?.log.join('\n')).toContain(isRoot ? 'Owners by name: www-data:www-data (5 entries)' : 'belong to')
  })

  it('is given back by name where the numbers are others, and says which names are missing', async () => {
    const target = join(place, 'other')
    const run = await restored({ ...sshInputs(other), paths: `${site}=${target}` })
    expectRestored(run)
    const before = await owners(site, true)
    const expected = before.replaceAll('33:33 ', '48:48 ').replace('48:48 4', '48:48 ')
    expect(await owners(target, true)).toBe(isRoot ? expected : before)
    const warnings = warningsOf(run)
    if (!isRoot) {
      expect(warnings).toContain('Only a restore as root gives them.')
      return
    }
    // No signature says whose the capability is, and the server does not have "games".
    const listed = (await attributes(site, '-n'))
      .replaceAll('user:33:', 'user:48:')
      .replaceAll('owner: 33', 'owner: 48')
    expect(await attributes(target, '-n')).toBe(
      listed.replaceAll('group: 33', 'group: 48').replace(/# file: index.php\n.*\n\n/, ''),
    )
    expect(warnings).toContain('Not restored: 1 extended attribute that gives rights')
    expect(warnings).toContain('does not have by name: the user "games" by the number 5')
    expect(warnings).toContain('"root": 2 entries by the number 0,')
    expect(warnings).toContain('the user 4711 had no name: 2 entries by the number 4711, which is "mallory" there')
  })

  it('is given to one account where "owner" names it', async () => {
    const run = await restored({ paths: `${site}=${join(place, 'one')}`, owner: isRoot ? 'games:33' : 'games' })
    if (!isRoot) {
      expect(run.main?.annotations.error[0]?.message).toContain('which only root may do')
      return
    }
    expectRestored(run)
    expect((await command('find', [join(place, 'one'), '-printf', '%u:%G\\n'])).split('\n').slice(0, -1)).toEqual(
      Array.from({ length: 9 }, () => 'games:33'),
    )
  })

  it('is given back by a user with the commands that set the owners later', async () => {
    const target = join(place, 'agent/copy')
    const run = await restored({ ...sshInputs(ordinary), paths: `${site}=${target}` })
    expectRestored(run)
    const uid = isRoot ? 65534 : process.getuid?.()
    expect((await command('find', [target, '!', '-uid', String(uid)])).trim()).toBe('')
    expect(warningsOf(run)).toContain('only root can give files to others')
    const [, block = ''] = /What was left out\n.*?```sh\n(.*?)```/s.exec(run.main?.summary ?? '') ?? []
    expect(block).toContain(`chown -hR -- ${isRoot ? 'www-data:www-data' : ''}`)
    await command('bash', ['-ec', block])
    expect(await owners(target)).toBe(await owners(site))
    expect(await attributes(target)).toBe(await attributes(site))
  })

  it('is given back by hand, by the lines of the README in the bucket', async () => {
    const folder = await freshFolder(services)
    const { key } = filesOf(backup.manifest)
    const stored = await opened(key, await backup.bucket.bytes(key))
    await writeFile(join(folder, 'codebase.tar.gz'), stored)
    const readme = await backup.bucket.text('running-backups/README.md')
    const lines = [...readme.matchAll(/^sudo sh -c '(cd \/ && .*)'$/gm)].map(([, line = '']) => line)
    await command('tar', ['-xpzf', join(folder, 'codebase.tar.gz'), '-C', folder])
    // The list is there, and needed, only where files were somebody else's.
    expect(existsSync(join(folder, '.make-a-backup.owners'))).toBe(isRoot)
    expect(lines).toHaveLength(3)
    for (const line of isRoot ? lines : lines.slice(1))
      await command('sh', ['-ec', line.replace('cd /', `cd ${folder}`)])
    expect(await attributes(join(folder, site))).toBe(await attributes(site))
    const names = (text: string) => text.replaceAll(/ \d+ /g, ' ')
    expect(names(await owners(join(folder, site)))).toBe(names(await owners(site)))
    expect(await command('ls', ['-A', folder])).toBe(`codebase.tar.gz\n${site.split('/')[1]}\n`)
  })
})
