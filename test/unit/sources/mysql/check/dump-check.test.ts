import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { CheckError } from '../../../../../src/pipeline/check-error'
import { checkDump } from '../../../../../src/sources/mysql/check/dump-check'
import type { DumpContent } from '../../../../../src/sources/mysql/check/dump-content'
import {
  everything,
  finalView,
  mariadbDump,
  mysqlDump,
  placeholder,
  placeholderTable,
  rows,
  stored,
  table,
  trailer,
} from '../dumps'

function check(
  dump: string | Buffer,
  options: { passes?: number | 'one or two'; chunkBytes?: number } = {},
): DumpContent {
  const bytes = Buffer.from(dump)
  const { chunkBytes = bytes.length, ...rest } = options
  const checking = checkDump(rest)
  for (let at = 0; at < bytes.length; at += chunkBytes) checking.write(bytes.subarray(at, at + chunkBytes))
  return checking.finish()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** As `mysql_real_escape_string` does. */
function asLiteral(text: string): string {
  const letters = new Map([
    ['\0', '0'],
    ['\n', 'n'],
    ['\r', 'r'],
    ['\x1a', 'Z'],
  ])
  return [...text]
    .map(one => (letters.has(one) || '\\\'"'.includes(one) ? `\\${letters.get(one) ?? one}` : one))
    .join('')
}

describe('checkDump', () => {
  it('digests every byte', () => {
    const dump = mysqlDump(table('orders'))
    expect(check(dump)).toMatchObject({ bytes: Buffer.byteLength(dump), sha256: sha256(dump) })
  })

  it('finds one of everything', () => {
    const { tables, bytes, sha256: _, longestStatementBytes: __, ...names } = check(everything)
    expect(bytes).toBe(Buffer.byteLength(everything))
    expect(tables.map(({ name }) => name)).toEqual(['se`q', 'orders', 'new\nline'])
    expect(names).toEqual({ views: ['v1'], triggers: ['tr1'], routines: ['procedure p1'], events: ['e1'] })
  })

  it('gives the same result whatever the chunks', () => {
    const whole = check(everything)
    const bytes = Buffer.from(everything)
    for (let chunkBytes = 1; chunkBytes <= 64; chunkBytes++) expect(check(everything, { chunkBytes })).toEqual(whole)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), cuts => {
        const checking = checkDump()
        const ends = [...cuts, bytes.length].sort((one, other) => one - other)
        let start = 0
        for (const end of ends) {
          checking.write(bytes.subarray(start, end))
          start = end
        }
        expect(checking.finish()).toEqual(whole)
      }),
    )
  })

  it('rejects a dump that was cut anywhere', () => {
    const bytes = Buffer.from(everything)
    expect(check(bytes).bytes).toBe(bytes.length)
    for (let end = 0; end < bytes.length; end++) {
      expect(() => check(bytes.subarray(0, end))).toThrow(CheckError)
    }
  })

  describe('fingerprints of tables', () => {
    it('cover every byte of the INSERT statements with their line breaks', () => {
      const first = "INSERT INTO `orders` VALUES (1,'a'),(2,'b;)\\n');\n"
      const second = "INSERT INTO `orders` VALUES (3,'\\'');\n"
      const dump = mysqlDump(table('orders') + rows('orders', first + second))
      const expected = { name: 'orders', bytes: first.length + second.length, sha256: sha256(first + second) }
      for (const chunkBytes of [1, 7, 1000]) expect(check(dump, { chunkBytes }).tables).toEqual([expected])
    })

    it('are those of nothing for a table without rows', () => {
      expect(check(mysqlDump(table('empty') + rows('empty', ''))).tables).toEqual([
        { name: 'empty', bytes: 0, sha256: sha256('') },
      ])
    })

    it.each([
      ['MariaDB, one row a line', "INSERT INTO `t` VALUES\n(1,'x'),\n(2,'y');\n"],
      ['one statement a row', "INSERT INTO `t` VALUES (1,'x');\nINSERT INTO `t` VALUES (2,'y');\n"],
      ['REPLACE', "REPLACE  INTO `t` VALUES (1,'x');\n"],
      ['INSERT IGNORE with columns', "INSERT  IGNORE  INTO `t` (`VALUES (`, `a);\nb`, `c``d`) VALUES (1,'x',2);\n"],
      ['text like the end of a statement', "INSERT INTO `t` VALUES (1,');\\n'),(2,');');\n"],
      ['binary and hex', "INSERT INTO `t` VALUES (0x3B0A293B0A,_binary '\\0\\Z\\r',NULL,-1.5e10);\n"],
    ])('are taken over the statement whole: %s', (_, inserts) => {
      const dump = mysqlDump(table('t') + rows('t', inserts) + table('u'))
      for (const chunkBytes of [1, 2, 3, 5, 50, 5000]) {
        expect(check(dump, { chunkBytes }).tables).toEqual([
          { name: 't', bytes: inserts.length, sha256: sha256(inserts) },
          { name: 'u', bytes: 0, sha256: sha256('') },
        ])
      }
    })

    it('change for the table whose row changed and for no other', () => {
      const dump = (value: string) =>
        mariadbDump(
          ['a', 'b', 'c']
            .map(
              name =>
                table(name) + rows(name, `INSERT INTO \`${name}\` VALUES\n(1,'${name === 'b' ? value : 'x'}');\n`),
            )
            .join(''),
        )
      const before = check(dump('old')).tables
      const after = check(dump('new')).tables
      expect(after.map((one, index) => one.sha256 !== before[index]?.sha256)).toEqual([false, true, false])
    })

    it('hold for any row the tools can write', () => {
      const value = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom(');\n', '-- Dump completed\n', "'", '\\', ';\nINSERT INTO `u` VALUES (1);\n', '*/', '😀'),
      )
      fc.assert(
        fc.property(
          fc.array(value, { minLength: 1, maxLength: 8 }),
          fc.boolean(),
          fc.integer({ min: 1, max: 40 }),
          (values, mariadb, chunkBytes) => {
            const list = values.map(one => `('${asLiteral(one)}')`)
            const insert = mariadb
              ? `INSERT INTO \`t\` VALUES\n${list.join(',\n')};\n`
              : `INSERT INTO \`t\` VALUES ${list.join(',')};\n`
            const content = check(mysqlDump(table('t') + rows('t', insert) + table('u')), { chunkBytes })
            expect(content.tables).toEqual([
              { name: 't', bytes: Buffer.byteLength(insert), sha256: sha256(insert) },
              { name: 'u', bytes: 0, sha256: sha256('') },
            ])
          },
        ),
      )
    })

    it('are refused for rows without a table, and for rows that come in two places', () => {
      const one = rows('t', 'INSERT INTO `t` VALUES (1);\n')
      expect(() => check(mysqlDump(one))).toThrow('The dump has rows of the table "t", but no CREATE TABLE for it.')
      const other = rows('u', 'INSERT INTO `u` VALUES (1);\n')
      expect(() => check(mysqlDump(table('t') + table('u') + one + other + one))).toThrow('in two places')
    })
  })

  describe('names', () => {
    it.each([
      'back`tick',
      'quo\'te"s',
      'sp ace',
      '-dash',
      'new\nline;\n-- Dump completed',
      '*/ star',
      'ünï',
      ';',
      'a\\',
    ])('are read as the server has them: %j', name => {
      const quoted = name.replaceAll('`', '``')
      const insert = `INSERT INTO \`${quoted}\` VALUES (1);\n`
      const dump = mysqlDump(table(quoted) + rows(quoted, insert))
      for (const chunkBytes of [1, 4, 10_000]) {
        expect(check(dump, { chunkBytes }).tables).toEqual([
          { name, bytes: Buffer.byteLength(insert), sha256: sha256(insert) },
        ])
      }
    })

    it('of a trigger are found in the words of its author', () => {
      const create = '/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`localhost`*/ /*!50003 '
      const triggers = [
        `${create}TRIGGER \`one\` BEFORE INSERT ON \`t\` FOR EACH ROW set @x = 1 */`,
        `${create}trigger two before insert on t for each row set @x = 1 */`,
        `${create}TrIgGeR if not exists \`th\`\`ree\` after delete on t for each row set @x = 1 */`,
        `${create}trigger \`my db\` . four after update on t for each row set @x = 1 */`,
        `${create}trigger  five\n after update on t for each row create_table: begin end */`,
        'CREATE OR REPLACE DEFINER = trigger@localhost TRIGGER `six` BEFORE INSERT ON `t` FOR EACH ROW set @x = 1 ',
        '/*!50003 CREATE*/ /*!50017 DEFINER=`*/ VIEW x`@`%`*/ /*!50003 TRIGGER `seven` BEFORE INSERT ON `t` FOR EACH ROW set @x = 1 */',
        'CREATE DEFINER=CURRENT_USER() TRIGGER eight/* c */BEFORE INSERT ON `t` FOR EACH ROW set @x = 1 ',
      ]
      expect(check(mysqlDump(triggers.map(trigger => stored(trigger)).join(''))).triggers).toEqual([
        'one',
        'two',
        'th`ree',
        'four',
        'five',
        'six',
        'seven',
        'eight',
      ])
    })

    it('of routines carry their kind', () => {
      const definer = 'CREATE DEFINER=`r`@`h`'
      const routines = [
        `${definer} FUNCTION \`f w\`(a int) RETURNS int\nreturn 1\n`,
        `${definer} PROCEDURE \`p;;2\`()\nbegin select ';;'; end\n`,
        `${definer} AGGREGATE FUNCTION \`sum2\`(x int) RETURNS int\nbegin end\n`,
      ].map(statement => stored(statement))
      const oracle = [
        'CREATE DEFINER="r"@"h" PACKAGE "pkg" as procedure a; end\n',
        'CREATE DEFINER="r"@"h" PACKAGE BODY "pkg" as procedure a is begin null; end; end\n',
      ].map(statement => stored(statement, 'PIPES_AS_CONCAT,ANSI_QUOTES,ORACLE'))
      expect(check(mariadbDump([...routines, ...oracle].join(''))).routines).toEqual([
        'function f w',
        'procedure p;;2',
        'function sum2',
        'package pkg',
        'package body pkg',
      ])
    })
  })

  describe('what stands in bodies, strings and comments', () => {
    it('never counts', () => {
      const body = `CREATE DEFINER=\`r\`@\`h\` PROCEDURE \`p\`()
    COMMENT 'CREATE VIEW \`x\`'
begin
-- Dump completed
-- don't; CREATE TABLE \`a\` (
# it's a "comment"
  create table if not exists zz (id int);
  insert into zz values (1);
  create view q as select 1;
  select 'DELIMITER ;', "-- ", \`x;;\`, '/*' from q;
  /* CREATE TRIGGER x ;; ' */
  select 5--1, a -- ' trailing
;
end `
      const content = check(mysqlDump(table('t') + stored(body)))
      expect(content).toMatchObject({ views: [], triggers: [], routines: ['procedure p'], events: [] })
      expect(content.tables.map(({ name }) => name)).toEqual(['t'])
    })

    it('is read by the quoting rules of its sql_mode', () => {
      const backslash = "CREATE PROCEDURE `p1`()\nselect '\\' ; select 1 "
      const both = 'CREATE PROCEDURE "p2"()\nselect \'\\\', "a\\" from t '
      const plain = 'CREATE PROCEDURE `p3`()\nselect \'\\\';;\', "\\";;" '
      const dump = mysqlDump(
        stored(backslash, 'NO_BACKSLASH_ESCAPES') +
          stored(both, 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES') +
          stored(plain) +
          table('t'),
      )
      const content = check(dump)
      expect(content.routines).toEqual(['procedure p1', 'procedure p2', 'procedure p3'])
      expect(content.tables.map(({ name }) => name)).toEqual(['t'])
    })

    it('may need a longer delimiter', () => {
      const dump = mysqlDump(
        'DELIMITER ;;;\n/*!50106 CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DO begin /* */ ;; end */ ;;;\nDELIMITER ;\n',
      )
      for (const chunkBytes of [1, 5000]) expect(check(dump, { chunkBytes }).events).toEqual(['e'])
    })
  })

  describe('views', () => {
    it('count in their final form, whatever stood in for them', () => {
      const dump = mariadbDump(
        placeholder('v`1'.replace('`', '``')) + placeholderTable('v2') + finalView('v``1') + finalView('v2'),
      )
      expect(check(dump)).toMatchObject({ views: ['v`1', 'v2'], tables: [] })
    })

    it.each([
      ['a view', placeholder],
      ['a table', placeholderTable],
    ])('are missing when only %s stands in for them', (_, standIn) => {
      expect(() => check(mysqlDump(standIn('v1') + standIn('v2') + finalView('v1')))).toThrow(
        'The dump has a placeholder for the view "v2", but not the view itself.',
      )
    })
  })

  describe('the trailer', () => {
    it('may have no date', () => {
      expect(check(mysqlDump().replace(trailer, '-- Dump completed\n')).tables).toEqual([])
    })

    it('may have white space behind it', () => {
      expect(check(`${mysqlDump()}\n \t\n`).tables).toEqual([])
    })

    it('is missed by name, size and last table', () => {
      const cut = mysqlDump(table('first') + table('last')).replace(trailer, '')
      expect(() => check(cut)).toThrow(
        `The dump is cut off: it does not end with the line "-- Dump completed". It has ${cut.length} bytes; its last table is "last".`,
      )
      expect(() => check('')).toThrow('The dump is empty: not one byte arrived.')
    })

    it.each([
      ['in a row', mysqlDump(table('t') + rows('t', `INSERT INTO \`t\` VALUES (1,'\\n${trailer}`))],
      [
        'in a body',
        mysqlDump(`DELIMITER ;;\nCREATE PROCEDURE \`p\`()\nbegin\n${trailer}`).replace(
          /\/\*!40103 SET TIME_ZONE=@[\s\S]*$/,
          '',
        ),
      ],
      ['in a comment of a body', `${mysqlDump().replace(trailer, '')}/* \n${trailer}`],
      ['in a string', `${mysqlDump().replace(trailer, '')}SET @x = '\n${trailer}`],
      ['inside a line', `${mysqlDump().replace(trailer, '')}SET @x = 1; ${trailer}`],
      ['with more text', mysqlDump().replace(trailer, '-- Dump completed on time\n')],
      [
        'in the name of a table',
        `${mysqlDump().replace(trailer, '')}--\n-- Table structure for table \`a\n-- Dump completed\n`,
      ],
    ])('does not count %s', (_, dump) => {
      expect(() => check(dump)).toThrow('The dump is cut off')
    })

    it('stands after everything else', () => {
      for (const more of ['SET @x = 1;\n', '-- more\n', ';\n', '/* more */\n', 'DELIMITER ;;\n', trailer, 'x']) {
        expect(() => check(mysqlDump() + more)).toThrow(CheckError)
      }
      expect(() => check(mysqlDump() + mysqlDump())).toThrow('The dump continues after its last line')
    })

    it('is not confused by a table whose name contains it', () => {
      const dump = mysqlDump(
        `--\n-- Table structure for table \`a\n-- Dump completed\n-- b\`\n--\n\nCREATE TABLE \`a\nDump completed\nb\` (\n  \`id\` int\n);\n`,
      )
      expect(check(dump).tables.map(({ name }) => name)).toEqual(['a\nDump completed\nb'])
    })

    it('comes once for each pass', () => {
      const structure = mysqlDump(table('log'))
      const data = mysqlDump(table('t') + rows('t', 'INSERT INTO `t` VALUES (1);\n'))
      expect(check(structure + data, { passes: 2 }).tables.map(({ name }) => name)).toEqual(['log', 't'])
      expect(() => check(structure, { passes: 2 })).toThrow('The dump is cut off')
      expect(() => check(structure + data.replace(trailer, ''), { passes: 2 })).toThrow('The dump is cut off')
      expect(() => check(structure.replace(trailer, '') + data, { passes: 2 })).toThrow('The dump is cut off')
      expect(() => check(structure + data + data, { passes: 2 })).toThrow('continues after its last line')
    })

    it('comes once or twice where nobody knows the number of passes', () => {
      const passes = 'one or two'
      const structure = mysqlDump(table('log'))
      const data = mysqlDump(table('t') + rows('t', 'INSERT INTO `t` VALUES (1);\n'))
      const names = (dump: string) => check(dump, { passes }).tables.map(({ name }) => name)
      expect(names(data)).toEqual(['t'])
      expect(names(structure + data)).toEqual(['log', 't'])
      expect(() => names(structure + data.replace(trailer, ''))).toThrow('The dump is cut off')
      expect(() => names(`${structure}-- MySQL dump 10.13\n`)).toThrow('The dump is cut off')
      expect(() => names(structure + data + data)).toThrow('continues after its last line')
      expect(() => names(structure.replace(trailer, ''))).toThrow('The dump is cut off')
    })
  })

  describe('text of a tool', () => {
    it.each([
      [
        'before the dump',
        `mysqldump: [Warning] Using a password on the command line interface can be insecure.\n${mysqlDump()}`,
      ],
      ['between statements', mysqlDump(`mysqldump: Couldn't execute 'SHOW FIELDS': View 'v' (1356)\n`)],
      ['of an older tool', mysqlDump('mysqldump: Got error: 2013: Lost connection\n')],
      ['as a warning', mysqlDump('Warning: A partial dump from a server that has GTIDs.\n')],
      ['as HTML', `<html><body>502</body></html>\n${mysqlDump()}`],
    ])('is an error %s, whatever the chunks', (_, dump) => {
      for (const chunkBytes of [1, 9, 100_000]) {
        expect(() => check(dump, { chunkBytes })).toThrow('The dump contains a line that is not SQL: ')
      }
    })

    it('is quoted with what could act on a terminal made visible', () => {
      expect(() => check(mysqlDump('mysqldump: Error\x1b[31m 2013\nmore\n'), { chunkBytes: 3 })).toThrow(
        'The dump contains a line that is not SQL: "mysqldump: Error\\x1b[31m 2013".',
      )
    })

    it('is an error when it is all there is', () => {
      expect(() => check('mysqldump: not found')).toThrow('not SQL: "mysqldump: not found"')
    })
  })

  it('reports how far it is', () => {
    const checking = checkDump()
    const bytes = Buffer.from(mysqlDump(table('a') + table('b')))
    checking.write(bytes)
    expect(checking.progress()).toEqual({ bytes: bytes.length, tables: 2 })
  })

  it('refuses a statement without an end before it fills the memory', () => {
    const checking = checkDump()
    const endless = Buffer.alloc(64 * 1024, 'a')
    expect(() => {
      for (let count = 0; count < 1000; count++) checking.write(endless)
    }).toThrow('it is not SQL')
  })
})
