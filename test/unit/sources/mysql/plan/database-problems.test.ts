import type { ServerInventory } from '../../../../../src/sources/mysql/inventory/parse-inventory'
import {
  chosenDatabases,
  databaseProblems,
  skippedDatabases,
} from '../../../../../src/sources/mysql/plan/database-problems'
import type { DatabaseRequest } from '../../../../../src/sources/mysql/plan/database-settings'

const table = { name: 'orders', kind: 'table', engine: 'InnoDB', sizeBytes: 1 } as const

function serverWith(names: readonly string[], overrides: Partial<ServerInventory> = {}): ServerInventory {
  const nothing = { triggers: [], routines: [], events: [], definers: [], ambiguous: [] }
  return {
    ...{ os: '', visible: [...names], canIgnoreTableData: true, defaults: [] },
    inventory: {
      server: { flavor: 'mariadb', version: '10.11.19' },
      ...{ dumpTool: '', user: 'b@localhost', grants: { lines: [], partialRevokes: false } },
      accounts: { seen: new Set(), rights: [], roles: [], defaultRoles: [], plugins: new Map() },
      databases: names.map(name => ({
        ...{ name, characterSet: 'utf8mb4', collation: 'utf8mb4_bin', ...nothing },
        tables: name.endsWith('lost+found') ? [] : [table],
      })),
    },
    ...overrides,
  }
}

const all = (...exceptDatabases: string[]): DatabaseRequest => ({
  ...{ databases: 'all', exceptDatabases, dumpOptions: [], allowEmpty: false },
  ...{ tables: { exclude: [], structureOnly: [] }, guards: { allowedBlindSpots: new Set() } },
})

const names = (inputs: DatabaseRequest, found: ServerInventory) =>
  chosenDatabases(inputs, found).map(({ name }) => name)

describe('"*" of "databases"', () => {
  const found = serverWith(['#mysql50#lost+found', 'Shop', 'blog', 'shop'])

  it('takes no folder that happens to be in the data folder, and mentions it in the log', () => {
    expect(names(all(), found)).toEqual(['Shop', 'blog', 'shop'])
    expect(databaseProblems(all(), found)).toEqual([])
    expect(skippedDatabases(all(), found)).toEqual([
      '"#mysql50#lost+found": left out, since it is a folder and not a database',
    ])
  })

  it('takes all but what "!name" takes out, letter by letter', () => {
    expect(names(all('shop'), found)).toEqual(['Shop', 'blog'])
    expect(skippedDatabases(all('shop'), found)).toContain('database "shop": left out by "databases"')
    expect(databaseProblems(all('shop'), found)).toEqual([])
  })

  it('warns of a "!name" that takes nothing out, and names what is there, the most alike first', () => {
    const [finding, ...others] = databaseProblems(all('blogs'), found)
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'pattern-without-match', level: 'warning' })
    expect(finding?.what).toMatch(/^The line "!blogs" of "databases" takes nothing out: .* it sees: "blog", /)
  })

  it('has nothing to take when all is taken out', () => {
    const [finding] = databaseProblems(all('shop'), serverWith(['#mysql50#lost+found', 'shop']))
    expect(finding).toMatchObject({ code: 'database-missing', level: 'error' })
    expect(finding?.what).toContain('those that "databases" takes out')
  })

  it('loses no tables in a folder with a name that the server does not encode', () => {
    const odd = serverWith(['#mysql50#a-b', 'shop'])
    expect(databaseProblems(all(), odd)).toMatchObject([{ code: 'database-unnamed', level: 'error' }])
    expect(databaseProblems(all(), odd)[0]?.fix).toContain('ALTER DATABASE `#mysql50#a-b` UPGRADE DATA DIRECTORY NAME;')
    expect(databaseProblems(all('#mysql50#a-b'), odd)).toEqual([])
  })
})

describe('a limit on the rows that a server gives', () => {
  it('is a problem, since a dump has no more of each table', () => {
    const [finding] = databaseProblems(all(), serverWith(['shop'], { rowLimit: 10 }))
    expect(finding).toMatchObject({ code: 'rows-limited', level: 'error' })
    expect(finding?.what).toContain('gives 10 rows of each table to a dump')
    expect(finding?.fix).toContain('SET GLOBAL sql_select_limit=DEFAULT;')
  })
})
