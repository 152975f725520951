import { rm } from 'node:fs/promises'
import { startMariadb } from '../../servers/database/mariadb'
import { freshDatabase, freshFolder, testSql } from '../../servers/test-services'
import { withHeldTable } from '../held-table'
import { serverProcess } from '../server-processes'
import { expectFailure, openScene, type Scene } from './failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())
afterEach(() => scene?.tools.restore())

const unchanged = /Still safe: Nothing was changed in the bucket/

/** SIGKILLs a program on the server as soon as it has written a megabyte. */
async function killHalfway(program: string): Promise<void> {
  const { pid } = await serverProcess(scene.home, program, { writtenBytes: 1_000_000 })
  process.kill(pid, 'SIGKILL')
}

describe('a backup whose dump breaks off', () => {
  it('fails when mysqldump is killed halfway', async () => {
    await withHeldTable(scene, 'zz_last', async () => {
      const killed = killHalfway('mariadb-dump')
      await expectFailure(scene, {}, [/mysqldump was killed/, /signal 9/, /out-of-memory/, unchanged])
      await killed
    })
  })

  it('fails when the compressor is killed halfway', async () => {
    scene.tools.remove('pigz')
    const wholeDump = killHalfway('gzip')
    await expectFailure(scene, { inputs: { paths: '', 'compression-level': '9' } }, [
      /compressor was killed/,
      /during the dump of database/,
      unchanged,
    ])
    await wholeDump
  })

  it('fails when the database server stops halfway', async () => {
    const folder = await freshFolder(scene.services)
    const mariadb = await startMariadb(folder)
    try {
      await mariadb.sql('CREATE DATABASE shop')
      const rows = 'SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_30000'
      await mariadb.sql(`CREATE TABLE noise (id INT PRIMARY KEY, data BLOB); INSERT INTO noise ${rows}`, 'shop')
      const stopped = serverProcess(scene.home, 'mariadb-dump', { writtenBytes: 1_000_000 }).then(() => mariadb.kill())
      const inputs = {
        databases: 'shop',
        paths: '',
        'mysql-user': 'root',
        'mysql-password': mariadb.rootPassword,
        'mysql-socket': mariadb.socket,
        'compression-level': '9',
      }
      await expectFailure(scene, { inputs }, [
        /mysqldump ended with status/,
        /closed the connection during the dump/,
        /error log/,
        unchanged,
      ])
      await stopped
    } finally {
      await mariadb.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('a backup that cannot have its database', () => {
  it('names a dump tool that is not installed', async () => {
    scene.tools.remove('mysqldump', 'mariadb-dump')
    await expectFailure(scene, {}, [
      /mysqldump \(or mariadb-dump\) was not found on the server/,
      /apt install mariadb-client/,
      unchanged,
    ])
  })

  it('says that the password is wrong', async () => {
    const inputs = { 'mysql-password': 'not the right one at all' }
    await expectFailure(scene, { inputs }, [/refused the login/, /"mysql-user" and "mysql-password"/, unchanged])
  })

  it('says that nothing answers at the socket', async () => {
    const inputs = { 'mysql-socket': '/run/no-such.sock' }
    await expectFailure(scene, { inputs }, [/cannot be reached/, /"mysql-socket"/, unchanged])
  })

  it('names a database that does not exist, and those that do, the most alike first', async () => {
    await expectFailure(scene, { inputs: { databases: `${scene.database}s` } }, [
      new RegExp(`"${scene.database}s" does not exist`),
      new RegExp(`sees: "${scene.database}", `),
      unchanged,
    ])
  })

  it('takes neither of two databases when one is wrong', async () => {
    const inputs = { databases: `${scene.database}\nno_such_shop` }
    const run = await expectFailure(scene, { inputs }, [/"no_such_shop" does not exist/, unchanged])
    expect(run.main?.annotations.error[0]?.message).not.toContain(`"${scene.database}" does not exist`)
  })

  it('refuses a database without tables', async () => {
    const empty = await freshDatabase(scene.services)
    await expectFailure(scene, { inputs: { databases: empty } }, [
      new RegExp(`"${empty}" has no tables`),
      /allow-empty: true/,
      unchanged,
    ])
  })

  it('names a view that builds on nothing', async () => {
    const sql = (text: string) => testSql(scene.services, text, scene.database)
    await sql('CREATE TABLE gone (id INT); CREATE VIEW broken AS SELECT id FROM gone; DROP TABLE gone')
    try {
      await expectFailure(scene, {}, [
        /broken/,
        /view uses a table or column that no longer exists/,
        /"exclude-tables"/,
        unchanged,
      ])
    } finally {
      await sql('DROP VIEW broken')
    }
  })
})

describe('a backup whose database user may not see everything', () => {
  const password = 'a password of the reader'
  async function asReader(grants: string): Promise<Record<string, string>> {
    const reader = `'reader'@'localhost'`
    await testSql(
      scene.services,
      `CREATE OR REPLACE USER ${reader} IDENTIFIED BY '${password}'; GRANT ${grants} ON ${scene.database}.* TO ${reader}`,
    )
    return { 'mysql-user': 'reader', 'mysql-password': password }
  }
  afterAll(() => testSql(scene.services, `DROP USER IF EXISTS 'reader'@'localhost'`))

  it.each([
    ['SELECT alone', 'SELECT'],
    ['no SHOW VIEW', 'SELECT, TRIGGER, EVENT, LOCK TABLES'],
    ['no EVENT', 'SELECT, SHOW VIEW, TRIGGER, LOCK TABLES'],
    ['routines it may run and not read', 'SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES, EXECUTE'],
  ])('fails with %s', async (_name, grants) => {
    const inputs = await asReader(grants)
    await expectFailure(scene, { inputs }, [/SHOW VIEW|TRIGGER|EVENT|proc|ROUTINE/, /grant/i, unchanged])
  })
})
