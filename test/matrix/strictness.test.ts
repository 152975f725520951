import { expectRefused, expectRestored } from '../scenarios/restore/restore-run'
import { expectProven, onServers, type ServerUnderTest } from './servers'

/** What a server of its day has accepted, by settings that a session may have, and refuses a stock one since. */
const lenientlyMade: Record<ServerUnderTest['flavor'], string> = {
  mysql: `
SET SESSION restrict_fk_on_non_standard_key = OFF, innodb_strict_mode = OFF;
CREATE TABLE parent (id INT PRIMARY KEY, code INT, part INT, KEY (code), UNIQUE (part, code));
CREATE TABLE child (id INT PRIMARY KEY, code INT, part INT, CONSTRAINT to_code FOREIGN KEY (code) REFERENCES parent (code),
  CONSTRAINT to_part FOREIGN KEY (part) REFERENCES parent (part));
SET foreign_key_checks = OFF;
CREATE TABLE dangling (id INT PRIMARY KEY, gone INT, CONSTRAINT to_nothing FOREIGN KEY (gone) REFERENCES not_there (id));
SET foreign_key_checks = ON;
INSERT INTO parent VALUES (1, 7, 1), (2, 7, 2);
INSERT INTO child VALUES (1, 7, 1);
CREATE TABLE keyless (n INT);
INSERT INTO keyless VALUES (1), (1);
${wideTable(205)}`,
  mariadb: `
SET SESSION innodb_strict_mode = OFF, check_constraint_checks = OFF;
CREATE TABLE checked (id INT PRIMARY KEY, n INT, doc JSON, CHECK (n > 0));
INSERT INTO checked VALUES (1, -5, 'no document'), (2, 5, '{}');
CREATE TABLE elsewhere (id INT PRIMARY KEY)
  PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION high VALUES LESS THAN MAXVALUE);
INSERT INTO elsewhere VALUES (1), (11);
${wideTable(190)}`,
}

function wideTable(columns: number): string {
  const all = Array.from({ length: columns }, (_, index) => `c${index} VARCHAR(64)`)
  return `CREATE TABLE wide (id INT PRIMARY KEY, ${all.join(', ')}) CHARSET latin1;
INSERT INTO wide (id, c1) VALUES (1, 'short');`
}

/** Generated columns are computed anew, as the global mode of the old server says. MariaDB 10.5 heeds no mode there. */
const computed = `
SET SESSION sql_mode = 'NO_UNSIGNED_SUBTRACTION';
CREATE TABLE made (a INT UNSIGNED, b INT UNSIGNED, id INT PRIMARY KEY, less INT AS (a - b) STORED);
INSERT INTO made (id, a, b) VALUES (1, 1, 2);`

const dates = `
SET SESSION sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE dates (id INT PRIMARY KEY, d DATE DEFAULT '2026-02-31', t DATETIME, s TIMESTAMP NOT NULL);
INSERT INTO dates VALUES (1, '2026-02-31', '2026-11-31 10:00:00', '2026-01-01 10:10:10'), (2, '0000-00-00', '2026-00-10 00:00:00', '2026-01-01');`

onServers('what only settings of a session let in', server => {
  const warned = server.flavor === 'mysql' ? ['loose-foreign-keys', 'wide-rows'] : []
  const stricter =
    server.flavor === 'mysql'
      ? 'SET GLOBAL sql_require_primary_key = ON, GLOBAL sql_generate_invisible_primary_key = ON, GLOBAL explicit_defaults_for_timestamp = OFF;'
      : 'SET GLOBAL autocommit = OFF, GLOBAL max_statement_time = 100;'
  const stock =
    server.flavor === 'mysql'
      ? 'SET GLOBAL sql_require_primary_key = OFF, GLOBAL sql_generate_invisible_primary_key = OFF, GLOBAL explicit_defaults_for_timestamp = ON;'
      : 'SET GLOBAL autocommit = ON, GLOBAL max_statement_time = 0;'

  it('is told at the backup, and comes back by drill, by restore, over a live database and by rollback', async () => {
    const modes = (await server.sql('SELECT @@GLOBAL.sql_mode')).trim()
    await server.sql(`SET GLOBAL sql_mode = CONCAT(@@GLOBAL.sql_mode, ',NO_UNSIGNED_SUBTRACTION')`)
    const subtracts = server.flavor === 'mysql' || server.isAtLeast('10.11')
    const database = await server.database(`${lenientlyMade[server.flavor]}${subtracts ? computed : ''}${dates}`)
    const before = await server.contents(database)
    const { manifest, run } = await server.backup({ databases: database })
    expect(manifest.warnings.map(({ code }) => code)).toEqual(warned)
    expect(JSON.stringify(manifest.warnings)).not.toContain('to_nothing')
    await server.sql(`SET GLOBAL sql_mode = '${modes}'`)

    expectProven(await server.drill(run.bucket))
    await server.sql(`DROP DATABASE ${database}`)
    expectRestored(await server.restore(run.bucket))
    expect(await server.contents(database)).toEqual(before)

    await server.sql(`DELETE FROM wide; ${stricter}`, database)
    try {
      expectRestored(await server.restore(run.bucket, server.overwriting))
      expect(await server.contents(database)).toEqual(before)

      await server.sql('UPDATE wide SET c2 = 2; DROP TABLE IF EXISTS made;', database)
      const live = await server.contents(database)
      const failed = await server.failingRestore(run.bucket, database)
      expectRefused(failed, [/failed at line \d+/, /is what it was before/])
      expect(await server.contents(database)).toEqual(live)
    } finally {
      await server.sql(stock)
    }
  })

  it('is refused before anything is written where the login may not have it', async () => {
    if (server.flavor !== 'mysql') return
    const database = await server.database(lenientlyMade.mysql)
    const { run } = await server.backup({ databases: database })
    await server.sql(`DROP DATABASE ${database}; CREATE USER mover@localhost IDENTIFIED BY 'aA1.aA1.';
      GRANT ALL ON \`${database}\`.* TO mover@localhost; GRANT SHOW_ROUTINE ON *.* TO mover@localhost;`)
    try {
      const login = { 'mysql-user': 'mover', 'mysql-password': 'aA1.aA1.' }
      const refused = await server.restore(run.bucket, login)
      expectRefused(refused, [
        /innodb_strict_mode=OFF/,
        /GRANT SESSION_VARIABLES_ADMIN ON \*\.\* TO 'mover'@'localhost';/,
      ])
      expect(await server.sql(`SHOW DATABASES LIKE '${database}'`)).toBe('')
      await server.sql("GRANT SESSION_VARIABLES_ADMIN ON *.* TO 'mover'@'localhost';")
      expectRestored(await server.restore(run.bucket, login))
    } finally {
      await server.sql('DROP USER mover@localhost')
    }
  })
})

onServers('what only a server can give', server => {
  it('is told at the backup, given to a drill, and refused with what gives it until it is there', async () => {
    const isMysql = server.flavor === 'mysql'
    const blob = isMysql ? 34 : 9
    const zone =
      "SET time_zone = 'Europe/Berlin'; CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DISABLE DO DO 1; SET time_zone = SYSTEM;"
    if (isMysql) await server.shell('mysql_tzinfo_to_sql /usr/share/zoneinfo/Europe/Berlin Europe/Berlin | mysql mysql')
    await server.sql(isMysql ? `${own} SET GLOBAL log_bin_trust_function_creators = ON;` : 'DO 0')
    const database = await server.database(`
      CREATE TABLE blobs (id INT PRIMARY KEY, b LONGBLOB);
      INSERT INTO blobs VALUES (1, REPEAT(x'00', ${blob} * 1024 * 1024));
      CREATE TABLE floats (id INT PRIMARY KEY, f FLOAT, s VARCHAR(9) CHARACTER SET cp1251);
      INSERT INTO floats VALUES (1, 1.5, x'e4');
      ${isMysql ? `${zone}${ownTables}` : ''}`)
    const before = await server.contents(database)
    const { manifest, run } = await server.backup({ databases: database })
    expect(manifest.warnings.map(({ code }) => code).toSorted()).toEqual([
      ...['float-columns', 'long-statements'],
      ...(isMysql ? ['named-time-zones', 'reference-systems', 'tablespaces'] : []),
      ...['undefined-bytes', ...(isMysql ? ['unsafe-functions', 'zoned-columns'] : [])],
    ])
    await server.sql(`DROP DATABASE ${database};
      ${isMysql ? 'DROP TABLESPACE own; DROP SPATIAL REFERENCE SYSTEM 990001; SET GLOBAL log_bin_trust_function_creators = OFF;' : ''}`)

    const drill = await server.drill(run.bucket)
    expectProven(drill)
    expect(drill.main?.outputs['warnings'] ?? drill.main?.log.join('\n')).toMatch(/max_allowed_packet=/)

    const refused = await server.restore(run.bucket)
    expectRefused(refused, [/max_allowed_packet/])
    expect(await server.sql(`SHOW DATABASES LIKE '${database}'`)).toBe('')
    const log = refused.main?.log.join('\n') ?? ''
    const fixes = log.match(/(SET GLOBAL \w+=\w+|CREATE TABLESPACE|CREATE OR REPLACE SPATIAL)[^\n]*;$/gm) ?? []
    expect(new Set(fixes).size).toBe(isMysql ? 4 : 1)
    for (const fix of new Set(fixes)) await server.sql(fix)
    expectRestored(await server.restore(run.bucket))
    expect(await server.contents(database)).toEqual(before)
    await server.sql(`DROP DATABASE ${database}; SET GLOBAL max_allowed_packet = ${isMysql ? 64 : 16} * 1024 * 1024;`)
  })
})

const own = `CREATE TABLESPACE own ADD DATAFILE 'own.ibd';
CREATE SPATIAL REFERENCE SYSTEM 990001 NAME 'it''s \\\\ ours' DEFINITION 'GEOGCS["ours",DATUM["ours",SPHEROID["ours",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.017453292519943278],AXIS["Lat",NORTH],AXIS["Lon",EAST]]';`

const ownTables = `
CREATE TABLE in_own (id INT PRIMARY KEY) TABLESPACE own;
INSERT INTO in_own VALUES (1);
CREATE TABLE places (id INT PRIMARY KEY, p POINT NOT NULL SRID 990001);
INSERT INTO places VALUES (1, ST_SRID(POINT(1, 2), 990001));
CREATE TABLE hours (id INT PRIMARY KEY, at TIMESTAMP, h INT AS (HOUR(at)) STORED, v INT AS (HOUR(at)), d INT AS (id + 1) STORED);
INSERT INTO hours (id, at) VALUES (1, '2026-01-01 03:00:00');
CREATE FUNCTION undeclared() RETURNS INT RETURN 1;`
