import { missingTool, parseSystem } from '../../../src/server/missing-tool'

/** The commands of the fix, for what the script says of a system. */
function commandsFor(tool: Parameters<typeof missingTool>[0], system: string): string[] {
  const { fix = '' } = missingTool(tool, parseSystem(system))
  return fix.split('\n').filter(line => /^(sudo|apk) /.test(line))
}

describe('missingTool', () => {
  it.each([
    ['debian mariadb', 'sudo apt install mariadb-client'],
    ['debian mysql', 'sudo apt install mysql-client'],
    ['ubuntu,debian mysql', 'sudo apt install mysql-client'],
    ['linuxmint,ubuntu,debian mariadb', 'sudo apt install mariadb-client'],
    ['fedora mariadb-server', 'sudo dnf install mariadb'],
    ['almalinux,rhel,centos,fedora mysql-server', 'sudo dnf install mysql'],
    ['centos,rhel,fedora mysql8.4-server', 'sudo dnf install mysql8.4'],
    ['rocky,rhel,centos,fedora mysql-community-server', 'sudo dnf install mysql-community-client'],
    ['rocky,rhel,centos,fedora MariaDB-server', 'sudo dnf install MariaDB-client'],
    ['rocky,rhel,centos,fedora mysql', 'sudo dnf install mysql'],
    ['alpine mariadb', 'apk add mariadb-client'],
  ])('names the one client that does not remove the server: %s', (system, command) => {
    expect(commandsFor('dump-tool', system)).toEqual([command])
  })

  it('says which client not to install where a server is known', () => {
    expect(missingTool('client', parseSystem('debian mysql')).fix).toContain(
      'Not the client of MariaDB: it would remove the server of MySQL',
    )
  })

  it('names both where no server is installed, and warns of the wrong one', () => {
    expect(commandsFor('client', 'ubuntu,debian unknown')).toEqual([
      'sudo apt install mariadb-client',
      'sudo apt install mysql-client',
    ])
    expect(missingTool('client', parseSystem('ubuntu,debian unknown')).fix).toContain('the wrong one removes')
  })

  it.each([
    ['rsync', 'debian mysql', 'sudo apt install rsync'],
    ['tar', 'almalinux,rhel,centos,fedora unknown', 'sudo dnf install tar'],
    ['zstd', 'alpine unknown', 'apk add zstd'],
    ['gzip', 'alpine unknown', 'apk add gzip'],
  ] as const)('installs %s with the package manager of %s', (tool, system, command) => {
    expect(commandsFor(tool, system)).toEqual([command])
  })

  it('says for which system its command is where the system is unknown', () => {
    expect(missingTool('rsync', parseSystem('')).fix).toContain('(this is for Debian and Ubuntu)')
    expect(missingTool('rsync', parseSystem('openwrt mysql')).fix).toContain('(this is for Debian and Ubuntu)')
  })

  it('takes no command from a server that says odd things of itself', () => {
    expect(parseSystem('debian,$(reboot) mysql;reboot-server')).toEqual({
      distribution: ['debian'],
      databaseServer: undefined,
    })
    expect(commandsFor('client', 'fedora x;reboot-server')).toEqual([
      'sudo dnf install mariadb',
      'sudo dnf install mysql',
    ])
  })
})
