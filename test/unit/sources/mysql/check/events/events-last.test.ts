import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import { eventsLast } from '../../../../../../src/sources/mysql/check/events/events-last'
import { everything, finalView, mariadbDump, mysqlDump, placeholder, rows, stored, table } from '../../dumps'

interface Passed {
  sql: string
  where: (line: number) => string | undefined
}

/** Passes a dump, cut at these places. */
async function pass(dump: string | Buffer, cuts: readonly number[] = []): Promise<Passed> {
  const bytes = Buffer.from(dump)
  const ends = [...cuts.filter(cut => cut < bytes.length), bytes.length].sort((one, other) => one - other)
  const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
  const { stream, where } = eventsLast()
  const out: Buffer[] = []
  await pipeline(Readable.from(chunks.filter(chunk => chunk.length > 0)), stream, async source => {
    for await (const piece of source) out.push(piece)
  })
  return { sql: Buffer.concat(out).toString(), where }
}

const everyByte = (dump: string) => Array.from(Buffer.from(dump).keys())

function section(title: string, body: string): string {
  return `\n--\n-- ${title}\n--\n${body}`
}

function event(name: string, body = "set @x = ';'"): string {
  return `/*!50106 DROP EVENT IF EXISTS \`${name}\` */;
DELIMITER ;;
/*!50003 SET @saved_time_zone      = @@time_zone */ ;;
/*!50003 SET time_zone             = 'SYSTEM' */ ;;
/*!50106 CREATE*/ /*!50117 DEFINER=\`r\`@\`h\`*/ /*!50106 EVENT \`${name}\` ON SCHEDULE EVERY 1 DAY DO ${body} */ ;;
/*!50003 SET time_zone             = @saved_time_zone */ ;;
DELIMITER ;
`
}

const eventStatements = `/*!50106 SET @save_time_zone= @@TIME_ZONE */ ;
${event('e1')}${event('e2', "begin select '\n--\n-- Dumping routines for database x\n--\n'; end")}/*!50106 SET TIME_ZONE= @save_time_zone */ ;
`
const events = section("Dumping events for database 'shop'", eventStatements)
const routine = stored('CREATE DEFINER=`r`@`h` PROCEDURE `p1`()\nbegin\n  select 1;\nend ')
const routines = section("Dumping routines for database 'shop'", routine)
const view = section('Final view structure for view `v1`', `\n${finalView('v1')}`)
const orders = table('orders') + rows('orders', 'INSERT INTO `orders` VALUES\n(1,2),\n(3,4);\n')
const sandbox = /^\/\*.*sandbox.*\n/

describe('eventsLast', () => {
  it('puts the events behind routines and views, before the settings are restored', async () => {
    const dump = mysqlDump(orders + placeholder('v1') + events + routines + view)
    const { sql } = await pass(dump)
    const restored = '/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n'
    const title = events.slice(0, events.indexOf('--\n/*!50106'))
    const moved = `${events.slice(title.length)}\n`
    expect(sql).toBe(dump.replace(`${events}\n`, () => title).replace(restored, () => moved + restored))
    expect(checkContent(sql)).toEqual(checkContent(dump))
  })

  it.each([
    ['the settings of the session', 'SET SQL_MODE=@OLD_SQL_MODE', /\/\*!40103 SET TIME_ZONE=@OLD.*\n\n/],
    ['the trailer', '-- Dump completed', /\/\*!40103 SET TIME_ZONE=@OLD[\s\S]*SQL_NOTES \*\/;\n/],
  ])('puts them before %s where no time zone is restored', async (_, behind, removed) => {
    const dump = mysqlDump(events + routines).replace(removed, '')
    const { sql } = await pass(dump)
    const order = ['PROCEDURE `p1`', 'EVENT `e1`', 'EVENT `e2`', behind].map(text => sql.indexOf(text))
    expect(order).toEqual(order.toSorted((one, other) => one - other))
    expect(order[0]).toBeGreaterThan(0)
    expect(checkContent(sql)).toEqual(checkContent(dump))
  })

  it('puts them before the binary log is switched on again', async () => {
    const dump = mysqlDump(`${events}${routines}SET @@SESSION.SQL_LOG_BIN = @MYSQLDUMP_TEMP_LOG_BIN;\n`)
    const { sql } = await pass(dump)
    expect(sql.indexOf('EVENT `e1`')).toBeGreaterThan(sql.indexOf('PROCEDURE `p1`'))
    expect(sql.indexOf('EVENT `e1`')).toBeLessThan(sql.indexOf('SQL_LOG_BIN'))
  })

  it('gives the same whatever the chunks', async () => {
    const structure = mariadbDump(table('log'))
    const dump = structure + mariadbDump(orders + placeholder('v1') + events + routines + view)
    const whole = await pass(dump)
    expect((await pass(dump, everyByte(dump))).sql).toBe(whole.sql)
    const lines = whole.sql.split('\n').map((_, index) => whole.where(index + 1))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(dump.length), { maxLength: 30 }), async cuts => {
        const { sql, where } = await pass(dump, cuts)
        expect(sql).toBe(whole.sql)
        expect(lines.map((_, index) => where(index + 1))).toEqual(lines)
      }),
    )
  })

  describe('leaves to the byte', () => {
    const noEvents = section("Dumping events for database 'shop'", '')
    it.each([
      ['a dump without a section of events', mysqlDump(orders + routines + view)],
      ['one whose section is empty', mysqlDump(orders + noEvents + routines + view)],
      ['one that ends with an empty section', mysqlDump(orders + noEvents)],
      ['one whose events come last by themselves', mysqlDump(orders + routines + events)],
      ['one without a trailer', mysqlDump(orders + events).replace(/\/\*!40103 SET TIME_ZONE=@[\s\S]*$/, '')],
      ['one with events in no section', everything.replace(sandbox, '')],
      ['nothing', ''],
      ['text that is no SQL', 'mysqldump: not found'],
    ])('%s', async (_, dump) => {
      expect((await pass(dump)).sql).toBe(dump)
      expect((await pass(dump, everyByte(dump))).sql).toBe(dump)
    })
  })

  describe('is not fooled by the title of the section', () => {
    const title = "\n--\n-- Dumping events for database 'shop'\n--\n"
    it.each([
      ['in a row', rows('orders', `INSERT INTO \`orders\` VALUES (1,'${title.replaceAll('\n', '\\n')}');\n`)],
      ['in a row with raw line breaks', rows('orders', `INSERT INTO \`orders\` VALUES (1,'${title}');\n`)],
      ['in a body', stored(`CREATE DEFINER=\`r\`@\`h\` PROCEDURE \`p\`()\nbegin\n${title}\nselect '${title}'; end `)],
      ['in a definition', `CREATE TABLE \`t\` (\n  \`id\` int DEFAULT '${title}'\n) COMMENT='${title}';\n`],
      ['in a comment', `/* ${title} */\n`],
      ['in the name of a table', table(`a${title}b`)],
      ['in the name of a table alone', table(title)],
      ['without its frame', "-- Dumping events for database 'shop'\n"],
    ])('%s', async (_, text) => {
      const dump = mysqlDump(table('orders') + text + view)
      expect((await pass(dump)).sql).toBe(dump)
      expect((await pass(dump, everyByte(dump))).sql).toBe(dump)
    })

    it('and not by that of the next section', async () => {
      const tricky = stored(`CREATE EVENT \`e3\` ON SCHEDULE EVERY 1 DAY DO begin\n--\n-- Dumping routines\n--\nend `)
      const { sql } = await pass(mysqlDump(events + tricky + routines))
      expect(sql.indexOf('EVENT `e3`')).toBeGreaterThan(sql.indexOf('PROCEDURE `p1`'))
    })
  })

  it.each([
    '/*M!999999\\- enable the sandbox mode */ \n',
    '/*!999999\\- enable the sandbox mode */\n',
    '/*M!999999\\- enable the sandbox mode */\r\n',
  ])('leaves out the line of the sandbox, of every pass: %j', async line => {
    const first = mysqlDump(table('log'))
    const second = mysqlDump(orders + routines)
    const dump = line + first + line + second
    expect((await pass(dump)).sql).toBe(first + second)
    expect((await pass(dump, everyByte(dump))).sql).toBe(first + second)
  })

  it('keeps that line where it is something else', async () => {
    const line = '/*M!999999\\- enable the sandbox mode */'
    const dump = mysqlDump(`${rows('orders', `INSERT INTO \`orders\` VALUES (1,'${line}');\n`)}${line}\n`)
    expect((await pass(dump)).sql).toBe(dump)
  })

  it('keeps back no more events than fit into the memory', async () => {
    const { stream } = eventsLast()
    const endless = async function* () {
      yield Buffer.from(mysqlDump(events).split('/*!50106 DROP')[0] ?? '')
      for (;;) yield Buffer.from(`${event('e', `set @x = '${'x'.repeat(1_000_000)}'`)}`)
    }
    await expect(pipeline(Readable.from(endless()), stream, drain)).rejects.toThrow(
      'The events or views of the dump are larger than 64 MiB',
    )
  })

  describe('where', () => {
    it('tells what begins on a line of what came out', async () => {
      const body =
        orders + placeholder('v1') + stored('CREATE TRIGGER `tr1` BEFORE INSERT ON `orders` FOR EACH ROW set @x = 1')
      const { sql, where } = await pass(mariadbDump(body + events + routines + view))
      const on = (text: string) => where(sql.split('\n').findIndex(line => line.includes(text)) + 1)
      expect(on('CREATE TABLE')).toBe('the table "orders"')
      expect(on('INSERT INTO')).toBe('the rows of table "orders"')
      expect(on('(3,4)')).toBe('the rows of table "orders"')
      expect(on('UNLOCK')).toBe('a statement UNLOCK')
      expect(on('TRIGGER')).toBe('the trigger "tr1"')
      expect(on('EVENT `e1` ON')).toBe('the event "e1"')
      expect(on('PROCEDURE')).toBe('the procedure "p1"')
      expect(on('VIEW `v1` AS SELECT')).toBe('the placeholder of the view "v1"')
      expect(on('CREATE ALGORITHM')).toBe('the view "v1"')
      expect(on('VIEW `v1` AS select')).toBe('the view "v1"')
      expect(where(1)).toBeUndefined()
      expect(where(100_000)).toBe('a statement SET')
    })

    it('shows names in a form that does nothing to a terminal', async () => {
      const { sql, where } = await pass(mysqlDump(table('a\x1b[2J')))
      expect(where(sql.split('\n').findIndex(line => line.startsWith('CREATE TABLE')) + 1)).toBe(
        'the table "a\\x1b[2J"',
      )
    })

    it('counts lines by the million and forgets the first statements', async () => {
      const many = Array.from({ length: 30_000 }, (_, index) => `SET @x = ${index};\n`).join('')
      const { sql, where } = await pass(mysqlDump(orders + many + table('last')))
      const line = sql.split('\n').findIndex(text => text.startsWith('CREATE TABLE `last`')) + 1
      expect(line).toBeGreaterThan(30_000)
      expect(where(line)).toBe('the table "last"')
      expect(where(20)).toBeUndefined()
    })
  })
})

function checkContent(sql: string): object {
  const checking = checkDump()
  checking.write(Buffer.from(sql))
  const { sha256: _, ...content } = checking.finish()
  return content
}

async function drain(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of source);
}
