import { FailureError, UserError } from '../../../../src/runtime/errors'
import { holdings } from '../../../../src/sources/mysql/target/planned-database'
import { aDatabase, aDump, aManifest, anArchive, aTable } from './a-restore'
import { findings, fixes, judge } from './judging'

const databaseOnly = aManifest([aDump()])
const filled = aDatabase('shop', { tables: [aTable] })

describe('judgeTarget', () => {
  it('finds nothing against a restore onto an empty server', () => {
    const verdict = judge()
    expect(verdict.findings).toEqual([])
    expect(verdict.databases).toMatchObject([{ target: 'shop', state: 'absent', present: undefined }])
    expect(verdict.folders).toMatchObject([
      { path: '/var/www/html', target: '/var/www/html', state: 'absent', parent: '/var/www', mount: '/' },
    ])
    expect(verdict).toMatchObject({ hasGzip: true, hasZstd: true, isRoot: true })
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
      'Install it there (this is for Debian and Ubuntu), or see that it is on the PATH of a non-interactive SSH login:\nsudo apt install tar',
      'Install it there (this is for Debian and Ubuntu), or see that it is on the PATH of a non-interactive SSH login:\nsudo apt install mariadb-client',
      'Install it there (this is for Debian and Ubuntu), or see that it is on the PATH of a non-interactive SSH login:\nsudo apt install mariadb-client',
    ])
  })

  it('passes on why the database server could not be asked, with what to do', () => {
    const told = (databaseProblem: Error) => judge({ facts: { isAsked: false, databaseProblem } }).findings
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
        fix: 'See that the database server runs and lets the user in.',
      },
    ])
  })

  it('is not content with a database server that says nothing', () => {
    expect(findings({ facts: { isAsked: false } })).toEqual([
      'error: The database server did not say what it has.',
    ])
  })

  it('tells that a folder is unknown rather than leave it out in silence', () => {
    const manifest = aManifest([anArchive(['/srv/a', '/srv/b'])])
    expect(findings({ manifest })).toEqual(['error: The server did not say what stands at /srv/b.'])
  })

  it('tells of what earlier restores left, last', () => {
    const leftovers = ["/var/www/.o'html.restoring-2026-11-20T10-00-00Z"]
    const told = judge({ facts: { leftovers, isRoot: false, places: [{ isWritable: false }] } }).findings
    expect(told.map(({ level }) => level)).toEqual(['error', 'warning', 'warning'])
    expect(told.at(-1)).toEqual({
      code: 'leftover',
      level: 'warning',
      what: "An earlier restore left the folder '/var/www/.o'\\''html.restoring-2026-11-20T10-00-00Z'.",
      fix: "Remove it when nobody needs it any more:\nrm -r '/var/www/.o'\\''html.restoring-2026-11-20T10-00-00Z'",
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
      files: { hazards: [{ kind: 'devices', count: 1, examples: ['"/var/www/html/null"'] }] },
    })
    const wrong = told.findLastIndex(line => line.startsWith('error'))
    expect(told.slice(0, wrong + 1).every(line => line.startsWith('error'))).toBe(true)
    for (const part of [
      'tar was not found',
      'is there and holds 1 table',
      'may not do everything',
      'the collation utf8mb4_uca1400_ai_ci',
      'Aria',
      'max_allowed_packet',
      'in the name of root@localhost',
      'set read-only',
      'The folder /var/www/html is there and not empty',
      'may not write in /var/www',
      'The files need',
      'devices',
      'All restored files will belong to deploy',
      'The dump comes from MariaDB 10.11.19, this server is MariaDB 10.6.1',
    ]) {
      expect(told.filter(line => line.includes(part))).toHaveLength(1)
    }
  })

  it.each([
    ['absent', []],
    ['empty', [aDatabase('shop')]],
    ['empty', [aDatabase('shop', { triggers: [] })]],
    ['absent', [aDatabase('Shop', { tables: [aTable] })]],
    ['filled', [filled]],
    ['filled', [aDatabase('shop', { tables: [{ ...aTable, kind: 'view', name: 'v' }] })]],
    ['filled', [aDatabase('shop', { routines: [{ name: 'f', kind: 'function', isReadable: true }] })]],
    ['filled', [aDatabase('shop', { events: ['e'] })]],
  ])('takes a database for %s', (state, databases) => {
    expect(judge({ facts: { databases } }).databases[0]?.state).toBe(state)
  })

  it.each(['1', '2'])('knows a database by any case of its name with lower_case_table_names=%s', folding => {
    const facts = { databases: [filled], variables: { lower_case_table_names: folding } }
    const { databases } = judge({ inputs: { databases: ['shop=SHOP'] }, facts })
    expect(databases).toMatchObject([{ target: 'SHOP', state: 'filled' }])
  })
})

describe('holdings', () => {
  it('tells what a database holds, in words', () => {
    const database = aDatabase('shop', {
      tables: [aTable, { ...aTable, kind: 'sequence' }, { ...aTable, kind: 'view' }],
      triggers: [{ name: 't', table: 'orders' }],
      routines: [{ name: 'f', kind: 'function', isReadable: true }],
      events: ['a', 'b'],
    })
    expect(holdings(database)).toBe('2 tables, 1 view, 1 routine, 2 events')
    expect(holdings(aDatabase())).toBe('')
  })
})
