import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { actionRun, s3Inputs, sshInputs } from '../../runner/action-run'
import type { BackupRun } from '../../runner/backup-run'
import { forcedKey, type InstalledServer, installedServer } from '../../servers/installed-server'
import { testSql } from '../../servers/test-services'
import { brokenRecoveryPoints } from '../bucket-snapshot'
import { expectCleanPost, expectFailure, expectNothingLeft, openScene, type Scene } from '../failure/failure-scene'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'

let scene: Scene
let installed: InstalledServer
let allowed: string[]
let mirror: string

/** The login at the database is on the server. */
const noLogin = { 'mysql-user': '', 'mysql-password': '', 'mysql-socket': '' }

beforeAll(async () => {
  scene = await openScene()
  const { mysql } = scene.services
  mirror = join(scene.home, '../mirror of root')
  installed = installedServer(join(scene.home, '../installed'))
  useKey(installed)
  allowed = [
    'job=backup',
    `path=${scene.docroot}`,
    `database=${scene.database}`,
    `mirror=${mirror}`,
    'exclude=*',
    `tools=${scene.tools.folder}`,
    `option=user=${mysql.user}`,
    `option=password="${mysql.password.replace(/["\\]/g, '\\$&').replaceAll('\\', '\\\\')}"`,
    `option=socket=${mysql.socket}`,
  ]
})
beforeEach(() => installed.configure(allowed))
afterAll(() => scene?.close())

function useKey({ command }: InstalledServer): void {
  const file = scene.sshd.authorizedKeysFile
  writeFileSync(file, forcedKey(readFileSync(file, 'utf8'), command))
}

const served = (inputs: Record<string, string> = {}) => scene.run({ inputs: { ...noLogin, ...inputs } })
const said = (run: BackupRun) => run.main?.log.join('\n')

describe('a backup by a key that can only take backups', () => {
  it('is as good as any, without a login at the database or a place for the mirror in the workflow', async () => {
    const run = await served({ exclude: '*.tmp', compression: 'zstd', 'dump-options': '--skip-extended-insert' })
    expect(said(run)).toContain('make-a-backup 1.0.0 is installed on the server and limits what this key may do.')
    expect(run.main?.annotations).toMatchObject({ warning: [], error: [] })
    expect(run.main?.outputs).toMatchObject({ status: 'good' })
    const { manifests } = await scene.snapshot()
    expect(manifests['running']?.artifacts.map(({ kind }) => kind)).toEqual(['database', 'files'])
    expect(existsSync(join(mirror, scene.docroot, 'index.php'))).toBe(true)
    await expectNothingLeft(scene)
    expectCleanPost(run)
  })

  it('is tried by a dry run', async () => {
    const { main } = await served({ 'dry-run': 'true' })
    expect(main?.annotations.error).toEqual([])
    expect(main?.summary).toContain('make-a-backup 1.0.0 is installed on the server')
  })

  it('leaves nothing when it is cancelled', async () => {
    const before = await scene.snapshot()
    await withHeldTable(scene, 'zz_last', async () => {
      const halfway = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 })
      const run = await scene.run({ inputs: noLogin, cancelAfter: halfway })
      expect(run.conclusion).toBe('cancelled')
      expectCleanPost(run)
    })
    expect(await scene.snapshot()).toEqual(before)
    expect(brokenRecoveryPoints(before)).toEqual([])
    await expectNothingLeft(scene)
    expect(readdirSync(join(mirror, '.make-a-backup')).filter(name => name.startsWith('lock'))).toEqual([])
  })

  it('warns of an older copy on the server, and says how to replace it', async () => {
    const older = installedServer(join(scene.home, '../older'), { version: '1.0.0-beta' })
    const oldest = installedServer(join(scene.home, '../oldest'), { version: '0.9.3' })
    for (const [copy, warnings] of [
      [older, []],
      [oldest, [expect.stringMatching(/server is version 0\.9\.3, this action is 1\.0\.0.*sh server\.sh upgrade/s)]],
    ] as const) {
      copy.configure(allowed)
      useKey(copy)
      const { main } = await served()
      expect(main?.annotations.warning.map(({ message }) => message)).toEqual(warnings)
    }
    useKey(installed)
  })
})

describe('a key that can only take backups', () => {
  const refused: [string, () => Record<string, string>, RegExp][] = [
    ['another folder', () => ({ paths: '/etc' }), /path "\/etc" is not allowed.*path=\/etc/s],
    ['a folder below', () => ({ paths: join(scene.docroot, 'uploads') }), /path ".*uploads" is not allowed/],
    [
      'another database',
      () => ({ databases: 'another_shop' }),
      /database "another_shop" is not allowed.*database=another_shop/s,
    ],
    ['all databases', () => ({ databases: '*' }), /database "\*" is not allowed/],
    ['another mirror', () => ({ 'mirror-dir': '/var/spool' }), /mirror "\/var\/spool" is not allowed/],
    ['a command', () => ({ 'before-command': 'id' }), /command "id" is not allowed.*command=id/s],
    ['another login', () => ({ 'mysql-user': 'root' }), /its own login at the database.*"mysql-user"/s],
    ['another server', () => ({ 'mysql-host': '192.0.2.1' }), /argument "--host=192\.0\.2\.1" is not allowed/],
    [
      'an option that reaches elsewhere',
      () => ({ 'dump-options': '--character-sets-dir=/tmp' }),
      /argument "--character-sets-dir=\/tmp" is not allowed/,
    ],
  ]
  it.each(refused)('is refused %s, with the line that would allow it', async (_what, inputs, telling) => {
    await expectFailure(scene, { inputs: { ...noLogin, ...inputs() } }, [telling])
  })

  it('may do what its configuration allows, and no more', async () => {
    const note = join(scene.home, '../note')
    installed.configure([...allowed, `command=echo one > '${note}'\\necho two >> '${note}'`, 'job=restore'])
    const run = await served({ 'before-command': `echo one > '${note}'\necho two >> '${note}'` })
    expect(run.main?.annotations.error).toEqual([])
    expect(readFileSync(note, 'utf8')).toBe('one\ntwo\n')
  })

  it('restores where its configuration allows that', async () => {
    expect((await served()).conclusion).toBe('success')
    const inputs = {
      ...{ ...sshInputs(scene.services), ...s3Inputs(scene.services, scene.bucket) },
      ...{ overwrite: 'true', confirm: scene.services.ssh.host },
    }
    const refusedRun = await actionRun('restore', { inputs })
    expect(refusedRun.main?.annotations.error[0]?.message).toMatch(/job "restore" is not allowed.*job=restore/s)

    installed.configure([...allowed, 'job=restore'])
    rmSync(join(scene.docroot, 'index.php'))
    await testSql(scene.services, 'DELETE FROM orders', scene.database)
    const run = await actionRun('restore', { inputs })
    expect(run.main?.annotations.error).toEqual([])
    expect(run.main?.outputs).toMatchObject({ status: 'restored' })
    expect(existsSync(join(scene.docroot, 'index.php'))).toBe(true)
    expect(await testSql(scene.services, 'SELECT COUNT(*) FROM orders', scene.database)).toMatch(/3/)
    const elsewhere = await actionRun('restore', {
      inputs: { ...inputs, databases: 'none', paths: `${scene.docroot}=/tmp/x` },
    })
    expect(elsewhere.main?.annotations.error[0]?.message).toMatch(/path "\/tmp\/x" is not allowed/)
  })

  it('says what is wrong with its configuration', async () => {
    installed.configure([...allowed, 'job backup'])
    await expectFailure(scene, { inputs: noLogin }, [/web1\.conf has a line that means nothing here: job backup/])
    installed.configure(['job=restore'])
    await expectFailure(scene, { inputs: noLogin }, [/job "backup" is not allowed/])
  })
})
