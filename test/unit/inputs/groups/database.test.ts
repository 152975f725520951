import { loadDatabase } from '../../../../src/inputs/groups/database'
import { given, refusal } from '../reading'

describe('loadDatabase', () => {
  it('has no database part when all inputs are empty', () => {
    expect(loadDatabase(given())).toEqual({
      databases: [],
      exceptDatabases: [],
      tables: { exclude: [], structureOnly: [] },
      dumpOptions: [],
    })
  })

  it('reads everything', () => {
    const inputs = {
      databases: 'shop\n# the blog\nodd-name db\n',
      'exclude-tables': 'cache_*\nshop.tmp',
      'structure-only-tables': 'shop.sessions\n*.log_*',
      'dump-options': '--skip-extended-insert\n--Max_Allowed_Packet=512M',
    }
    expect(loadDatabase(given(inputs))).toEqual({
      databases: ['shop', 'odd-name db'],
      exceptDatabases: [],
      tables: {
        exclude: [
          { text: 'cache_*', table: 'cache_*' },
          { text: 'shop.tmp', database: 'shop', table: 'tmp' },
        ],
        structureOnly: [
          { text: 'shop.sessions', database: 'shop', table: 'sessions' },
          { text: '*.log_*', database: '*', table: 'log_*' },
        ],
      },
      dumpOptions: ['--skip-extended-insert', '--max-allowed-packet=512M'],
    })
  })

  it('takes "*" for all databases, whatever the patterns name', () => {
    const read = given({ databases: '*', 'exclude-tables': 'any.thing' })
    expect(loadDatabase(read)).toMatchObject({ databases: 'all', tables: { exclude: [{ database: 'any' }] } })
  })
})

describe('loadDatabase: "!name"', () => {
  it.each([['*\n!shop_test\n!o\'b "x" y'], ['!shop_test\n*\n# not that\n!o\'b "x" y']])(
    'takes it out of %j',
    databases => {
      expect(loadDatabase(given({ databases }))).toMatchObject({
        databases: 'all',
        exceptDatabases: ['shop_test', 'o\'b "x" y'],
      })
    },
  )

  it('has no tables to name in "exclude-tables"', () => {
    const inputs = { databases: '*\n!shop', 'exclude-tables': 'cache_*\nblog.log\nshop.tmp' }
    expect(refusal(() => loadDatabase(given(inputs))).message).toBe(
      'Input "exclude-tables" must not name a database that "databases" takes out, got "shop.tmp".',
    )
  })
})

describe('loadDatabase: databases', () => {
  it.each(['-f', "o'brien", 'a.b', '日本', 'mysql2', 'x'.repeat(64), '😀'.repeat(64)])('takes the name %s', name => {
    expect(loadDatabase(given({ databases: name })).databases).toEqual([name])
  })

  it.each([
    ['*\nshop', 'be names, or "*" and "!name" lines, got "shop"'],
    ['!shop', 'have "!name" only beside "*", got "!shop"'],
    ['blog\n!shop', 'have "!name" only beside "*", got "!shop"'],
    ['*\n!', 'have a name right after the "!", got "!"'],
    ['*\n! shop', 'have a name right after the "!", got "! shop"'],
    ['*\n!shop_*', 'be full names, or "*" alone, got "!shop_*"'],
    ['*\n!`shop`', 'be plain names, got "!`shop`"'],
    ['*\n!mysql', 'not name system databases, got "!mysql"'],
    ['*\n!shop\n!shop', 'name each database once, got "!shop"'],
    ['*\n*', 'name each database once, got "*"'],
    ['shop_*', 'be full names, or "*" alone, got "shop_*"'],
    ['`shop`', 'be plain names, got "`shop`"'],
    ['shop\nblog\nshop', 'name each database once, got "shop"'],
    ['mysql', 'not name system databases, got "mysql"'],
    ['Information_Schema', 'not name system databases, got "Information_Schema"'],
    ['performance_schema', 'not name system databases, got "performance_schema"'],
    ['sys', 'not name system databases, got "sys"'],
    ['x'.repeat(65), `be names of at most 64 characters, got "${'x'.repeat(65)}"`],
    ['a\0b', 'not contain control characters, got "a\\x00b"'],
  ])('refuses %j', (databases, rest) => {
    expect(refusal(() => loadDatabase(given({ databases }))).message).toBe(`Input "databases" must ${rest}.`)
  })

  it('says why a system schema is refused', () => {
    expect(refusal(() => loadDatabase(given({ databases: 'sys' }))).advice).toBe(
      'This one belongs to the server itself and cannot be restored to another server or version. Remove it.',
    )
  })
})

describe.each(['exclude-tables', 'structure-only-tables'])('loadDatabase: %s', name => {
  const form = 'be patterns of the form table or database.table'

  it.each([
    ['a.b.c', `${form}, got "a.b.c"`],
    ['.b', `${form}, got ".b"`],
    ['a.', `${form}, got "a."`],
    ['`a`', `${form}, got "\`a\`"`],
    ['x'.repeat(65), `${form}, got "${'x'.repeat(65)}"`],
    ['cache\nlog\ncache', 'name each pattern once, got "cache"'],
    ['blog.posts', 'name databases that "databases" lists, not "blog", got "blog.posts"'],
    ['b*.posts', 'name databases that "databases" lists, not "b*", got "b*.posts"'],
    ['Shop.posts', 'name databases that "databases" lists, not "Shop", got "Shop.posts"'],
  ])('refuses %j', (value, rest) => {
    const read = given({ databases: 'shop\nnews', [name]: value })
    expect(refusal(() => loadDatabase(read)).message).toBe(`Input "${name}" must ${rest}.`)
  })

  it('names the databases that are listed', () => {
    const read = given({ databases: 'shop\nnews', [name]: 'blog.posts' })
    expect(refusal(() => loadDatabase(read)).advice).toBe('Listed: "shop", "news".')
  })

  it('is refused without databases', () => {
    expect(refusal(() => loadDatabase(given({ [name]: 'cache' }))).message).toBe(
      `Input "${name}" is set without "databases".`,
    )
  })
})
