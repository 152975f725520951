import { Writable } from 'node:stream'
import type { HeldObject } from '../../../../../src/sources/mysql/check/split/held-object'
import type { SqlRequest } from '../../../../../src/sources/mysql/client/run-sql'
import type { ImportTools } from '../../../../../src/sources/mysql/restore/import/import-tools'
import {
  brokenViewWarnings,
  makeEvents,
  makeRoutines,
  makeViews,
} from '../../../../../src/sources/mysql/restore/import/make-objects'
import type { ImportRequest } from '../../../../../src/sources/mysql/restore/import/open-import'
import { someFacts } from '../../../commands/restore/a-restore'
import { aJobReport } from '../../../server/a-job-report'

function anObject(overrides: Partial<Omit<HeldObject, 'rest'>> & { rest?: string } = {}): HeldObject {
  const { rest = ' AS select 1', ...others } = overrides
  return {
    ...{ kind: 'view', name: 'totals', definer: 'root@localhost', attributes: '', security: '', session: {} },
    ...others,
    rest: Buffer.from(rest, 'latin1'),
  }
}

const target = {
  database: 'shop',
  from: 'shop',
  defaults: { characterSet: 'utf8mb4', collation: 'utf8mb4_bin' },
  definers: ['root@localhost', 'app@%'],
}

interface Answers {
  /** Of an import: what the test says about its SQL. */
  import?: (sql: string, where: ImportRequest['where']) => Error | undefined
  /** Of the check: the number of the error for a text, or the answer of the server; without any it is sound. */
  check?: (text: string) => number | string | undefined
  grants?: readonly string[]
}

/** A server that takes SQL, and answers as the test says. */
function aServer(answers: Answers = {}) {
  const imports: string[] = []
  const bytes: Buffer[] = []
  const openImport = async ({ where }: ImportRequest) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof aJobReport>>()
    promise.catch(() => {})
    let sql = ''
    const input = new Writable({
      write: (chunk, _encoding, done) => {
        sql += String(chunk)
        bytes.push(Buffer.from(chunk))
        done()
      },
      final: done => {
        imports.push(sql)
        const error = answers.import?.(sql, where)
        if (error === undefined) resolve(aJobReport({ done: true }))
        else reject(error)
        done()
      },
    })
    return { input, done: promise, close: () => {} }
  }
  const runSql = async ({ sql }: SqlRequest) =>
    [...sql.matchAll(/SET @bytes = 0x([0-9a-f]+);/g)]
      .map(([, hex = '']) => answers.check?.(Buffer.from(hex, 'hex').toString()))
      .map(code => (typeof code === 'number' ? `Error\t${code}\tno\nasked\t1\n` : `${code ?? 'asked\t0'}\n`))
      .join('')
  const { database } = someFacts({ ...(answers.grants === undefined ? {} : { grants: answers.grants }) }).databases
  const tools = { server: { openImport, runSql }, access: {}, target: database, signal: new AbortController().signal }
  return { imports, bytes, tools: tools as unknown as ImportTools }
}

/** In the order of a restore. */
async function makeObjects(...request: Parameters<typeof makeViews>) {
  await makeRoutines(...request)
  return makeViews(...request)
}

describe('makeRoutines and makeViews', () => {
  it('makes routines before views, and triggers last; events are not among them', async () => {
    const { imports, tools } = aServer()
    const kinds = ['event', 'trigger', 'view', 'placeholder', 'function'] as const
    const objects = kinds.map(kind => anObject({ kind, name: kind }))
    expect(await makeObjects(objects, target, tools)).toEqual([])
    const made = imports.map(sql => /^CREATE .*`(\w+)`/m.exec(sql)?.[1])
    expect(made).toEqual(['function', 'placeholder', 'view', 'trigger'])
  })

  it('makes each in its session, in the name of its definer, between delimiters that nobody knows', async () => {
    const { imports, tools } = aServer()
    const session = { sqlMode: 'ANSI_QUOTES', characterSet: 'latin1', collation: 'latin1_bin', timeZone: 'SYSTEM' }
    const object = anObject({ kind: 'procedure', name: 'p`1', definer: 'app@%', rest: '() select 1', session })
    await makeObjects([object], target, tools)
    await makeObjects([object], target, tools)
    const delimiters = imports.map(sql => /^DELIMITER (;[0-9a-f]{14})$/m.exec(sql)?.[1] ?? '')
    expect(new Set(delimiters).size).toBe(2)
    expect(imports[0]?.replaceAll(delimiters[0] ?? '', '//')).toBe(`SET NAMES latin1;
SET sql_mode = 'ANSI_QUOTES', time_zone = 'SYSTEM', collation_connection = latin1_bin;
DELIMITER //
CREATE DEFINER='app'@'%' PROCEDURE \`p\`\`1\`() select 1
//
DELIMITER ;
`)
  })

  it('sets the default collation of the database around an object that had another one', async () => {
    const { imports, tools } = aServer()
    const object = anObject({ kind: 'function', session: { databaseCollation: 'latin1_bin' } })
    await makeObjects([object], target, tools)
    expect(imports[0]).toMatch(/^ALTER DATABASE `shop` COLLATE latin1_bin;\n/)
    expect(imports[0]).toMatch(/\nALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;\n$/)
  })

  it('replaces a placeholder, which may be a table, by the view', async () => {
    const { imports, tools } = aServer()
    await makeObjects([anObject({ attributes: 'ALGORITHM=MERGE', security: 'SQL SECURITY INVOKER' })], target, tools)
    expect(imports[0]).toContain('DROP TABLE IF EXISTS `shop`.`totals`;\nDROP VIEW IF EXISTS `shop`.`totals`;\n')
    expect(imports[0]).toContain(
      "CREATE ALGORITHM=MERGE DEFINER='root'@'localhost' SQL SECURITY INVOKER VIEW `totals` AS select 1\n",
    )
  })

  it('makes objects in the name of the login where that may use no other', async () => {
    const { imports, tools } = aServer({ grants: ['GRANT ALL PRIVILEGES ON `shop`.* TO `root`@`localhost`'] })
    await makeObjects([anObject({ definer: 'app@%' }), anObject({ name: 'own' })], target, tools)
    expect(imports[0]).toContain('CREATE DEFINER=CURRENT_USER VIEW `totals`')
    expect(imports[0]).toContain("CREATE DEFINER='root'@'localhost' VIEW `own`")
  })

  it('leaves out a view that builds on nothing, and makes the others', async () => {
    const { tools } = aServer({
      import: sql =>
        sql.includes('`b\u00fccher`') ? new Error("Table 'shop.books' doesn't exist (error 1146)") : undefined,
    })
    const views = ['open_orders', 'b\u00fccher', 'totals'].map(name => anObject({ name }))
    const broken = await makeObjects(views, target, tools)
    expect(broken.map(({ name }) => name)).toEqual(['b\u00fccher'])
    expect(brokenViewWarnings(broken)).toMatchObject([
      { code: 'view-not-made', what: expect.stringContaining('The view "b\u00fccher" was left out') },
    ])
  })

  it('finds a view that builds on nothing among a thousand in a few attempts', async () => {
    const { imports, tools } = aServer({
      import: sql =>
        sql.includes('VIEW `v700`') ? new Error("Table 'shop.books' doesn't exist (error 1146)") : undefined,
    })
    const views = Array.from({ length: 1000 }, (_, index) => anObject({ name: `v${index}` }))
    const broken = await makeObjects(views, target, tools)
    expect(broken.map(({ name }) => name)).toEqual(['v700'])
    expect(imports.length).toBeLessThan(25)
    const made = new Set(
      imports.filter(sql => !sql.includes('VIEW `v700`')).flatMap(sql => sql.match(/VIEW `v\d+`/g) ?? []),
    )
    expect(made.size).toBe(999)
  })

  it('throws what is not about something missing', async () => {
    const { tools } = aServer({ import: () => new Error('Access denied (error 1227)') })
    await expect(makeObjects([anObject()], target, tools)).rejects.toThrow('error 1227')
  })

  it('tells which object is on a line', async () => {
    const found: (string | undefined)[] = []
    const { tools } = aServer({
      import: (sql, where) => {
        found.push(...['`a`()', '`b`()', 'two'].map(text => where(sql.slice(0, sql.indexOf(text)).split('\n').length)))
        return undefined
      },
    })
    const objects = ['a', 'b'].map(name => anObject({ kind: 'procedure', name, rest: '()\nselect\n"two"' }))
    await makeObjects(objects, target, tools)
    expect(found).toEqual(['the procedure "a"', 'the procedure "b"', 'the procedure "a"'])
  })

  describe('makes nothing', () => {
    const refused = async (object: HeldObject, answers: Answers = {}) => {
      const { imports, tools } = aServer(answers)
      const error: unknown = await makeObjects([object], target, tools).catch((thrown: unknown) => thrown)
      expect(imports).toEqual([])
      return error
    }

    it('in a name that the inventory of the source does not list', async () => {
      expect(await refused(anObject({ definer: 'evil@%' }))).toMatchObject({
        message:
          'The view "totals" of the dump is in the name of "evil@%", and nothing in the database was in that name when it was backed up.',
      })
    })

    it('that the server takes for more than one statement, or for less', async () => {
      expect(await refused(anObject(), { check: () => 1064 })).toMatchObject({
        message:
          'The view "totals" of the dump is not one statement for this database server (error 1064): it is not made.',
      })
    })

    it('about which the server lists less than it counted, or another error first', async () => {
      const counted = await refused(anObject(), { check: () => 'asked\t1' })
      expect(counted).toMatchObject({
        message: expect.stringMatching(/ has errors that the database server does not list: /),
      })
      const second = await refused(anObject(), { check: () => 'Error\t1146\tno\nError\t1064\tno\nasked\t2' })
      expect(second).toMatchObject({ message: expect.stringMatching(/\(error 1064\): it is not made\.$/) })
    })

    it('whose bytes are no text for the server: it would check another one', async () => {
      const object = anObject({ kind: 'procedure', session: { characterSet: 'utf8mb3' } })
      expect(await refused(object, { check: () => 'altered\t0' })).toMatchObject({
        message:
          'The procedure "totals" of the dump has bytes that are no text in its character set, utf8mb3: it is not made.',
      })
    })

    it.each([
      ['--\x01 x', '"--" and a control character'],
      ['select 1\nDelimiter x', 'a line that begins with "delimiter"'],
      ["'\\C \\'g\\b\\k'", '"\\C"'],
    ])('that the client would read otherwise: %j', async (rest, what) => {
      expect(await refused(anObject({ rest }))).toMatchObject({
        message: `The view "totals" of the dump has ${what}, which the database client and the server read differently: it is not made.`,
      })
    })

    it.each([
      { characterSet: 'utf8mb4; SELECT 1' },
      { collation: 'a b' },
      { sqlMode: "ANSI'; SELECT 1" },
      { timeZone: "SYSTEM'; SELECT 1" },
      { databaseCollation: '`a`' },
    ])('in the session %j', async session => {
      expect(await refused(anObject({ kind: 'function', session }))).toMatchObject({
        message: expect.stringContaining('the database client and the server read differently'),
      })
    })
  })

  it('means the database where it goes wherever the server wrote the one that was dumped, and keeps what a person wrote', async () => {
    const made = async (object: HeldObject) => {
      const { imports, tools } = aServer()
      await makeObjects([object], { ...target, database: 'copy' }, tools)
      return imports[0] ?? ''
    }
    const view =
      " AS select `shop`.`id` AS `shop`,`shop`.`o`.`x` AS `x`,`shop`.`f`(1) AS `f`,nextval(`shop`.`s`) AS `s`,extract(year from `shop`.`d`) AS `y`,'`shop`.`o`' AS `t` from ((`shop`.`shop` join `other`.`shop` `o2` on(`shop`.`id` = `o2`.`shop`)) left join `shop`.`o` on((select 1 from `shop`.`p`)))"
    expect(await made(anObject({ rest: view }))).toContain(
      " AS select `shop`.`id` AS `shop`,`copy`.`o`.`x` AS `x`,`copy`.`f`(1) AS `f`,nextval(`copy`.`s`) AS `s`,extract(year from `shop`.`d`) AS `y`,'`shop`.`o`' AS `t` from ((`copy`.`shop` join `other`.`shop` `o2` on(`shop`.`id` = `o2`.`shop`)) left join `copy`.`o` on((select 1 from `copy`.`p`)))",
    )
    const trigger = anObject({ kind: 'trigger', rest: ' BEFORE INSERT ON shop.o FOR EACH ROW set @a = shop.f()' })
    expect(await made(trigger)).toContain(' BEFORE INSERT ON o FOR EACH ROW set @a = shop.f()')
    const library =
      '() RETURNS int\n    LANGUAGE JAVASCRIPT\n    USING (`shop`.`l` AS `shop`, `x`.`l`)\nAS $$ shop.l $$'
    expect(await made(anObject({ kind: 'function', rest: library }))).toContain(
      'USING (`copy`.`l` AS `shop`, `x`.`l`)\nAS $$ shop.l $$',
    )
    const procedure = anObject({ kind: 'procedure', rest: '() select * from a join b USING (`shop`)' })
    expect(await made(procedure)).toContain('USING (`shop`)')
  })

  it('gives names and comments the bytes that they have in the character set of the code', async () => {
    const { imports, bytes, tools } = aServer()
    const utf8 = Buffer.from('größe').toString('latin1')
    await makeObjects(
      [
        anObject({
          ...{ kind: 'procedure', name: 'Prüfe', session: { characterSet: 'latin1' } },
          rest: `(comment INT)\n    COMMENT '${utf8}'\nselect '\xe4' COMMENT '${utf8}'`,
        }),
      ],
      target,
      tools,
    )
    expect(imports).toHaveLength(1)
    const sql = Buffer.concat(bytes).toString('latin1')
    expect(sql).toContain(
      `PROCEDURE \`Pr\xfcfe\`(comment INT)\n    COMMENT 'gr\xf6\xdfe'\nselect '\xe4' COMMENT '${utf8}'`,
    )
  })

  it('takes what cannot be prepared, and a view of something that comes later, for one statement', async () => {
    for (const code of [undefined, 1295, 1146, 1049, 1356]) {
      const { imports, tools } = aServer({ check: () => code })
      await makeObjects([anObject()], target, tools)
      expect(imports).toHaveLength(1)
    }
  })
})

describe('makeEvents', () => {
  const schedules = [
    " ON SCHEDULE AT '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE DO select 1",
    " ON SCHEDULE EVERY '1:30' MINUTE_SECOND STARTS '2030-01-01 00:00:00' ENDS '2031-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE DO select 1",
  ]
  it.each(schedules)('makes one with plain values: %s', async rest => {
    const { imports, tools } = aServer()
    await makeEvents([anObject({ kind: 'event', rest }), anObject()], target, tools)
    expect(imports).toHaveLength(1)
    expect(imports[0]).toContain(`EVENT \`totals\`${rest}`)
  })

  it('makes none whose schedule would be evaluated', async () => {
    const { imports, tools } = aServer()
    const rest =
      " ON SCHEDULE AT NOW() + INTERVAL LENGTH(LOAD_FILE('/etc/passwd')) DAY ON COMPLETION PRESERVE DO select 1"
    await expect(makeEvents([anObject({ kind: 'event', rest })], target, tools)).rejects.toThrow(
      'has a schedule that no dump tool writes',
    )
    expect(imports).toEqual([])
  })
})
