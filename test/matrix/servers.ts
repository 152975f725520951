import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { compareSeries, parseServerVersion, seriesOf } from '../../src/sources/mysql/target/server-version'
import { actionRun, s3Inputs } from '../runner/action-run'
import type { ActionRun } from '../runner/emulator'
import { type GoodBackup, goodBackup } from '../scenarios/good-backup'
import { overwriting, restoreRun } from '../scenarios/restore/restore-run'
import { checksumDatabase } from '../servers/database/checksum-database'
import type { DebianServerFacts } from '../servers/machines/debian-server'
import { matrixVariable } from '../servers/matrix-setup'
import { command } from '../servers/processes/command'
import type { Services } from '../servers/services'
import { freshDatabaseName, testServices, testSql } from '../servers/test-services'

type Inputs = Readonly<Record<string, string>>

/** A server with sshd, a database server and the tools of its release, stock settings, and what to do with it. */
export interface ServerUnderTest {
  /** The release of Debian, or `here`: this machine with the servers of the tests. */
  readonly name: string
  readonly flavor: 'mariadb' | 'mysql'
  /** Of the database server: `11.8.9`. */
  readonly version: string
  /** What leads to it. Folders below `services.folder` are under the same paths on it and on this machine. */
  readonly services: Services
  /** What comes before a command so that it runs on the server. */
  readonly within: readonly string[]
  /** Whether its database server is of this series, like `10.11`, or a later one. */
  isAtLeast(series: string): boolean
  /** Runs SQL as root by its own client, `DELIMITER` included: rows as lines, columns separated by tabs. */
  sql(text: string, database?: string): Promise<string>
  /** Runs a script as root on it, by bash. Returns the standard output, throws when it fails. */
  shell(script: string, input?: string): Promise<string>
  /** Makes a database with a fresh name and runs `content` in it. Returns its name. */
  database(content?: string): Promise<string>
  /** Everything in a database as lines of text, which are the same for equal databases: see `checksumDatabase`. */
  contents(database: string): Promise<string[]>
  /** A green backup run of this server; throws with the log otherwise. */
  backup(inputs: Inputs): Promise<GoodBackup>
  /** Restores onto this server from a bucket. Over what is there: `server.restore(bucket, server.overwriting)`. */
  restore(bucket: string, inputs?: Inputs): Promise<ActionRun>
  readonly overwriting: Inputs
  /**
   * A restore over the live database whose import fails in its middle, at SQL that nobody can run. All other imports
   * go well.
   */
  failingRestore(bucket: string, database: string): Promise<ActionRun>
  /** A drill as on a runner that has this server's database programs: the verify action runs on it. */
  drill(bucket: string, inputs?: Inputs): Promise<ActionRun>
}

/** The servers that this run was asked for, from the oldest release to the newest. */
function serversUnderTest(): ServerUnderTest[] {
  const path = process.env[matrixVariable]
  if (path === undefined) throw new Error('No servers: tests of test/matrix run by npm run matrix.')
  const facts: DebianServerFacts[] = JSON.parse(readFileSync(path, 'utf8'))
  return facts.map(debianServer)
}

/** This machine with the servers of all tests, as one more: the source of what goes across. */
function thisMachine(): ServerUnderTest {
  const services = testServices()
  const found = parseServerVersion(execFileSync('mariadbd', ['--no-defaults', '--version'], { encoding: 'utf8' }))
  if (found === undefined) throw new Error('mariadbd does not say its version.')
  const sql = (text: string, database?: string) => testSql(services, text, database)
  return server({ name: 'here', ...found, within: [], services, sql })
}

/** Suites for each server that fits. Its name comes before the title, for the table of `npm run matrix`. */
export function onServers(
  title: string,
  tests: (server: ServerUnderTest) => void,
  fits: (server: ServerUnderTest) => boolean = () => true,
): void {
  const servers = serversUnderTest().filter(fits)
  for (const each of servers) describe(`${each.name}: ${title}`, () => tests(each))
  // A file without a test is an error.
  if (servers.length === 0) it('concerns none of these servers', () => expect(servers).toEqual([]))
}

/** Suites for each way from a MariaDB to a newer one, with titles as those of `onServers`: the target comes first. */
export function onWays(title: string, tests: (source: ServerUnderTest, target: ServerUnderTest) => void): void {
  const servers = serversUnderTest().filter(({ flavor }) => flavor === 'mariadb')
  const ways = servers.flatMap(target =>
    [...servers, thisMachine()].filter(source => !source.isAtLeast(target.version)).map(source => ({ source, target })),
  )
  for (const { source, target } of ways) {
    const from = seriesOf(source.version)
    describe(`${target.name}: ${title}, from MariaDB ${from}`, () => tests(source, target))
  }
  if (ways.length === 0) it('leads nowhere among these servers', () => expect(ways).toEqual([]))
}

function debianServer({ suite, flavor, version, within, ssh, mysql }: DebianServerFacts): ServerUnderTest {
  const [program = '', ...rest] = within
  const options = ['--batch', '--skip-column-names', '--comments', '--default-character-set=utf8mb4']
  const sql = (text: string, database?: string) => {
    const chosen = database === undefined ? [] : [`--database=${database}`]
    return command(program, [...rest, 'env', 'HOME=/root', 'mysql', ...options, ...chosen], text)
  }
  return server({ name: suite, flavor, version, within, services: { ...testServices(), ssh, mysql }, sql })
}

type Known = Pick<ServerUnderTest, 'name' | 'flavor' | 'version' | 'services' | 'within' | 'sql'>

function server(known: Known): ServerUnderTest {
  const { flavor, version, services, within, sql } = known
  const shell: ServerUnderTest['shell'] = (script, input) => {
    const [program = '', ...rest] = [...within, 'env', 'HOME=/root', 'bash', '--norc', '-euc', script]
    return command(program, rest, input)
  }
  return {
    ...known,
    isAtLeast: series => compareSeries(version, series) >= 0,
    shell,
    database: async (content = '') => {
      const name = freshDatabaseName()
      await sql(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
      await sql(content, name)
      return name
    },
    contents: database => checksumDatabase(sql, database, flavor),
    backup: inputs => goodBackup(services, { inputs }),
    restore: (bucket, inputs = {}) => restoreRun(services, bucket, { inputs }),
    overwriting: overwriting(services),
    failingRestore: async (bucket, database) => {
      await shell(failingImport(database))
      return restoreRun(services, bucket, { inputs: overwriting(services) }).finally(() =>
        shell('rm /usr/local/bin/m*'),
      )
    },
    drill: (bucket, inputs = {}) =>
      actionRun('verify', {
        within,
        folder: services.folder,
        inputs: { ...s3Inputs(services, bucket), level: 'restore', 'drill-server': 'local', ...inputs },
      }),
  }
}

/** A client whose first import into the database ends in its middle, before the first rows. */
const failingImport = (database: string) => `
mark=$(mktemp -d)/failed
for client in mariadb mysql; do
  [ -x /usr/bin/$client ] || continue
  cat >/usr/local/bin/$client <<END
#!/bin/sh
case "\\$*" in *--binary-mode*--database=${database}*)
  if mkdir $mark 2>/dev/null; then
    { head -c 1500; printf "\\n';\\nnonsense in the middle;\\n"; } | /usr/bin/$client "\\$@"
    exit
  fi ;;
esac
exec /usr/bin/$client "\\$@"
END
  chmod 755 /usr/local/bin/$client
done`

/** A drill that has proven everything. Throws with its log otherwise. */
export function expectProven({ main }: ActionRun): void {
  if (main?.outputs['status'] !== 'proven') throw new Error(`The drill has not proven it:\n${main?.log.join('\n')}`)
}
