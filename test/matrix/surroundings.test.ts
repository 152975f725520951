import { join } from 'node:path'
import { expectRestored } from '../scenarios/restore/restore-run'
import { command } from '../servers/processes/command'
import { freshFolder } from '../servers/test-services'
import { expectProven, onServers } from './servers'

onServers('a data disk of its own, with the folder that a file system makes', server => {
  it('is no database: all others are backed up and come back', async () => {
    const folder = `${(await server.sql('SELECT @@datadir')).trim()}lost+found`
    await server.shell(`install -d -m 700 ${folder}`)
    try {
      const database = await server.database('CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);')
      const other = await server.database('CREATE TABLE t (id INT);')
      const before = await server.contents(database)
      const { run, manifest } = await server.backup({ databases: `*\n!${other}` })
      const taken = manifest.artifacts.map(artifact => (artifact.kind === 'database' ? artifact.database : ''))
      expect(taken).toContain(database)
      expect(taken.filter(name => name === other || name.includes('lost'))).toEqual([])
      expectProven(await server.drill(run.bucket))
      await server.sql(`DROP DATABASE ${database}`)
      expectRestored(await server.restore(run.bucket, { databases: database }))
      expect(await server.contents(database)).toEqual(before)
    } finally {
      await server.shell(`rmdir ${folder}`)
    }
  })
})

onServers(
  'the database programs of both products on one PATH',
  server => {
    it('are told apart: a dump and an import are by those of the server', async () => {
      const content =
        'CREATE TABLE t (id INT PRIMARY KEY, twice INT AS (id * 2) STORED, thrice INT AS (id * 3) VIRTUAL); INSERT INTO t (id) VALUES (1);'
      const database = await server.database(content)
      const before = await server.contents(database)
      await server.shell(await mariadbPrograms(await freshFolder(server.services)))
      try {
        const { run, manifest } = await server.backup({ databases: database })
        expect(manifest.server.database).toMatchObject({
          flavor: 'mysql',
          dumpTool: expect.not.stringMatching(/maria/i),
        })
        expect(manifest.warnings).toEqual([])
        await server.shell(`/usr/bin/mysql --execute='DROP DATABASE ${database}'`)
        expectRestored(await server.restore(run.bucket))
      } finally {
        await server.shell('rm /usr/local/bin/m*')
      }
      expect(await server.contents(database)).toEqual(before)
    })
  },
  ({ flavor }) => flavor === 'mysql',
)

/** Copies those of this machine, with their libraries, and returns a script that puts them first on the PATH. */
async function mariadbPrograms(folder: string): Promise<string> {
  const names = ['mariadb', 'mariadb-dump']
  for (const name of names) {
    const program = `/usr/bin/${name}`
    const libraries = (await command('ldd', [program])).match(/\/\S+(?= \(0x)/g) ?? []
    await command('cp', ['--dereference', program, ...libraries, folder])
  }
  const run = `exec ${join(folder, 'ld-linux-x86-64.so.2')} --library-path ${folder} ${folder}`
  return ['mysql:mariadb', 'mariadb:mariadb', 'mysqldump:mariadb-dump', 'mariadb-dump:mariadb-dump']
    .map(pair => pair.split(':'))
    .map(
      ([name, program]) =>
        `printf '#!/bin/sh\\n${run}/${program} "$@"\\n' >/usr/local/bin/${name}; chmod 755 /usr/local/bin/${name}`,
    )
    .join('\n')
}
