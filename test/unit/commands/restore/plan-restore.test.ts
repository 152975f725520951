import { planLines } from '../../../../src/commands/restore/plan-restore'
import { FailureError, UserError } from '../../../../src/runtime/errors'
import { aDatabase, aDevice, aDump, aManifest, anArchive, aTable } from './a-restore'
import { findings, findingsOf, fixes, plan } from './planning'

const databaseOnly = aManifest([aDump()])
const filled = aDatabase('shop', { tables: [aTable] })

describe('planOf', () => {
  it('finds nothing against a restore onto an empty server', () => {
    const { checks, items } = plan()
    expect(checks.findings).toEqual([])
    expect(items).toMatchObject([
      { noun: 'database', name: 'shop', target: 'shop', before: 'does not exist' },
      { noun: 'folder', name: '/var/www/html', target: '/var/www/html', before: 'does not exist' },
    ])
  })

  it('asks for no database when only files are restored, and for no tar when only databases are', () => {
    expect(findings({ inputs: { databases: [] }, facts: { tools: ['tar'] } })).toEqual([])
    expect(findings({ manifest: databaseOnly, facts: { places: [], tools: [] } })).toEqual([
      'error: mysql (or mariadb) was not found on the server.',
      'error: mysqldump (or mariadb-dump) was not found on the server.',
    ])
  })

  it('says how to install what is missing', () => {
    expect(fixes({ facts: { tools: [] } })).toEqual([
      'Install it there, or make sure that it is on the PATH of a non-interactive SSH login:\nsudo apt install mariadb-client\nNot the client of MySQL: it would remove the server of MariaDB that is installed there.',
      'Install it there, or make sure that it is on the PATH of a non-interactive SSH login:\nsudo apt install mariadb-client\nNot the client of MySQL: it would remove the server of MariaDB that is installed there.',
      'Install it there, or make sure that it is on the PATH of a non-interactive SSH login:\nsudo apt install tar',
    ])
  })

  it('passes on why the database server could not be asked, with what to do', () => {
    const told = (databaseProblem: Error) => findingsOf({ facts: { isAsked: false, databaseProblem } })
    const problem = new UserError('The database refused the login.', { advice: 'Check "mysql-user".' })
    expect(told(problem)).toEqual([
      {
        code: 'database-server',
        level: 'error',
        what: 'The database refused the login.',
        fix: 'Check "mysql-user".',
      },
    ])
    expect(told(new FailureError('It broke.'))).toEqual([
      {
        code: 'database-server',
        level: 'error',
        what: 'It broke.',
        fix: 'Check that the database server runs and accepts the login.',
      },
    ])
  })

  it('is not content with a database server that says nothing', () => {
    expect(findings({ facts: { isAsked: false } })).toEqual(['error: The database server gave no answer.'])
  })

  it('tells that a folder is unknown rather than leave it out in silence', () => {
    const manifest = aManifest([anArchive(['/srv/a', '/srv/b'])])
    expect(findings({ manifest })).toEqual(['error: The server did not report what is at /srv/b.'])
  })

  it('tells of what earlier restores left, last', () => {
    const leftovers = ["/var/www/.o'html.restoring-2026-11-20T10-00-00Z"]
    const told = findingsOf({ facts: { leftovers, isRoot: false, places: [{ isWritable: false }] } })
    expect(told.map(({ level }) => level)).toEqual(['error', 'warning', 'warning'])
    expect(told.at(-1)).toEqual({
      code: 'leftover',
      level: 'warning',
      what: "An earlier restore left the folder '/var/www/.o'\\''html.restoring-2026-11-20T10-00-00Z'.",
      fix: "Remove it when it is no longer needed:\nrm -r '/var/www/.o'\\''html.restoring-2026-11-20T10-00-00Z'",
    })
  })

  it('reports everything at once, the wrong ones first', () => {
    const told = findings({
      inputs: { safetyBackup: false },
      facts: {
        isRoot: false,
        tools: ['gzip', 'client', 'dump-tool'],
        places: [{ state: 'folder', isWritable: false, freeBytes: 1e6 }],
        databases: [filled],
        user: 'shop@localhost',
        grants: ['GRANT USAGE ON *.* TO `shop`@`localhost`'],
        server: { version: '10.6.1' },
        variables: { read_only: 'ON', max_allowed_packet: '1024' },
      },
      needs: { definers: ['root@localhost'], collations: ['utf8mb4_uca1400_ai_ci'], engines: ['Aria'] },
      files: { risky: [aDevice] },
    })
    const wrong = told.findLastIndex(line => line.startsWith('error'))
    expect(told.slice(0, wrong + 1).every(line => line.startsWith('error'))).toBe(true)
    for (const part of [
      'tar was not found',
      'exists and has 1 table',
      'may not do everything',
      'the collation utf8mb4_uca1400_ai_ci',
      'Aria',
      'max_allowed_packet',
      'in the name of root@localhost',
      'is read-only',
      'The folder /var/www/html exists and is not empty',
      'may not write to /var/www',
      'The files need',
      'Not restored: 1 device',
      'All restored files will belong to deploy',
      'The dump comes from MariaDB 10.11.19, this server is MariaDB 10.6.1',
    ]) {
      expect(told.filter(line => line.includes(part))).toHaveLength(1)
    }
  })

  it('says what was looked at', () => {
    expect(plan().checks.facts).toEqual([
      'The recovery point Monday-13-00 was read whole and is what its manifest says.',
      'Database: mariadb 10.11.19, as root@localhost; mariadb-dump 10.19.',
      'tar: tar 1.0.',
      'The SSH user is root.',
    ])
    expect(plan({ facts: { isRoot: false } }).checks.facts.at(-1)).toBe('The SSH user is not root.')
  })
})

describe('planLines', () => {
  it('tells what goes where, what is there, and what speaks against it with its fix', () => {
    const lines = planLines(
      plan({ inputs: { databases: ['shop=shop'] }, facts: { databases: [filled], isRoot: false } }),
    )
    expect(lines.slice(0, 2)).toEqual([
      'database "shop" (2 tables, 1 view, 1 trigger, 1 routine, 1 event) -> "shop", which has 1 table: refused, since it must not be overwritten',
      'folder /var/www/html (2,521 files, 300 directories, 2 symbolic links) -> /var/www/html, which does not exist: it is created',
    ])
    const wrong = lines.findIndex(line => line.startsWith('error '))
    expect(lines[wrong]).toMatch(/The database "shop" exists/)
    expect(lines[wrong + 1]).toMatch(/^ {8}To replace it/)
    expect(lines.join('\n')).not.toMatch(/a backup needs/i)
  })
})
