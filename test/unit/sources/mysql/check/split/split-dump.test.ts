import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import type { HeldObject } from '../../../../../../src/sources/mysql/check/split/held-object'
import { splitDump } from '../../../../../../src/sources/mysql/check/split/split-dump'
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
} from '../../dumps'

interface Split {
  sql: string
  /** With their texts as strings. */
  objects: (Omit<HeldObject, 'rest'> & { rest: string })[]
  where: (line: number) => string | undefined
}

/** Splits a dump, cut at these places. */
async function split(
  dump: string | Buffer,
  cuts: readonly number[] = [],
  session = { before: '', afterMode: '' },
): Promise<Split> {
  const bytes = Buffer.from(dump)
  const ends = [...cuts.filter(cut => cut < bytes.length), bytes.length].sort((one, other) => one - other)
  const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
  const { stream, where, objects } = splitDump('shop', session)
  const out: Buffer[] = []
  await pipeline(Readable.from(chunks.filter(chunk => chunk.length > 0)), stream, async source => {
    for await (const piece of source) out.push(piece)
  })
  const readable = objects.map(object => ({ ...object, rest: object.rest.toString() }))
  return { sql: Buffer.concat(out).toString(), objects: readable, where }
}

/** Lines that are a comment, but the first one of a dump, locks, and what does nothing for a new table of InnoDB become empty. */
function shortened(dump: string): string {
  const [head = '', ...lines] = dump.split('\n')
  return [head, ...lines.map(line => (leftOut.test(line) ? '' : line))].join('\n')
}

const leftOut = /^(--(?:\s|$)|(UN)?LOCK TABLES|DROP TABLE IF EXISTS|\/\*!40000 ALTER TABLE `[^`]*` (DIS|EN)ABLE KEYS)/

const everyByte = (dump: string) => Array.from(Buffer.from(dump).keys())

const event = `/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
/*!50106 DROP EVENT IF EXISTS \`e1\` */;
DELIMITER ;;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;;
/*!50003 SET time_zone             = 'SYSTEM' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`r\`@\`h\`*/ /*!50106 EVENT \`e1\` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE DO set @x = ';' */ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
DELIMITER ;
/*!50106 SET TIME_ZONE= @save_time_zone */ ;
`
const trigger = stored(
  "/*!50003 CREATE*/ /*!50017 DEFINER=`a*/b`@`%`*/ /*!50003 TRIGGER `tr1` BEFORE INSERT ON `orders` FOR EACH ROW begin set @a = 'x;;'; -- don't\nend */",
)
const routine = stored('CREATE DEFINER=`r`@`h` PROCEDURE `p``1`()\nbegin\n  select 1;\nend ', 'ANSI_QUOTES')
const orders = table('orders') + rows('orders', 'INSERT INTO `orders` VALUES\n(1,2),\n(3,4);\n')
const sandbox = '/*M!999999\\- enable the sandbox mode */ \n'

describe('splitDump', () => {
  it('has SQL of ours first and behind each mode that is set, on lines that keep their numbers', async () => {
    const dump = mysqlDump(`${table('orders')}${rows('orders', 'INSERT INTO `orders` VALUES (1);\n')}`)
    const plain = await split(dump)
    const session = { before: 'SET a = 1; ', afterMode: ' SET b = 2;' }
    for (const cuts of [[], everyByte(dump)]) {
      const { sql, where } = await split(dump, cuts, session)
      const lines = sql.split('\n')
      expect(sql.startsWith('SET a = 1; ')).toBe(true)
      expect(sql.replace('SET a = 1; ', '').replaceAll(' SET b = 2;', '')).toBe(plain.sql)
      const behind = lines.filter(line => line.includes(' SET b = 2;'))
      expect(behind.length).toBeGreaterThan(0)
      for (const line of behind) expect(line).toMatch(/SQL_MODE\s*=.*; SET b = 2;$/i)
      const at = lines.findIndex(line => line.startsWith('INSERT')) + 1
      expect(where(at)).toBe('the rows of table "orders"')
    }
  })

  it('takes out everything that has a definer, in parts, with the session in which it was stored', async () => {
    const { sql, objects } = await split(mysqlDump(orders + trigger + event + routine + finalView('v1')))
    expect(sql).not.toMatch(/TRIGGER `|EVENT `e1` ON|PROCEDURE `|VIEW `v1` AS/)
    expect(sql).toContain('INSERT INTO `orders` VALUES\n(1,2),\n(3,4);')
    expect(objects).toEqual([
      {
        ...{ kind: 'trigger', name: 'tr1', definer: 'a*/b@%', attributes: '', security: '' },
        rest: " BEFORE INSERT ON `orders` FOR EACH ROW begin set @a = 'x;;'; -- don't\nend",
        session: { sqlMode: 'STRICT_TRANS_TABLES', timeZone: '+00:00' },
      },
      {
        ...{ kind: 'event', name: 'e1', definer: 'r@h', attributes: '', security: '' },
        rest: " ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE DO set @x = ';'",
        session: { timeZone: 'SYSTEM' },
      },
      {
        ...{ kind: 'procedure', name: 'p`1', definer: 'r@h', attributes: '', security: '' },
        rest: '()\nbegin\n  select 1;\nend ',
        session: { sqlMode: 'ANSI_QUOTES' },
      },
      {
        ...{ kind: 'view', name: 'v1', definer: 'root@localhost' },
        ...{ attributes: 'ALGORITHM=UNDEFINED', security: 'SQL SECURITY DEFINER' },
        rest: " AS select 1 AS `id`,'CREATE TABLE x;' AS `a*/b`",
        session: {},
      },
    ])
  })

  it('leaves out what does nothing for a table of InnoDB in an empty database, and nothing else of the kind', async () => {
    const [drop, keys] = ['DROP TABLE IF EXISTS', /ALTER TABLE `[^`]*` (DIS|EN)ABLE KEYS/g]
    const isam = orders.replaceAll('orders', 'isam').replace('ENGINE=InnoDB', 'ENGINE=MyISAM')
    const others = `${placeholderTable('v2')}/*!50001 DROP TABLE IF EXISTS \`v2\`*/;
DROP TABLE IF EXISTS \`a\`, \`b\`;
DROP TABLE IF EXISTS \`shop\`.\`a\`;
DROP TABLE \`orders\`;
ALTER TABLE \`orders\` ADD COLUMN \`enable keys\` int;
/*!40000 ALTER TABLE \`orders\` DISABLE KEYS */;
`
    const dump = mysqlDump(orders + isam + others)
    for (const cuts of [[], everyByte(dump)]) {
      const { sql } = await split(dump, cuts)
      expect(sql.split('\n')).toHaveLength(dump.split('\n').length)
      expect(sql.match(keys)).toEqual([...[1, 2, 3]].map(n => expect.stringContaining(n < 3 ? 'isam' : 'orders')))
      expect(sql.split('\n').filter(line => line.includes(drop))).toEqual(
        others.split('\n').filter(line => line.includes(drop)),
      )
      expect(sql).toContain('DROP TABLE `orders`;\nALTER TABLE `orders` ADD COLUMN `enable keys` int;')
    }
  })

  it('takes out the placeholder of a view, and leaves one that is a table', async () => {
    const { sql, objects } = await split(mysqlDump(placeholder('v1') + placeholderTable('v2')))
    expect(objects).toMatchObject([{ kind: 'placeholder', name: 'v1', definer: '', rest: expect.stringMatching(/`$/) }])
    expect(sql).toContain('/*!50001 CREATE TABLE `v2`')
  })

  it('knows the character sets around an object, and the default of its database', async () => {
    const around = `ALTER DATABASE \`shop\` CHARACTER SET latin1 COLLATE latin1_swedish_ci ;
/*!50003 SET character_set_client  = latin1 */ ;
/*!50003 SET collation_connection  = latin1_german1_ci */ ;
${routine}/*!50003 SET character_set_client  = @saved_cs_client */ ;
/*!50003 SET collation_connection  = @saved_col_connection */ ;
ALTER DATABASE \`shop\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;
`
    const { sql, objects } = await split(mysqlDump(around + trigger))
    expect(sql).not.toContain('ALTER DATABASE')
    expect(objects.map(({ session }) => session)).toMatchObject([
      { characterSet: 'latin1', collation: 'latin1_german1_ci', databaseCollation: 'latin1_swedish_ci' },
      { databaseCollation: 'utf8mb4_bin' },
    ])
    expect(objects[1]?.session).not.toHaveProperty('characterSet')
  })

  it('reads a check option behind a view', async () => {
    const view = `/*!50001 CREATE ALGORITHM=MERGE */
/*!50013 DEFINER=\`role\` SQL SECURITY INVOKER */
/*!50001 VIEW \`v\` AS select 1 AS \`a\` */
/*!50002 WITH LOCAL CHECK OPTION */;
`
    expect((await split(mysqlDump(view))).objects).toMatchObject([
      {
        ...{ name: 'v', definer: 'role', attributes: 'ALGORITHM=MERGE', security: 'SQL SECURITY INVOKER' },
        rest: ' AS select 1 AS `a` WITH LOCAL CHECK OPTION',
      },
    ])
  })

  it('leaves out the database in front of a name', async () => {
    const text = stored('CREATE DEFINER=`a`@`b` TRIGGER shop . `tr` BEFORE INSERT ON t FOR EACH ROW SET @a = 1')
    expect((await split(mysqlDump(text))).objects).toMatchObject([
      { name: 'tr', rest: ' BEFORE INSERT ON t FOR EACH ROW SET @a = 1' },
    ])
  })

  it('gives the same whatever the chunks', async () => {
    const dump = sandbox + mysqlDump(table('log')) + everything + mysqlDump(placeholder('v1') + event + finalView('v1'))
    const whole = await split(dump)
    expect(whole.objects).toHaveLength(8)
    const bytewise = await split(dump, everyByte(dump))
    expect(bytewise.sql).toBe(whole.sql)
    expect(bytewise.objects).toEqual(whole.objects)
    const lines = whole.sql.split('\n').map((_, index) => whole.where(index + 1))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(dump.length), { maxLength: 30 }), async cuts => {
        const { sql, objects, where } = await split(dump, cuts)
        expect(sql).toBe(whole.sql)
        expect(objects).toEqual(whole.objects)
        expect(lines.map((_, index) => where(index + 1))).toEqual(lines)
      }),
    )
  })

  it('leaves out line comments between statements, which a client would send by themselves, and no line', async () => {
    const dump = `${mysqlDump(`-- one\n#two\n/* three */\n-- four\r\n${orders}SET @x = 1 -- five\n;\n`)}SET @y = 1; -- six\n`
    const { sql } = await split(dump)
    expect(sql.match(/^(?!\) ENGINE).*(--|#|\/\* ).*$/gm)).toEqual([
      expect.stringMatching(/^-- MySQL dump/),
      '/* three */',
      'SET @x = 1 -- five',
    ])
    expect(sql.split('\n')).toHaveLength(dump.split('\n').length)
    expect((await split(dump, everyByte(dump))).sql).toBe(sql)
  })

  it('keeps a line comment in what only some servers read', async () => {
    const text = '/*!50003 -- first\n SET @x = 1 */;\n'
    expect((await split(mysqlDump(text))).sql).toContain(text)
    expect((await split(mysqlDump(text), everyByte(mysqlDump(text)))).sql).toContain(text)
  })

  it('passes a chunk on in one piece, however many statements it has', async () => {
    const { stream } = splitDump('shop')
    const many = Array.from({ length: 1000 }, (_, index) => table(`t${index}`)).join('')
    let pieces = 0
    await pipeline(Readable.from([Buffer.from(mysqlDump(many))]), stream, async source => {
      for await (const _ of source) pieces++
    })
    expect(pieces).toBeLessThanOrEqual(2)
  })

  it.each([
    ['a dump without such objects', mysqlDump(orders)],
    ['nothing', ''],
    ['text that is no SQL', 'mysqldump: not found'],
    [
      'a title and a comment in rows',
      mysqlDump(table('orders') + rows('orders', "INSERT INTO `orders` VALUES ('/*!50003 CREATE*/');\n")),
    ],
    ['block comments between statements', mysqlDump('/* a comment */\n/*!50003 */;\n/* CREATE VIEW */\n')],
  ])('leaves to the byte, but for what is left out, %s', async (_, dump) => {
    expect((await split(dump)).sql).toBe(shortened(dump))
    expect((await split(dump, everyByte(dump))).sql).toBe(shortened(dump))
  })

  it.each([
    ['an object without a definer', 'CREATE ALGORITHM=MERGE VIEW `v` AS select 1;\n'],
    ['an object of the importer', 'CREATE DEFINER=CURRENT_USER PROCEDURE `p`() select 1;\n'],
    ['a comment without an end', '/*!50003 CREATE DEFINER=`a`@`b` PROCEDURE `p`() select 1;\n'],
    ['an object in a comment that every server skips', '/*!99999 CREATE PROCEDURE p() */ CREATE USER u;\n'],
  ])('refuses %s', async (_, sql) => {
    await expect(split(mysqlDump(sql))).rejects.toThrow(/in a form that no dump tool writes: it is not restored/)
  })

  it.each([sandbox, '/*!999999\\- enable the sandbox mode */\n', '/*M!999999\\- enable the sandbox mode */\r\n'])(
    'leaves out the line of the sandbox, of every pass: %j',
    async line => {
      const [first, second] = [mysqlDump(table('log')), mysqlDump(orders)]
      const dump = line + first + line + second
      expect((await split(dump)).sql).toBe(shortened(first) + shortened(second))
      expect((await split(dump, everyByte(dump))).sql).toBe(shortened(first) + shortened(second))
    },
  )

  it('keeps that line where it is something else', async () => {
    const line = '/*M!999999\\- enable the sandbox mode */'
    const inserts = `INSERT INTO \`orders\` VALUES (1,'${line}');\n`
    const dump = mysqlDump(`${table('orders')}${rows('orders', inserts)}${line}\n`)
    expect((await split(dump)).sql).toBe(shortened(dump))
  })

  it('takes the database away from its own sequences, and from nothing else', async () => {
    const create = (defaults: string) =>
      `CREATE TABLE \`t\` (\n  \`id\` int NOT NULL DEFAULT ${defaults}\n) COMMENT='x';\n`
    const dump = mysqlDump(
      create("nextval(`shop`.`s1`) + lastval(`shop`.`s``2`) + nextval(`other`.`s1`) + 'nextval(`shop`.`s`)'"),
    )
    const expected = mysqlDump(
      create("nextval(`s1`) + lastval(`s``2`) + nextval(`other`.`s1`) + 'nextval(`shop`.`s`)'"),
    )
    expect((await split(dump)).sql).toBe(shortened(expected))
    expect((await split(dump, everyByte(dump))).sql).toBe(shortened(expected))
  })

  it.each([
    [
      'a routine',
      stored('CREATE DEFINER=`r`@`h` PROCEDURE `p`() select 1 -- one ;;\n, 2 # two').replace(' */;;', ' ;;'),
      '() select 1 -- one ;;\n, 2 # two',
    ],
    [
      'a trigger',
      stored(
        '/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`h`*/ /*!50003 TRIGGER `t` BEFORE INSERT ON `o` FOR EACH ROW set @a = 1 -- x */',
      ),
      ' BEFORE INSERT ON `o` FOR EACH ROW set @a = 1 -- x',
    ],
    [
      'an event',
      event.replace("set @x = ';'", 'set @x = 1 -- x'),
      ' ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE DO set @x = 1 -- x',
    ],
  ])('finds the end of %s behind a comment that hides it', async (_, sql, rest) => {
    const dump = mysqlDump(sql + routine)
    const whole = await split(dump)
    expect(whole.objects).toMatchObject([{ rest }, { name: 'p`1' }])
    expect(await split(dump, everyByte(dump))).toMatchObject({ sql: whole.sql, objects: whole.objects })
  })

  it('takes code that is not SQL for what it is', async () => {
    const js = (mark: string) =>
      `CREATE DEFINER=\`r\`@\`h\` FUNCTION \`f\`() RETURNS int\n    LANGUAGE JAVASCRIPT\nAS ${mark}return "it's;;\n\`"${mark} `
    const library = "CREATE LIBRARY `l`\n    LANGUAGE JAVASCRIPT\nAS $$ ; ' $$ "
    const view =
      '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`r`@`h` SQL SECURITY DEFINER */\n/*!50001 JSON RELATIONAL DUALITY VIEW `d` AS select 1 */;\n'
    const dump = mysqlDump(`${stored(library)}${stored(js('$$'))}${stored(js('$JAVASCRIPT$'))}${view}`)
    const { objects } = await split(dump)
    expect(objects).toMatchObject([
      { kind: 'library', name: 'l', definer: '', rest: library.slice('CREATE LIBRARY `l`'.length) },
      { kind: 'function', name: 'f', rest: expect.stringMatching(/\$\$ $/) },
      { kind: 'function', name: 'f', rest: expect.stringMatching(/\$JAVASCRIPT\$ $/) },
      { kind: 'view', name: 'd', security: 'SQL SECURITY DEFINER JSON RELATIONAL DUALITY' },
    ])
    expect((await split(dump, everyByte(dump))).objects).toEqual(objects)
  })

  it('does not take a name for such code', async () => {
    const sql = stored('CREATE DEFINER=`r`@`h` PROCEDURE `p`() select 1 AS $a$, 2 ')
    expect((await split(mysqlDump(sql + routine))).objects).toMatchObject([{ name: 'p' }, { name: 'p`1' }])
  })

  it('reads names and texts in the character set of their session, which it does not pass on where rows could be misread', async () => {
    const inSet = (set: string, sql: string) =>
      Buffer.concat([
        Buffer.from(`/*!50003 SET character_set_client  = ${set} */ ;\n`),
        Buffer.from(sql, 'latin1'),
        Buffer.from('/*!50003 SET character_set_client  = @saved_cs_client */ ;\n'),
      ])
    const procedure = (name: string, text: string) =>
      stored(`CREATE DEFINER=\`r\`@\`h\` PROCEDURE \`${name}\`() select '${text}' `)
    const utf8 = Buffer.from('Prüfe').toString('latin1')
    const dump = (server: string) =>
      Buffer.concat([
        Buffer.from(`-- Server version\t${server}\n`),
        inSet('latin1', procedure(server.includes('MariaDB') ? 'Pr\xfcfe' : utf8, '\xe4')),
        inSet('gbk', procedure('\x94\x60', '\x95\x5c')),
        inSet('cp1251', procedure('\xcf', '\xff')),
      ])
    for (const server of ['10.11.19-MariaDB', '9.7.4']) {
      const { sql, objects } = await split(dump(server))
      expect(objects).toMatchObject([{ name: 'Prüfe' }, { name: '擿' }, { name: 'П' }])
      expect(objects.map(({ session }) => session.characterSet)).toEqual(['latin1', 'gbk', 'cp1251'])
      expect(sql).toContain('character_set_client  = latin1')
      expect(sql).not.toContain('gbk')
      expect(sql).toContain('character_set_client  = @saved_cs_client')
    }
  })

  it('holds no more than fits into the memory', async () => {
    const { stream } = splitDump('shop')
    const endless = async function* () {
      for (;;) yield Buffer.from(stored(`CREATE DEFINER=\`r\`@\`h\` PROCEDURE \`p\`() set @x = '${'x'.repeat(1e6)}'`))
    }
    await expect(pipeline(Readable.from(endless()), stream, drain)).rejects.toThrow('are larger than 32 MiB')
  })

  describe('where', () => {
    it('tells what begins on a line of what came out', async () => {
      const { sql, where } = await split(mariadbDump(orders + placeholderTable('v1') + trigger + routine))
      const on = (text: string) => where(sql.split('\n').findIndex(line => line.includes(text)) + 1)
      expect(on('CREATE TABLE `orders`')).toBe('the table "orders"')
      expect(on('INSERT INTO')).toBe('the rows of table "orders"')
      expect(on('(3,4)')).toBe('the rows of table "orders"')
      expect(sql).not.toContain('LOCK TABLES')
      expect(on('CREATE TABLE `v1`')).toBe('the placeholder of the view "v1"')
      expect(where(1)).toBeUndefined()
      expect(where(100_000)).toBe('a statement SET')
    })

    it('shows names in a form that does nothing to a terminal', async () => {
      const { sql, where } = await split(mysqlDump(table('a\x1b[2J')))
      const line = sql.split('\n').findIndex(each => each.startsWith('CREATE TABLE')) + 1
      expect(where(line)).toBe('the table "a\\x1b[2J"')
    })

    it('counts lines by the million and forgets the first statements', async () => {
      const many = Array.from({ length: 30_000 }, (_, index) => `SET @x = ${index};\n`).join('')
      const { sql, where } = await split(mysqlDump(orders + many + table('last')))
      const line = sql.split('\n').findIndex(text => text.startsWith('CREATE TABLE `last`')) + 1
      expect(line).toBeGreaterThan(30_000)
      expect(where(line)).toBe('the table "last"')
      expect(where(20)).toBeUndefined()
    })
  })
})

async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of source);
}
