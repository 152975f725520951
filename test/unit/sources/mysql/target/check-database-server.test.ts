import { aDatabase, aDump, aManifest, anArchive, aTable, type FactOptions } from '../../../commands/restore/a-restore'
import { findings, findingsOf, fixes, type PlanOptions } from '../../../commands/restore/planning'

const manifest = aManifest([aDump()])
const filled = aDatabase('shop', { tables: [aTable] })

const told = (options: PlanOptions) => findings({ manifest, ...options })
const fixesFor = (options: PlanOptions) => fixes({ manifest, ...options })

describe('checkDatabaseServer, about what is there', () => {
  const refusal = 'error: The database "shop" exists and has 1 table; it is not overwritten without "overwrite: true".'
  const warning =
    'warning: The database "shop", which has 1 table, will be replaced without a dump: a failed restore cannot be rolled back.'

  it.each([
    ['absent', [], false, true, []],
    ['absent', [], true, false, []],
    ['empty', [aDatabase()], false, true, []],
    ['empty', [aDatabase()], true, false, []],
    ['filled', [filled], false, true, [refusal]],
    ['filled', [filled], false, false, [refusal]],
    ['filled', [filled], true, true, []],
    ['filled', [filled], true, false, [warning]],
  ])(
    'judges a target that is %s (%j), overwrite %s, safety-backup %s',
    (_, databases, overwrite, safetyBackup, expected) => {
      expect(told({ inputs: { overwrite, safetyBackup }, facts: { databases } })).toEqual(expected)
    },
  )

  it('offers a line for "databases" that can be pasted, also when it goes under another name', () => {
    const inputs = { databases: ['shop=live'] }
    const facts = { databases: [aDatabase('live', { tables: [aTable] })] }
    expect(fixesFor({ inputs, facts })[0]).toMatch(/under another name: shop=live_restored$/)
  })

  it.each([
    ['0', []],
    ['1', ['error: For this database server "Shop" and "shop" are the same name.']],
    ['2', ['error: For this database server "Shop" and "shop" are the same name.']],
  ])('judges two names that differ in case with lower_case_table_names=%s', (folding, expected) => {
    const facts = { variables: { lower_case_table_names: folding } }
    expect(findings({ manifest: aManifest([aDump('Shop'), aDump('shop')]), facts })).toEqual(expected)
  })
})

describe('checkDatabaseServer, about broken views', () => {
  const brokenViews = [
    { database: 'shop', name: 'o`pen' },
    { database: 'blog', name: 'v' },
  ]
  const judged = (inputs: PlanOptions['inputs'], databases = [filled]): PlanOptions => ({
    ...(inputs === undefined ? {} : { inputs }),
    facts: { databases, database: { brokenViews } },
  })

  it('tells of those that would end the dump of what is replaced, and what can be done', () => {
    const options = judged({ overwrite: true })
    expect(told(options)).toEqual([
      'error: The view "shop.o`pen" uses a table or column that no longer exists, or its definer lacks a right: a dump stops there.',
    ])
    expect(fixesFor(options)).toEqual([
      'Fix it, or do without the dump of what is replaced ("safety-backup: false"), or drop it:\nDROP VIEW `shop`.`o``pen`;',
    ])
  })

  it('says nothing of them when nothing is dumped', () => {
    expect(told(judged({ overwrite: true, safetyBackup: false })).join()).not.toMatch('no longer exists')
    expect(told(judged({})).join()).not.toMatch('no longer exists')
    expect(told(judged({ overwrite: true }, []))).toEqual([])
  })
})

describe('checkDatabaseServer, about the configuration of the dump tool', () => {
  it.each(['no-data', 'where', 'loose_no_data', 'ignore-table'])(
    'refuses what would thin out the safety dump and the comparison: %s',
    name => {
      const options = { facts: { defaults: ['user', name] } }
      expect(told(options)).toEqual([
        expect.stringMatching(
          `^error: The configuration of the database client on the server adds "--${name}" to every dump: `,
        ),
      ])
      expect(fixesFor(options)[0]).toMatch(/^Remove it there, or set "mysql-user"/)
    },
  )

  it('lets be what does no harm, and what is there when no database is restored', () => {
    expect(told({ facts: { defaults: ['user', 'password', 'skip-routines', 'max-allowed-packet'] } })).toEqual([])
    expect(findings({ inputs: { databases: [] }, facts: { defaults: ['no-data'] } })).toEqual([])
  })
})

describe('checkDatabaseServer, about rights', () => {
  const user = 'shop@localhost'
  const enough =
    'SELECT, INSERT, CREATE, DROP, REFERENCES, INDEX, ALTER, LOCK TABLES, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER'
  const all =
    'SELECT, INSERT, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES, CREATE VIEW, SHOW VIEW, TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EVENT'

  const servers = {
    'MySQL 5.7': { flavor: 'mysql', version: '5.7.44' },
    'MySQL 8.0': { flavor: 'mysql', version: '8.0.40' },
    'MySQL 8.4': { flavor: 'mysql', version: '8.4.3' },
    'MariaDB 10.3': { flavor: 'mariadb', version: '10.3.39' },
    'MariaDB 10.11': { flavor: 'mariadb', version: '10.11.19' },
    'MariaDB 11.4': { flavor: 'mariadb', version: '11.4.4' },
  } as const
  type ServerName = keyof typeof servers

  /** A manifest from the same server, so that versions are no matter. */
  const from = (server: ServerName) => {
    const made = aManifest([aDump()])
    return {
      ...made,
      server: { ...made.server, database: { ...servers[server], dumpTool: '', options: [] } },
    }
  }
  const given = (server: ServerName, grants: readonly string[], facts: FactOptions = {}): PlanOptions => ({
    manifest: from(server),
    facts: { user, server: servers[server], grants, ...facts },
  })

  it.each<[ServerName, readonly string[]]>([
    [
      'MySQL 5.7',
      ["GRANT USAGE ON *.* TO 'shop'@'localhost'", "GRANT ALL PRIVILEGES ON `shop`.* TO 'shop'@'localhost'"],
    ],
    ['MySQL 5.7', [`GRANT ${enough} ON \`shop\`.* TO 'shop'@'localhost'`]],
    [
      'MySQL 8.0',
      ['GRANT USAGE ON *.* TO `shop`@`localhost`', 'GRANT ALL PRIVILEGES ON `shop`.* TO `shop`@`localhost`'],
    ],
    ['MySQL 8.4', [`GRANT ${enough} ON *.* TO \`shop\`@\`localhost\``]],
    [
      'MariaDB 10.3',
      [
        "GRANT USAGE ON *.* TO 'shop'@'localhost' IDENTIFIED BY PASSWORD '*0'",
        "GRANT ALL PRIVILEGES ON `shop`.* TO 'shop'@'localhost'",
      ],
    ],
    ['MariaDB 10.11', ['GRANT ALL PRIVILEGES ON `sh%`.* TO `shop`@`localhost`']],
    ['MariaDB 11.4', ['GRANT `owner` TO `shop`@`localhost`', 'GRANT ALL PRIVILEGES ON `shop`.* TO `owner`']],
  ])('is content on %s with a user who owns the database: %j', (server, grants) => {
    expect(findings(given(server, grants))).toEqual([])
  })

  it.each(Object.keys(servers) as ServerName[])('names on %s every right that is missing, in one GRANT', server => {
    const options = given(server, ['GRANT USAGE ON *.* TO `shop`@`localhost`'])
    expect(findings(options)).toEqual([
      `error: The database user ${user} may not do everything that a restore into "shop" needs: ${all} are missing.`,
    ])
    expect(fixes(options)).toEqual([
      `Run this as an administrator of the database:\nGRANT ${all} ON \`shop\`.* TO 'shop'@'localhost';`,
    ])
  })

  it('asks for what is missing alone', () => {
    const grants = [`GRANT ${enough.replace(', EVENT', '')} ON \`shop\`.* TO \`shop\`@\`localhost\``]
    const options = given('MariaDB 10.11', grants)
    expect(findings(options)).toEqual([
      `error: The database user ${user} may not do everything that a restore into "shop" needs: EVENT is missing.`,
    ])
    expect(fixes(options)[0]).toMatch(/\nGRANT EVENT ON `shop`\.\* TO 'shop'@'localhost';$/)
  })

  it('asks for rights on the database that is written, under the name that it gets', () => {
    const options = given('MySQL 8.0', ['GRANT ALL PRIVILEGES ON `shop`.* TO `shop`@`localhost`'])
    expect(fixes({ ...options, inputs: { databases: ['shop=new_shop'] } })[0]).toMatch(/ON `new\\_shop`\.\* TO/)
  })

  it('asks for the right to see routines where the dump has some of other users', () => {
    const grants = [
      'GRANT ALL PRIVILEGES ON `shop`.* TO `shop`@`localhost`',
      'GRANT SET USER ON *.* TO `shop`@`localhost`',
    ]
    const options = given('MariaDB 10.11', grants)
    const needs = { definers: [user, 'root@localhost'] }
    expect(findings({ ...options, needs })).toEqual([
      `error: The database user ${user} may be unable to see routines of "shop", so it cannot be proven that all were restored.`,
    ])
    expect(fixes({ ...options, needs })[0]).toMatch(/\nGRANT SELECT ON `mysql`\.`proc` TO 'shop'@'localhost';$/)
    expect(findings({ ...options, needs: { definers: [user] } })).toEqual([])
    const without = aManifest([
      aDump('shop', { routines: 0, objects: { views: [], triggers: [], routines: [], events: [] } }),
    ])
    expect(findings({ ...options, manifest: without, needs })).toEqual([])
  })

  it('asks for the right to see routines that are there and are to be dumped', () => {
    const routines = [{ name: 'f', kind: 'function', isReadable: false }]
    const grants = ['GRANT ALL PRIVILEGES ON `shop`.* TO `shop`@`localhost`']
    const options = given('MySQL 8.0', grants, { databases: [aDatabase('shop', { routines })] })
    expect(fixes({ ...options, inputs: { overwrite: true } })).toEqual([
      "Run this as an administrator of the database:\nGRANT SHOW_ROUTINE ON *.* TO 'shop'@'localhost';",
    ])
  })
})

describe('checkDatabaseServer, about the server', () => {
  const readOnly = 'error: The database server is read-only: it may be a replica.'
  const root = (rights: string) => [
    `GRANT ALL PRIVILEGES ON \`shop\`.* TO \`a\`@\`%\``,
    `GRANT ${rights} ON *.* TO \`a\`@\`%\``,
  ]

  it.each<[string, Record<string, string>, string, 'mariadb' | 'mysql', string, string[]]>([
    ['off', { read_only: 'OFF', super_read_only: 'OFF' }, 'USAGE', 'mysql', '8.4.0', []],
    ['on', { read_only: 'ON' }, 'USAGE', 'mysql', '8.4.0', [readOnly]],
    ['1', { read_only: '1' }, 'USAGE', 'mariadb', '10.3.0', [readOnly]],
    ['NO_LOCK', { read_only: 'NO_LOCK' }, 'USAGE', 'mariadb', '12.1.0', [readOnly]],
    ['on, for SUPER', { read_only: 'ON' }, 'SUPER', 'mysql', '5.7.1', []],
    ['on, for CONNECTION_ADMIN', { read_only: 'ON' }, 'CONNECTION_ADMIN', 'mysql', '8.4.0', []],
    ['on, for SUPER', { read_only: 'ON' }, 'SUPER', 'mariadb', '10.6.0', []],
    ['on, for SUPER', { read_only: 'ON' }, 'SUPER', 'mariadb', '10.11.0', [readOnly]],
    ['on, for SUPER', { read_only: 'ON' }, 'SUPER', 'mariadb', '11.4.0', [readOnly]],
    ['on, for READ_ONLY ADMIN', { read_only: 'ON' }, 'READ_ONLY ADMIN', 'mariadb', '11.4.0', []],
    ['on, for all', { read_only: 'ON' }, 'ALL PRIVILEGES', 'mariadb', '11.4.0', []],
    ['super on, for all', { read_only: 'ON', super_read_only: 'ON' }, 'ALL PRIVILEGES', 'mysql', '8.4.0', [readOnly]],
  ])('judges read_only %s (%j, %s) on %s %s', (_, variables, rights, flavor, version, expected) => {
    const facts = { variables, grants: root(rights), user: 'a@%', server: { flavor, version } }
    const made = aManifest([aDump()])
    const same = { ...made, server: { os: '', database: { flavor, version, dumpTool: '', options: [] } } }
    expect(findings({ manifest: same, facts, needs: { definers: ['a@%'] } })).toEqual(expected)
  })

  it('takes no name of a user for a right', () => {
    const grants = ['GRANT ALL PRIVILEGES ON `shop`.* TO `SUPER ON *.*`@`%`']
    const facts = { variables: { read_only: 'ON' }, grants, user: 'SUPER ON *.*@%' }
    expect(told({ facts })).toEqual([readOnly])
  })

  it.each([
    ['mariadb', '10.11.2', []],
    ['mariadb', '10.11.19', []],
    ['mariadb', '11.4.1', []],
    ['mariadb', '10.6.20', ['MariaDB 10.6.20']],
    ['mysql', '8.4.3', ['MySQL 8.4.3']],
  ] as const)(
    'remarks that the dump comes from another flavour or a newer version: %s %s',
    (flavor, version, servers) => {
      expect(told({ facts: { server: { flavor, version } } })).toEqual(
        servers.map(
          server =>
            `warning: The dump comes from MariaDB 10.11.19, this server is ${server}: SQL that this server does not know fails the import, which is rolled back then.`,
        ),
      )
    },
  )
})

describe('checkDatabaseServer, about the disk', () => {
  /** Two databases of 50 GB of SQL each. */
  const large = aManifest([aDump('a', { bytes: 50e9 }), aDump('b', { bytes: 50e9 })])
  const levels = (options: PlanOptions) => findingsOf({ manifest: large, ...options }).map(({ level }) => level)

  it.each([
    [200e9, []],
    [199e9, ['warning']],
    [50e9, ['warning']],
    [49e9, ['error']],
    [undefined, []],
  ])('compares %s bytes that are free with 100 GB of SQL, which is no measure to the byte', (freeBytes, expected) => {
    expect(levels({ facts: { database: { freeBytes } } })).toEqual(expected)
  })

  it('counts the room that is made by what is replaced', () => {
    const tables = [
      { ...aTable, sizeBytes: 45e9 },
      { ...aTable, sizeBytes: 0 },
    ]
    const options = {
      inputs: { overwrite: true },
      facts: { databases: [aDatabase('a', { tables })], database: { freeBytes: 5e9 } },
    }
    expect(findings({ manifest: large, ...options })).toEqual([
      'warning: The dumps have 100 GB of SQL, and the disk of the database server has 5 GB free, and 45 GB in what is replaced.',
    ])
  })

  it.each([
    ['localhost', 1],
    ['127.0.0.1', 1],
    ['::1', 1],
    ['db.example.com', 0],
  ])('asks only where the database lies on this machine: %s', (host, count) => {
    expect(levels({ inputs: { mysql: { host } }, facts: { database: { freeBytes: 1 } } })).toHaveLength(count)
  })

  it.each([
    ['/', 1.05e9, ['error']],
    ['/', 2.5e9, ['warning']],
    ['/', 2.7e9, []],
    ['/var/lib/mysql', 2.1e9, []],
    [undefined, 2.1e9, []],
  ])('takes off what the files (612 MB) take on the same disk: %s, %s free', (mount, freeBytes, expected) => {
    const both = aManifest([aDump('a', { bytes: 1e9 }), anArchive()])
    const facts = { places: [{ mount: '/', freeBytes: 100e9 }], database: { freeBytes, mount } }
    const [told] = findings({ manifest: both, facts })
    expect(levels({ manifest: both, facts })).toEqual(expected)
    if (told !== undefined) expect(told).toMatch(/has \S+ GB free, of which the files need 612 MB\.$/)
  })
})
