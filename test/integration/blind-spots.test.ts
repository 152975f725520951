import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { nowhere } from '../../src/pipeline/filter'
import { inspect } from '../../src/pipeline/inspect'
import { checkDump } from '../../src/sources/mysql/check/dump-check'
import {
  type BlindSpot,
  checkBlindSpots,
  findBlindSpots,
  optionsAround,
} from '../../src/sources/mysql/inventory/blind-spots'
import { type GrantRules, grantLines, parseGrants } from '../../src/sources/mysql/inventory/grants'
import { type CommandResult, command, tryCommand } from '../servers/processes/command'
import { freshDatabaseName, testServices, testSql } from '../servers/test-services'

const services = testServices()
const rules: GrantRules = { flavor: 'mariadb', partialRevokes: false }
const sql = (text: string) => testSql(services, text)

/** Objects of every kind, of root: a definer the limited users are not. */
const objects = `
CREATE TABLE orders (id INT);
CREATE TABLE items (id INT);
CREATE VIEW totals AS SELECT COUNT(*) AS n FROM orders;
CREATE TRIGGER on_order BEFORE INSERT ON orders FOR EACH ROW SET @x = 1;
CREATE TRIGGER on_item BEFORE INSERT ON items FOR EACH ROW SET @x = 1;
CREATE PROCEDURE sum_up() SELECT 1;
CREATE FUNCTION one() RETURNS INT RETURN 1;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO SET @x = 1;
`

const everything = { tables: 2, views: 1, triggers: 2, routines: 2, events: 1 }

let database: string
/** The database as it must be written for it alone: its name has an underscore. */
let escaped: string
let made: string[] = []

beforeAll(async () => {
  database = freshDatabaseName()
  escaped = `\`${database.replace('_', '\\_')}\``
  await sql(`CREATE DATABASE ${database}; USE ${database}; ${objects}`)
})

afterEach(async () => {
  await sql(made.map(each => `DROP ${each};`).join('\n'))
  made = []
})

afterAll(() => sql(`DROP DATABASE ${database}`))

/** A user with these rights: `SELECT ON shop.*`. */
async function userWith(...rights: readonly string[]): Promise<string> {
  const user = `u_${randomBytes(6).toString('hex')}`
  made.push(`USER ${user}@localhost`)
  await sql(
    [
      `CREATE USER ${user}@localhost IDENTIFIED BY 'secret'`,
      ...rights.map(right => `GRANT ${right} TO ${user}@localhost`),
    ].join(';\n'),
  )
  return user
}

async function roleWith(...rights: readonly string[]): Promise<string> {
  const role = `r_${randomBytes(6).toString('hex')}`
  made.push(`ROLE ${role}`)
  await sql([`CREATE ROLE ${role}`, ...rights.map(right => `GRANT ${right} TO ${role}`)].join(';\n'))
  return role
}

const login = (user: string) => [
  '--no-defaults',
  `--socket=${services.mysql.socket}`,
  `--user=${user}`,
  '--password=secret',
]

async function ask(user: string, query: string): Promise<string> {
  return command('mariadb', [...login(user), '--batch', '--skip-column-names'], query)
}

async function rows(user: string, query: string): Promise<string[][]> {
  const lines = (await ask(user, query)).split('\n').filter(line => line !== '')
  return lines.map(line => line.split('\t'))
}

/** What the verdict is for this user, from what a fresh login of it says and lists. */
async function blindSpots(user: string, isExcluded = (_table: string) => false): Promise<BlindSpot[]> {
  const [[account = '', version = ''] = []] = await rows(user, 'SELECT HEX(CURRENT_USER()), VERSION()')
  const grants = await ask(user, "SET SESSION sql_mode = '', sql_quote_show_create = 1; SHOW GRANTS")
  const tables = await rows(
    user,
    `SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${database}'`,
  )
  const routines = await rows(
    user,
    `SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION IS NOT NULL FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '${database}'`,
  )
  return findBlindSpots({
    flavor: 'mariadb',
    version,
    user: Buffer.from(account, 'hex').toString(),
    grants: parseGrants(grantLines(grants), rules),
    database,
    tables: tables
      .filter(([name = '']) => !isExcluded(name))
      .map(([name = '', type]) => ({ name, kind: type === 'VIEW' ? 'view' : 'table' })),
    routines: routines.map(([name = '', kind = '', isReadable]) => ({
      name,
      kind: kind.toLowerCase(),
      isReadable: isReadable === '1',
    })),
  })
}

function runDump(user: string, options: readonly string[] = []): Promise<CommandResult> {
  const always = [
    '--single-transaction',
    '--quick',
    '--routines',
    '--events',
    '--triggers',
    '--no-tablespaces',
    '--comments',
  ]
  return tryCommand('mariadb-dump', [...login(user), ...always, ...options, database])
}

/** What a dump that says it succeeded holds, by number. */
async function dumped(user: string, options: readonly string[] = []): Promise<typeof everything> {
  const { code, stdout, stderr } = await runDump(user, options)
  if (code !== 0) throw new Error(`The dump ended with ${code}: ${stderr}`)
  const inspection = inspect([], checkDump())
  await pipeline([Readable.from([Buffer.from(stdout)]), ...inspection.stages, nowhere()])
  const { content } = inspection.result()
  return {
    tables: content.tables.length,
    views: content.views.length,
    triggers: content.triggers.length,
    routines: content.routines.length,
    events: content.events.length,
  }
}

const kinds = (spots: readonly BlindSpot[]) => spots.map(({ kind }) => kind)

/** Grants as root what the blind spots say, and expects sight of everything. */
async function expectMended(user: string, spots: readonly BlindSpot[]): Promise<void> {
  await sql(spots.map(({ grant }) => grant).join('\n'))
  expect(await blindSpots(user)).toEqual([])
  expect(await dumped(user)).toEqual(everything)
}

describe('findBlindSpots on MariaDB', () => {
  const routinesRight = 'SELECT ON mysql.proc'

  it('finds nothing for a user that sees everything', async () => {
    const user = await userWith(`SELECT, SHOW VIEW, TRIGGER, EVENT ON ${escaped}.*`, routinesRight)
    expect(await blindSpots(user)).toEqual([])
    expect(await dumped(user)).toEqual(everything)
  })

  it.each([
    ['triggers', 'SELECT, SHOW VIEW, EVENT', [routinesRight], { ...everything, triggers: 0 }],
    ['routines', 'SELECT, SHOW VIEW, TRIGGER, EVENT', [], { ...everything, routines: 0 }],
  ] as const)('names %s, which a dump leaves out in silence', async (kind, rights, more, silent) => {
    const user = await userWith(`${rights} ON ${escaped}.*`, ...more)
    expect(await dumped(user)).toEqual(silent)
    const spots = await blindSpots(user)
    expect(kinds(spots)).toEqual([kind])
    await expectMended(user, spots)
  })

  it.each([
    ['events', 'SELECT, SHOW VIEW, TRIGGER', [routinesRight], /show events.*1044/],
    ['views', 'SELECT, TRIGGER, EVENT', [routinesRight], /SHOW VIEW command denied/],
    // MariaDB 11.3 has a right to see bodies, which ALL PRIVILEGES would bring.
    ['routines', 'SELECT, SHOW VIEW, TRIGGER, EVENT, EXECUTE', [], /insufficient privileges to SHOW CREATE/],
  ] as const)('names %s, which a dump fails at', async (kind, rights, more, message) => {
    const user = await userWith(`${rights} ON ${escaped}.*`, ...more)
    const { code, stderr } = await runDump(user)
    expect(code).not.toBe(0)
    expect(stderr).toMatch(message)
    const spots = await blindSpots(user)
    expect(kinds(spots)).toEqual([kind])
    await expectMended(user, spots)
  })

  it('names them all for a user that may only SELECT', async () => {
    const user = await userWith('SELECT (User) ON mysql.user', `SELECT ON ${escaped}.*`)
    const spots = await blindSpots(user)
    expect(kinds(spots)).toEqual(['triggers', 'routines', 'events', 'views'])
    await expectMended(user, spots)
  })

  it('lets SELECT on everything see routines, and nothing else', async () => {
    const user = await userWith('SELECT ON *.*')
    const spots = await blindSpots(user)
    expect(kinds(spots)).toEqual(['triggers', 'events', 'views'])
    await expectMended(user, spots)
  })

  it('names what rights on single tables hide: other tables, and views', async () => {
    const user = await userWith(`SELECT, TRIGGER ON ${database}.orders`, `EVENT ON ${escaped}.*`, routinesRight)
    expect(await dumped(user)).toEqual({ ...everything, tables: 1, views: 0, triggers: 1 })
    const spots = await blindSpots(user)
    expect(spots).toMatchObject([{ kind: 'views', hidesTables: true }])
    await sql(spots.map(({ grant }) => grant).join('\n'))
    // Now that the other table is seen, so is that its triggers are not.
    await expectMended(user, await blindSpots(user))
  })

  it('takes TRIGGER on every table that is dumped for enough', async () => {
    const user = await userWith(
      `SELECT, SHOW VIEW, EVENT ON ${escaped}.*`,
      `TRIGGER ON ${database}.orders`,
      routinesRight,
    )
    expect(kinds(await blindSpots(user))).toEqual(['triggers'])
    const isExcluded = (table: string) => table === 'items'
    expect(await blindSpots(user, isExcluded)).toEqual([])
    const ignored = [`--ignore-table=${database}.items`]
    expect(await dumped(user, ignored)).toEqual({ ...everything, tables: 1, triggers: 1 })
  })

  it('grants where the rights are: beside a pattern, a right on the plain name would take them away', async () => {
    const user = await userWith(`SELECT ON ${database}.*`, routinesRight)
    const spots = await blindSpots(user)
    expect(spots[0]?.grant).toContain(`ON \`${database}\`.*`)
    await expectMended(user, spots)
  })

  it('sees that an entry for the database hides the rights of a pattern', async () => {
    const user = await userWith(
      `SELECT, SHOW VIEW, EVENT ON ${escaped}.*`,
      'SELECT, SHOW VIEW, TRIGGER, EVENT ON `db%`.*',
      routinesRight,
    )
    expect(await dumped(user)).toEqual({ ...everything, triggers: 0 })
    const spots = await blindSpots(user)
    expect(kinds(spots)).toEqual(['triggers'])
    await expectMended(user, spots)
  })

  it('counts the rights of roles that are active at login, also of roles below', async () => {
    const below = await roleWith(`TRIGGER ON ${escaped}.*`, routinesRight)
    const role = await roleWith(`SELECT, SHOW VIEW ON ${escaped}.*`, below)
    const user = await userWith(`EVENT ON ${escaped}.*`, role)
    await sql(`SET DEFAULT ROLE ${role} FOR ${user}@localhost`)
    expect(await blindSpots(user)).toEqual([])
    expect(await dumped(user)).toEqual(everything)
  })

  it('counts what everybody may', async () => {
    const user = await userWith(`SELECT, EVENT ON ${escaped}.*`, routinesRight)
    await sql(`GRANT SHOW VIEW, TRIGGER ON ${escaped}.* TO PUBLIC`)
    try {
      expect(await blindSpots(user)).toEqual([])
      expect(await dumped(user)).toEqual(everything)
    } finally {
      await sql(`REVOKE SHOW VIEW, TRIGGER ON ${escaped}.* FROM PUBLIC`)
    }
  })

  it('does not count a role that a fresh login does not have', async () => {
    const role = await roleWith(`TRIGGER ON ${escaped}.*`)
    const user = await userWith(`SELECT, SHOW VIEW, EVENT ON ${escaped}.*`, routinesRight, role)
    expect(await dumped(user)).toEqual({ ...everything, triggers: 0 })
    const spots = await blindSpots(user)
    expect(kinds(spots)).toEqual(['triggers'])
    await expectMended(user, spots)
  })

  it('finds nothing for the owner of a database whose routines are all its own', async () => {
    const user = await userWith(`ALL PRIVILEGES ON ${escaped}.*`)
    const definer = `DEFINER = ${user}@localhost`
    const recreate = (clause: string) => `USE ${database};
      CREATE OR REPLACE ${clause} PROCEDURE sum_up() SELECT 1;
      CREATE OR REPLACE ${clause} FUNCTION one() RETURNS INT RETURN 1;`
    await sql(recreate(definer))
    try {
      expect(await blindSpots(user)).toEqual([])
      expect(await dumped(user)).toEqual(everything)
    } finally {
      await sql(recreate(''))
    }
  })

  it('writes GRANTs for names as odd as they get', async () => {
    const user = "o'dd\\`@user"
    const account = `\`${user.replaceAll('`', '``')}\`@localhost`
    await sql(`CREATE USER ${account} IDENTIFIED BY 'secret'; GRANT SELECT ON ${escaped}.* TO ${account}`)
    made.push(`USER ${account}`)
    await expectMended(user, await blindSpots(user))
  })
})

describe('optionsAround', () => {
  it('lets a dump pass by what was allowed to be missing', async () => {
    const user = await userWith(`SELECT, TRIGGER, EXECUTE ON ${escaped}.*`)
    const spots = await blindSpots(user)
    const { refused, warnings } = checkBlindSpots(spots, new Set(['routines', 'events', 'views']))
    expect(refused).toEqual([])
    expect(warnings).toHaveLength(3)
    const views = spots.find(({ kind }) => kind === 'views')?.unreadable ?? []
    expect(views).toEqual(['totals'])
    const options = [...optionsAround(spots), ...views.map(view => `--ignore-table=${database}.${view}`)]
    expect(await dumped(user, options)).toEqual({ ...everything, views: 0, routines: 0, events: 0 })
  })
})
