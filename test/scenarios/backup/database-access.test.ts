import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asStored } from '../../runner/encryption-switch'
import { importDump } from '../../servers/processes/stock-tools'
import { type SshdServer, startSshd } from '../../servers/sshd'
import { freshDatabase, freshDatabaseName, freshFolder, testServices, testSql } from '../../servers/test-services'
import { goodBackup } from '../good-backup'
import { sshInputs } from '../ssh-inputs'
import { databaseOf } from '../stored-manifest'

const services = testServices()
const sql = (text: string, database?: string) => testSql(services, text, database)
/** Everything that an option file, a shell or SQL could take for something else. */
const password = `p"a\\ss'w #1$(id)`
const database = `odd-name db`
const user = freshDatabaseName()
let home: string
let sshd: SshdServer

beforeAll(async () => {
  await sql(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4`)
  await sql("CREATE TABLE notes (id INT PRIMARY KEY, t TEXT); INSERT INTO notes VALUES (1, 'kept')", database)
  for (const host of ['localhost', '127.0.0.1']) {
    const account = `${user}@'${host}'`
    await sql(`CREATE USER ${account} IDENTIFIED BY '${password.replace(/[\\']/g, '\\$&')}'`)
    await sql(`GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON \`${database}\`.* TO ${account}`)
    await sql(`GRANT SELECT ON mysql.proc TO ${account}`)
  }
  home = join(await freshFolder(services), 'home')
  await mkdir(home)
  sshd = await startSshd(await freshFolder(services), { environment: { HOME: home } })
})

afterAll(async () => {
  await sshd.stop()
  await sql(`DROP DATABASE \`${database}\``)
})

/** No login of the action's own: what it gets it gets from the server. */
const nobody = { 'mysql-user': '', 'mysql-password': '', 'mysql-socket': '' }

async function expectBackup(inputs: Record<string, string>): Promise<void> {
  const backup = await goodBackup(services, {
    inputs: { databases: database, rotation: 'running', ...inputs },
  })
  const artifact = databaseOf(backup.manifest)
  expect(artifact).toMatchObject({ database, key: asStored('running-backups/running.database.sql.gz') })
  const target = await freshDatabase(services)
  await importDump(services.mysql.clientConfig, target, await backup.content(artifact))
  expect(await sql('SELECT id, t FROM notes', target)).toBe('1\tkept\n')
}

describe('a backup of a database with an odd name, by a user with an odd password', () => {
  it('goes through the socket', () => expectBackup({ 'mysql-user': user, 'mysql-password': password }))

  it.each([
    ['a host and a port', { 'mysql-host': '127.0.0.1', 'mysql-port': String(services.mysql.port) }],
    ['a port alone', { 'mysql-port': String(services.mysql.port) }],
    ['localhost and a port', { 'mysql-host': 'localhost', 'mysql-port': String(services.mysql.port) }],
  ])('goes over TCP to %s', async (_where, inputs) => {
    await expectBackup({ 'mysql-user': user, 'mysql-password': password, 'mysql-socket': '', ...inputs })
  })

  it('has its object named by the encoded name beside another database', async () => {
    const other = await freshDatabase(services)
    await sql('CREATE TABLE one (id INT PRIMARY KEY)', other)
    const inputs = { databases: `${database}\n${other}`, rotation: 'running' }
    const { manifest } = await goodBackup(services, { inputs })
    expect(databaseOf(manifest, database)).toMatchObject({
      name: 'odd-name%20db.database',
      key: asStored('running-backups/running.odd-name%20db.database.sql.gz'),
    })
  })
})

describe('a backup without a database login', () => {
  const throughSshd = () => ({ ...sshInputs(sshd), ...nobody })
  const quoted = `"${password.replace(/[\\"]/g, '\\$&')}"`

  it('uses the login of the SSH user’s own ~/.my.cnf', async () => {
    const file = `[client]\nuser=${user}\npassword=${quoted}\nsocket=${services.mysql.socket}\n`
    await writeFile(join(home, '.my.cnf'), file, { mode: 0o600 })
    await expectBackup(throughSshd())
  })

  it('uses that login where the inputs say where the database is', async () => {
    const elsewhere = '/nowhere/mysqld.sock'
    const file = `[client]\nuser=${user}\npassword=${quoted}\nsocket=${elsewhere}\n`
    await writeFile(join(home, '.my.cnf'), file, { mode: 0o600 })
    await expectBackup({ ...throughSshd(), 'mysql-socket': services.mysql.socket })
  })

  it('shuts that file out when a user is given, whatever it would do to a dump', async () => {
    const file =
      '[client]\nuser=nobody\n[mysqldump]\nno-data\nwhere="1=0"\nignore-table=odd-name db.notes\n[mariadb-dump]\nno-data\n'
    await writeFile(join(home, '.my.cnf'), file, { mode: 0o600 })
    await expectBackup({
      ...throughSshd(),
      'mysql-user': user,
      'mysql-password': password,
      'mysql-socket': services.mysql.socket,
    })
  })
})
