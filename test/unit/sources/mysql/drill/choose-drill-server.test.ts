import {
  chooseDrillServer,
  type DrillServer,
  type InstalledServer,
  refuseUnfit,
} from '../../../../../src/sources/mysql/drill/choose-drill-server'
import { parseServerVersion } from '../../../../../src/sources/mysql/target/server-version'

/** `MySQL 8.4.10` as an installed server. */
function server(name: string): InstalledServer {
  const [flavor, version] = name.split(' ')
  const isMariadb = flavor === 'MariaDB'
  return {
    flavor: isMariadb ? 'mariadb' : 'mysql',
    version: version ?? '',
    program: isMariadb ? '/usr/sbin/mariadbd' : '/usr/sbin/mysqld',
  }
}

const words = (chosen: DrillServer) =>
  chosen.kind === 'container' ? chosen.image : `${chosen.server.flavor} ${chosen.server.version} here`

function choose(recorded: string, asked: string, installed: string[], hasDocker: boolean): string {
  const { flavor, version } = server(recorded)
  const dockerProblem = hasDocker ? undefined : 'no engine answers'
  return words(chooseDrillServer({ flavor, version }, asked, { installed: installed.map(server), dockerProblem }))
}

describe('chooseDrillServer', () => {
  const docker = true
  const none = false
  it.each([
    ['MySQL 8.0.46-0ubuntu0', ['MySQL 8.0.40'], docker, 'mysql 8.0.40 here'],
    ['MySQL 8.0.46', ['MySQL 8.4.10'], docker, 'mysql:8.0'],
    ['MySQL 8.0.46', ['MySQL 8.4.10', 'MySQL 8.0.40'], docker, 'mysql 8.0.40 here'],
    ['MySQL 8.0.46', ['MySQL 8.4.10'], none, 'mysql 8.4.10 here'],
    ['MySQL 8.4.10', ['MySQL 8.0.46'], docker, 'mysql:8.4'],
    ['MySQL 5.7.44', ['MySQL 8.4.10'], docker, 'mysql:5.7'],
    ['MySQL 5.7.44', ['MySQL 8.4.10'], none, 'mysql 8.4.10 here'],
    ['MySQL 8.0.46', [], docker, 'mysql:8.0'],
    ['MariaDB 10.11.19-MariaDB', ['MySQL 8.4.10'], docker, 'mariadb:10.11'],
    ['MariaDB 10.6.21', ['MariaDB 10.11.19'], none, 'mariadb 10.11.19 here'],
    ['MariaDB 10.11.19', ['MariaDB 10.6.21'], docker, 'mariadb:10.11'],
    ['MariaDB 10.4.1', ['MariaDB 11.8.3', 'MariaDB 10.11.19', 'MariaDB 10.5.2'], none, 'mariadb 10.5.2 here'],
  ])('by itself holds a drill of %s with %j and docker %j on %s', (recorded, installed, hasDocker, expected) => {
    expect(choose(recorded, 'auto', installed, hasDocker)).toBe(expected)
  })

  it('takes the server that is installed when it is told to, a much newer one too', () => {
    expect(choose('MySQL 5.7.44', 'local', ['MySQL 8.4.10'], docker)).toBe('mysql 8.4.10 here')
  })

  it('takes an image when it is told to, whatever is installed', () => {
    expect(choose('MySQL 8.0.46', 'acme/mysql:8.0-patched', ['MySQL 8.0.46'], docker)).toBe('acme/mysql:8.0-patched')
  })

  it.each([
    ['MySQL 8.0.46', 'MySQL 8.0, MySQL 8.4', 'ubuntu-24.04 has MySQL 8.0, ubuntu-26.04 has MySQL 8.4'],
    ['MySQL 8.4.10', 'MySQL 8.4', 'suitable server: ubuntu-26.04 has MySQL 8.4'],
    ['MySQL 9.2.0', 'none', "None of GitHub's runners has a MySQL server that new"],
    ['MariaDB 11.4.5', 'none', "None of GitHub's runners has a MariaDB server installed"],
  ])('says for %s which runner or image would do', (recorded, _, advice) => {
    const { flavor, version } = server(recorded)
    const series = version.split('.').slice(0, 2).join('.')
    expect(() => choose(recorded, 'auto', [], none)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/can take a dump of .*no database server is installed.*no engine answers/),
        advice: expect.stringContaining(`Then a container of ${flavor}:${series} is used`),
      }),
    )
    expect(() => choose(recorded, 'auto', [], none)).toThrow(
      expect.objectContaining({ advice: expect.stringContaining(advice) }),
    )
  })

  it.each([
    ['another flavour', 'MariaDB 10.11.19', 'MySQL 8.4.10'],
    ['an older series', 'MySQL 8.4.10', 'MySQL 8.0.46'],
  ])('refuses %s when it is told to take what is installed, and names it', (_, recorded, installed) => {
    expect(() => choose(recorded, 'local', [installed], docker)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`installed is ${installed} (/usr/sbin/mysqld)`),
      }),
    )
  })

  it('says why an image cannot be started', () => {
    expect(() => choose('MySQL 8.4.10', 'mysql:8.4', ['MySQL 8.4.10'], none)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('"mysql:8.4", and docker cannot start it: no engine answers'),
        advice: expect.stringContaining('ubuntu-slim'),
      }),
    )
  })

  it('refuses a manifest of a server that it does not know', () => {
    const means = { installed: [], dockerProblem: undefined }
    expect(() => chooseDrillServer({ flavor: 'postgres', version: '17.1' }, 'auto', means)).toThrow('postgres 17.1')
    expect(() => chooseDrillServer({ flavor: 'mysql', version: '$(id)' }, 'auto', means)).toThrow('$(id)')
  })
})

describe('refuseUnfit', () => {
  const recorded = { flavor: 'mariadb', version: '10.11.19' }
  const found = (text: string) => {
    const version = parseServerVersion(text)
    if (version === undefined) throw new TypeError(text)
    return version
  }

  it('lets the same or a newer series of the same flavour pass', () => {
    expect(() => refuseUnfit(recorded, found('mariadbd Ver 10.11.2-MariaDB'), 'x')).not.toThrow()
    expect(() => refuseUnfit(recorded, found('mariadbd Ver 11.4.2-MariaDB'), 'x')).not.toThrow()
  })

  it.each(['mysqld Ver 8.4.10', 'mariadbd Ver 10.6.21-MariaDB'])('refuses %s and names what would do', text => {
    expect(() => refuseUnfit(recorded, found(text), 'acme/db')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('"acme/db" has'),
        advice: expect.stringContaining('drill-server: mariadb:10.11'),
      }),
    )
  })
})
