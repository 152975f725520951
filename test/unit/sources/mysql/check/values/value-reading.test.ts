import fc from 'fast-check'
import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import type { TableValues } from '../../../../../../src/sources/mysql/check/values/table-rows'
import { ValueReading } from '../../../../../../src/sources/mysql/check/values/value-reading'
import { mysqlDump, rows } from '../../dumps'
import { mariadb1011, mysql80 } from '../../tool-dumps'

interface Written {
  /** In parentheses. */
  columns: string
  inserts: string
  chunkBytes?: number
}

const create = (columns: string) => `CREATE TABLE \`t\` ${columns} ENGINE=InnoDB;\n`

/** Reads a dump of one table. `stored`: the reading of another one, to compare with. */
function readDump(dump: string, only: readonly string[], stored?: ValueReading, chunkBytes = 1 << 20): ValueReading {
  const bytes = Buffer.from(dump)
  const values = new ValueReading(new Set(only), stored)
  const checking = checkDump({ values })
  for (let at = 0; at < bytes.length; at += chunkBytes) checking.write(bytes.subarray(at, at + chunkBytes))
  checking.finish()
  return values
}

function read({ columns, inserts, chunkBytes }: Written, stored?: ValueReading): ValueReading {
  return readDump(mysqlDump(create(columns) + rows('t', inserts)), ['t'], stored, chunkBytes)
}

/** The table in the second of two dumps, and whether its rows are those of the first. */
function compare(one: Written, other: Written): TableValues & { isEqual: boolean } {
  const stored = read(one)
  const found = read(other, stored).tables.get('t')
  const expected = stored.tables.get('t')
  if (found === undefined || expected === undefined) throw new Error('The table was not read.')
  return { ...found, isEqual: found.sum === expected.sum && found.rows === expected.rows }
}

/** Two rows, in the second of which a value is written as given. */
function ofType(type: string, literal: string): Written {
  return {
    columns: `(\n  \`id\` int NOT NULL,\n  \`v\` ${type},\n  PRIMARY KEY (\`id\`)\n)`,
    inserts: `INSERT INTO \`t\` VALUES (1,NULL),(2,${literal});\n`,
  }
}

const json = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}'`

describe('ValueReading', () => {
  it.each([
    ['json', json('{"price": 1.10}'), json('{"price": 1.1}')],
    ['json', json('[19.90, 5.00, 0.00, -0.0]'), json('[19.9,5.0,0.0,0.0]')],
    ['json', json('12345678901234567890.123456789'), json('1.2345678901234567e19')],
    ['json', json('{"n": 100000000000000000000}'), json('{"n": 1e20}')],
    ['json', json('{ "a" : [ true , null ] }'), json('{"a": [true, null]}')],
    ['float', '52.520008', '52.5200081'],
    ['float', '1e20', '1e+20'],
    ['double DEFAULT NULL', '-0', '0'],
    ['double', '1e20', '100000000000000000000'],
    ['double(16,4)', '1.5000', '1.5'],
    ['int(8) unsigned zerofill', '00000042', '42'],
    ['decimal(20,5)', '001.50000', '1.5'],
    ['decimal(20,5)', '-0.00000', '0'],
    ['year', '0000', '0'],
    ['bit(9)', '0x0155', "b'101010101'"],
    ['bit(8)', "_binary '\\0'", '0x00'],
    ['varbinary(9)', '0x00FF27', "_binary '\0\\xff\\''".replace('\\xff', '\u00ff')],
    ['varchar(9)', "'it\\'s'", "'it''s'"],
    ['text', "'a\\tb\\Zc'", "'a\tb\u001ac'"],
    ['text', "'\\%\\_'", "'\\\\%\\\\_'"],
    ['blob', "X'4142'", "'AB'"],
    ['blob', "''", "x''"],
    ['inet6', "'::1'", "_utf8mb4 '::1'"],
    ['int GENERATED ALWAYS AS ((`id` + 1)) VIRTUAL', '3', '4'],
  ])('takes two ways to write a value of the type %s for equal: %s and %s', (type, one, other) => {
    // U+00FF is two bytes in a dump.
    const isBinary = type === 'varbinary(9)'
    expect(compare(ofType(type, isBinary ? '0x00C3BF27' : one), ofType(type, other))).toMatchObject({
      ...{ isEqual: true, rows: 2, strangers: 0, firstStranger: undefined },
    })
  })

  it.each([
    ['json', json('1'), json('"1"')],
    ['json', json('{"a": 1.1}'), json('{"a": 1.2}')],
    ['json', json('{"a": "1.10"}'), json('{"a": "1.1"}')],
    ['json', json('{"a": "x y"}'), json('{"a": "xy"}')],
    ['json', json('"a\\" : 1.10"'), json('"a\\" : 1.1"')],
    ['json', json('18446744073709551615'), json('18446744073709551614')],
    ['json', json('9007199254740993'), json('9007199254740992')],
    ['longtext CHECK (json_valid(`v`))', json('{"price": 1.10}'), json('{"price": 1.1}')],
    ['longtext', json('{"a": 1}'), json('{"a":1}')],
    ['date', "'2026-02-31'", "'0000-00-00'"],
    ['datetime(3)', "'2026-01-01 10:00:00.000'", "'2026-01-01 10:00:00.001'"],
    ['float', '52.52', '52.53'],
    ['double', '1.7976931348623157e308', '1.7976931348623155e308'],
    ['bigint unsigned', '18446744073709551615', '18446744073709551614'],
    ['decimal(40,9)', '12345678901234567890.123456789', '12345678901234567890.123456788'],
    ['decimal(9,2)', '-1.50', '1.50'],
    ['varchar(9)', "'00042'", "'42'"],
    ['varchar(9)', "'1.50'", "'1.5'"],
    ['varchar(9)', "''", 'NULL'],
    ['varchar(9)', "'NULL'", 'NULL'],
    ['binary(2)', '0x0041', '0x41'],
    ['bit(8)', '0x01', '0x02'],
    ['bigint GENERATED ALWAYS AS ROW START', '3', '4'],
  ])('tells values of the type %s apart: %s and %s', (type, one, other) => {
    const { isEqual, strangers, firstStranger, columns } = compare(ofType(type, one), ofType(type, other))
    expect({ isEqual, strangers, firstStranger }).toEqual({ isEqual: false, strangers: 1, firstStranger: 2 })
    const { tables } = read(ofType(type, one))
    const changed = [...columns.keys()].filter(
      name => columns.get(name)?.mark !== tables.get('t')?.columns.get(name)?.mark,
    )
    expect(changed).toEqual(['v'])
  })

  const value = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom(
      'NULL',
      "'\\''",
      "'\\\\'",
      "'),('",
      "');\\n'",
      "'('",
      "''",
      "'it''s'",
      "_binary 'x'",
      '0x28',
      "'😀'",
    ),
    fc.string({ maxLength: 9 }).map(text => `'${text.replaceAll(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`),
  )
  const tuples = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 12 })
  const anyColumns = '(\n `a` text,\n `b` blob\n)'
  const written = (list: readonly (readonly string[])[], between: readonly string[]): string =>
    list
      .map((tuple, at) => {
        const before = between[at % between.length] ?? ','
        const end = before.startsWith('INSERT') && at > 0 ? ';\n' : ''
        return `${end}${at === 0 ? 'INSERT INTO `t` VALUES ' : before}(${tuple.join(',')})`
      })
      .join('')
      .concat(';\n')
  const layout = fc.array(fc.constantFrom(',', ',\n', 'INSERT INTO `t` VALUES\n', 'INSERT IGNORE INTO `t` VALUES '), {
    minLength: 1,
    maxLength: 5,
  })

  it('finds the same rows in any order and layout, wherever a chunk ends', () => {
    fc.assert(
      fc.property(tuples, layout, layout, fc.integer({ min: 1, max: 40 }), (list, one, other, chunkBytes) => {
        const turned = list.toReversed()
        const found = compare(
          { columns: anyColumns, inserts: written(list, one) },
          { columns: anyColumns, inserts: written(turned, other), chunkBytes },
        )
        expect(found).toMatchObject({ isEqual: true, rows: list.length, strangers: 0 })
      }),
    )
  })

  it('finds any other row, and that one is missing, doubled or has swapped values', () => {
    fc.assert(
      fc.property(tuples, fc.nat(), fc.integer({ min: 1, max: 40 }), (list, seed, chunkBytes) => {
        const at = seed % list.length
        const [first = '', second = ''] = list[at] ?? []
        const without = list.toSpliced(at, 1)
        const others = [
          without,
          [...list, [first, second]],
          list.toSpliced(at, 1, [first, "'another value'"]),
          ...(first === second ? [] : [list.toSpliced(at, 1, [second, first])]),
        ].filter(other => other.length > 0)
        for (const other of others) {
          const found = compare(
            { columns: anyColumns, inserts: written(list, [',']) },
            { columns: anyColumns, inserts: written(other, [',']), chunkBytes },
          )
          const isSwapOfEqual = bytesOf(other) === bytesOf(list)
          expect(found.isEqual).toBe(isSwapOfEqual)
        }
      }),
    )
  })

  it('reads values that are larger than any buffer, in pieces', () => {
    const large = 'ab'.repeat(100_000)
    const hex = `0x${Buffer.from(large).toString('hex').toUpperCase()}`
    const found = compare(ofType('longblob', hex), { ...ofType('longblob', `'${large}'`), chunkBytes: 4099 })
    expect(found.isEqual).toBe(true)
    expect(compare(ofType('longblob', `'${large}'`), ofType('longblob', `'${large}c'`)).isEqual).toBe(false)
    expect(compare(ofType('longtext', `'c${large}'`), ofType('longtext', `'${large}c'`)).isEqual).toBe(false)
  })

  it('knows the columns of a statement that names them, whatever their names', () => {
    const columns =
      "(\n `a,b` int COMMENT 'x, ) `y`',\n `c``d` int GENERATED ALWAYS AS (`a,b`) VIRTUAL,\n `e)` double,\n KEY (`e)`)\n)"
    const one = { columns, inserts: 'INSERT INTO `t` VALUES (1,1,-0);\n' }
    const other = { columns, inserts: 'INSERT INTO `t` (`a,b`, `e)`) VALUES (1,0);\n' }
    expect(compare(one, one).isEqual).toBe(true)
    expect(compare(other, one)).toMatchObject({ isEqual: true, rows: 1 })
    expect([...compare(one, other).columns.keys()]).toEqual(['a,b', 'e)'])
  })

  it('compares the columns that the stored dump has, by the types that they have there', () => {
    const mysql = ofType('json', json('[1.10]'))
    const mariadb = ofType('longtext CHECK (json_valid(`v`))', json('[1.1]'))
    expect(compare(mysql, mariadb).isEqual).toBe(true)
    expect(compare(mariadb, mysql).isEqual).toBe(false)
    const more = {
      columns: '(\n `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT INVISIBLE,\n `id` int,\n `v` json\n)',
      inserts: `INSERT INTO \`t\` (\`my_row_id\`, \`id\`, \`v\`) VALUES (1,1,NULL),(2,2,${json('[1.10]')});\n`,
    }
    expect(compare(mysql, more).isEqual).toBe(true)
    expect(compare(more, mysql).isEqual).toBe(false)
  })

  it('finds the rows of different tools equal, and reads no other table', () => {
    const only = ['orders']
    const stored = readDump(mysql80, only)
    const there = readDump(mariadb1011, only, stored)
    expect([...there.tables.keys()]).toEqual(only)
    expect(there.tables.get('orders')).toMatchObject({ rows: 2, sum: stored.tables.get('orders')?.sum, strangers: 0 })
  })

  it.each([
    ['a word without an end', 'x'.repeat(2000), /a value that no dump tool writes/],
    ['half a byte', '0xABC', /odd number of hexadecimal digits/],
  ])('refuses %s', (_, literal, message) => {
    expect(() => read(ofType('text', literal))).toThrow(message)
  })

  it('refuses rows of one table with different columns', () => {
    const inserts = 'INSERT INTO `t` (`a`) VALUES (1);\nINSERT INTO `t` (`b`) VALUES (1);\n'
    expect(() => read({ columns: '(`a` int, `b` int)', inserts })).toThrow(/rows of one table with different columns/)
  })
})

/** What the literals mean, in no order, to see whether a change was one. */
function bytesOf(list: readonly (readonly string[])[]): string {
  const meaning = (literal: string) => {
    const text = literal.replace(/^_binary /, '')
    if (text === 'NULL') return null
    if (text === '0x28') return '('
    return text.startsWith("'")
      ? text.slice(1, -1).replace(/''|\\([\s\S])/g, (_, byte = "'") => (byte === 'n' ? '\n' : byte))
      : text
  }
  return JSON.stringify(list.map(tuple => JSON.stringify(tuple.map(meaning))).sort())
}
