import { expectRefused, expectRestored } from '../scenarios/restore/restore-run'
import { freshDatabaseName } from '../servers/test-services'
import { expectProven, onServers, type ServerUnderTest } from './servers'

/** SQL as a client with another character set sends it: the server keeps that set with the objects. */
async function over(server: ServerUnderTest, characterSet: string, bytes: Buffer, database: string): Promise<void> {
  const script = `xxd -r -p | mysql --comments --default-character-set=${characterSet} --database=${database}`
  await server.shell(script.replace('xxd -r -p', "perl -pe 's/\\s//g; $_ = pack(q(H*), $_)'"), bytes.toString('hex'))
}

/** What a restore must bring back of the objects with code: their names, text, comments and session. */
async function objects(server: ServerUnderTest, database: string): Promise<string> {
  const own = (column: string) => `HEX(REPLACE(${column}, '${database}', 'OWN'))`
  return server.sql(`
    SELECT 'routine', HEX(ROUTINE_NAME), ROUTINE_TYPE, ${own('ROUTINE_DEFINITION')}, HEX(ROUTINE_COMMENT), CHARACTER_SET_CLIENT, COLLATION_CONNECTION, SQL_MODE
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '${database}' ORDER BY 2, 3;
    SELECT 'parameter', HEX(SPECIFIC_NAME), HEX(PARAMETER_NAME), DTD_IDENTIFIER
      FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = '${database}' ORDER BY 2, ORDINAL_POSITION;
    SELECT 'trigger', HEX(TRIGGER_NAME), HEX(EVENT_OBJECT_TABLE), ${own('ACTION_STATEMENT')}, CHARACTER_SET_CLIENT
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '${database}' ORDER BY 2;
    SELECT 'event', HEX(EVENT_NAME), ${own('EVENT_DEFINITION')}, HEX(EVENT_COMMENT), CHARACTER_SET_CLIENT
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '${database}' ORDER BY 2;
    SELECT 'view', HEX(TABLE_NAME), ${own('VIEW_DEFINITION')}, CHARACTER_SET_CLIENT
      FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '${database}' ORDER BY 2;
    SELECT 'column', HEX(TABLE_NAME), HEX(COLUMN_NAME), ${own('COLUMN_DEFAULT')}
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = '${database}' ORDER BY 2, ORDINAL_POSITION;`)
}

/** By a drill, onto nothing, as a copy, over what is live, and by a rollback: everything is as it was. */
async function comesBack(server: ServerUnderTest, database: string): Promise<void> {
  const now = async (name = database) => ({
    objects: await objects(server, name),
    contents: name === database ? await server.contents(name) : [],
  })
  const before = await now()
  const backup = await server.backup({ databases: database })
  expectProven(await server.drill(backup.run.bucket))
  const copy = freshDatabaseName()
  expectRestored(await server.restore(backup.run.bucket, { databases: `${database}=${copy}` }))
  expect((await now(copy)).objects).toBe(before.objects)
  expectRestored(await server.restore(backup.run.bucket, server.overwriting))
  expect(await now()).toEqual(before)
  expectRefused(await server.failingRestore(backup.run.bucket, database), [
    /failed at line \d+/,
    /is what it was before/,
  ])
  expect(await now()).toEqual(before)
  await server.sql(`DROP DATABASE ${database}; DROP DATABASE ${copy}`)
  expectRestored(await server.restore(backup.run.bucket))
  expect(await now()).toEqual(before)
}

const written = (name: string, text: string) => `
CREATE TABLE \`${name}\` (id INT PRIMARY KEY, n VARCHAR(20));
CREATE VIEW \`${name}v\` AS SELECT id AS \`${name}\`, '${text}' AS x FROM \`${name}\`;
CREATE PROCEDURE \`${name}\`(\`${name}p\` INT) COMMENT '${text}' SELECT '${text}', \`${name}p\`;
CREATE FUNCTION \`${name}f\`() RETURNS VARCHAR(20) DETERMINISTIC COMMENT '${text}' RETURN '${text}';
CREATE TRIGGER \`${name}t\` BEFORE INSERT ON \`${name}\` FOR EACH ROW SET NEW.n = '${text}';
CREATE EVENT \`${name}e\` ON SCHEDULE EVERY 1 DAY DISABLE COMMENT '${text}' DO DELETE FROM \`${name}\` WHERE n = '${text}';`

onServers('objects made over clients with other character sets', server => {
  it.each([
    ['latin1', 'windows-1252', 'Übersicht', 'größe ß'],
    ['cp1251', 'windows-1251', 'Отчёт', 'привет я'],
  ])('come back as they were: %s', async (characterSet, encoding, name, text) => {
    const bytes = new Map(
      Array.from({ length: 256 }, (_, byte) => [new TextDecoder(encoding).decode(Buffer.from([byte])), byte]),
    )
    const sql = Buffer.from([...written(name, text)].map(character => bytes.get(character) ?? 0x3f))
    const database = await server.database()
    await over(server, characterSet, sql, database)
    await comesBack(server, database)
  })

  it('come back with their text where a character ends with the byte of a backslash', async () => {
    const database = await server.database()
    // 縗表 in gbk
    const text = Buffer.from('bf5cb1ed', 'hex')
    const sql = Buffer.concat([
      Buffer.from("CREATE PROCEDURE p() SELECT '"),
      text,
      Buffer.from("', 'x'; CREATE FUNCTION f() RETURNS VARCHAR(9) DETERMINISTIC RETURN '"),
      text,
      Buffer.from("'; CREATE TABLE t (id INT);"),
    ])
    await over(server, 'gbk', sql, database)
    const backup = await server.backup({ databases: database })
    expectProven(await server.drill(backup.run.bucket))
    const called = () => server.sql('SET NAMES utf8mb4; SELECT HEX(CONVERT(f() USING utf8mb4)); CALL p();', database)
    const before = await called()
    await server.sql(`DROP DATABASE ${database}`)
    expectRestored(await server.restore(backup.run.bucket))
    expect(await called()).toBe(before)
  })
})

onServers('code that ends in a comment', server => {
  it('comes back, and is named by the backup where the dump hides its end', async () => {
    const database = await server.database(`CREATE TABLE t (id INT PRIMARY KEY, n VARCHAR(9));
DELIMITER //
CREATE PROCEDURE p() SELECT ';;' -- one ;;
//
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 'x' # two
//
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM t WHERE id = -1 -- three
//
CREATE PROCEDURE q() SELECT '# no comment', 'a -- b'
//
DELIMITER ;`)
    const { manifest } = await server.backup({ databases: database })
    const found = manifest.warnings.filter(({ code }) => code === 'comment-ends').map(({ message }) => message)
    const isNamed = server.flavor === 'mysql' || !server.isAtLeast('10.6')
    expect(found).toHaveLength(isNamed ? 1 : 0)
    if (isNamed) expect(found[0]).toMatch(/"procedure p", "event e", "trigger tr"\./)
    await comesBack(server, database)
  })
})

onServers(
  'sequences as defaults, and what else names its own database',
  server => {
    it('come back, and a copy has its own', async () => {
      const database = await server.database(`
CREATE SEQUENCE s1 START WITH 100 INCREMENT BY 10;
CREATE TABLE t1 (id INT NOT NULL DEFAULT NEXT VALUE FOR s1 PRIMARY KEY, n VARCHAR(9));
INSERT INTO t1 (n) VALUES ('a'), ('b');
CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;`)
      await server.sql(
        `CREATE VIEW v AS SELECT ${database}.f() AS x, t.id FROM ${database}.t1 t JOIN mysql.db d ON d.User = t.n;
         CREATE TRIGGER ${database}.tr BEFORE UPDATE ON ${database}.t1 FOR EACH ROW SET NEW.n = 'x';`,
        database,
      )
      await comesBack(server, database)
    })

    it('come back with the history of a table, where the tool dumps it', async () => {
      const database = await server.database(`CREATE TABLE price (id INT PRIMARY KEY, p INT) WITH SYSTEM VERSIONING;
INSERT INTO price VALUES (1, 1), (2, 2); UPDATE price SET p = 3 WHERE id = 1; DELETE FROM price WHERE id = 2;`)
      const history = () =>
        server.sql('SELECT *, ROW_START, ROW_END FROM price FOR SYSTEM_TIME ALL ORDER BY 1, 2', database)
      const before = await history()
      const { manifest, run } = await server.backup({ databases: database })
      const isDumped = server.isAtLeast('10.11')
      expect(manifest.warnings.map(({ code }) => code)).toEqual(isDumped ? [] : ['history-left-out'])
      await server.sql(`DROP DATABASE ${database}`)
      expectRestored(await server.restore(run.bucket))
      if (!isDumped) {
        expect(await server.sql('SELECT * FROM price', database)).toBe('1\t3\n')
        return
      }
      expect(await history()).toBe(before)
      await server.sql('UPDATE price SET p = 4; DELETE FROM price WHERE id = 1;', database)
      const live = await history()
      expectRefused(await server.failingRestore(run.bucket, database), [/is what it was before/])
      expect(await history()).toBe(live)
    })
  },
  ({ flavor }) => flavor === 'mariadb',
)

onServers(
  'code that is not SQL',
  server => {
    it('comes back, and a copy uses its own library', async () => {
      const database = await server.database(`
CREATE TABLE t (id INT PRIMARY KEY, x INT);
CREATE LIBRARY lib COMMENT 'it''s' LANGUAGE JAVASCRIPT AS $$ export function g(n) { return ";;\`'" + n } $$;
CREATE FUNCTION f(n INTEGER) RETURNS VARCHAR(20) DETERMINISTIC LANGUAGE JAVASCRIPT USING (lib) AS $$ return lib.g(n) $$;
CREATE JSON RELATIONAL DUALITY VIEW d AS SELECT JSON_DUALITY_OBJECT('_id': id, 'x': x) FROM t;`)
      const libraries = (name: string) =>
        server.sql(`SELECT LIBRARY_NAME, HEX(LIBRARY_DEFINITION), LIBRARY_COMMENT FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA = '${name}';
          SELECT ROUTINE_NAME, LIBRARY_SCHEMA = '${name}', LIBRARY_NAME FROM information_schema.ROUTINE_LIBRARIES WHERE ROUTINE_SCHEMA = '${name}'`)
      const before = await libraries(database)
      const { manifest, run } = await server.backup({ databases: database })
      expect(manifest.artifacts[0]?.content).toMatchObject({ objects: { routines: ['library lib', 'function f'] } })
      const copy = freshDatabaseName()
      expectRestored(await server.restore(run.bucket, { databases: `${database}=${copy}` }))
      expect(await libraries(copy)).toBe(before)
      await comesBack(server, database)
      expect(await libraries(database)).toBe(before)
    })
  },
  ({ flavor, isAtLeast }) => flavor === 'mysql' && isAtLeast('9.2'),
)

onServers('what uses a database that is not in the backup', server => {
  it('is named, and does not keep the rest from coming back', async () => {
    const other = await server.database(
      'CREATE TABLE p (id INT PRIMARY KEY); CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;',
    )
    const database = await server.database('CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);')
    await server.sql(
      `CREATE TABLE c (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES ${other}.p (id));
       CREATE VIEW v_calls AS SELECT ${other}.f() AS x, id FROM t; CREATE VIEW v_reads AS SELECT id FROM ${other}.p;
       CREATE VIEW v_own AS SELECT id FROM t;
       CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @x = ${other}.f();`,
      database,
    )
    const { manifest, run } = await server.backup({ databases: database })
    const codes = manifest.warnings.map(({ code }) => code)
    expect(codes).toEqual(expect.arrayContaining(['foreign-views', 'foreign-references']))
    await server.sql(`DROP DATABASE ${database}; DROP DATABASE ${other}`)
    const restored = await server.restore(run.bucket)
    expectRestored(restored)
    expect(
      await server.sql('SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = DATABASE()', database),
    ).toBe('v_own\n')
    expect(await server.sql('SELECT * FROM v_own', database)).toBe('1\n')
    const log = restored.main?.log.join('\n') ?? ''
    for (const view of ['v_calls', 'v_reads']) expect(log).toContain(`The view "${view}" was left out`)
  })
})
