import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import type { DumpNeeds } from '../../../../../../src/sources/mysql/check/needs/dump-needs'
import { everything, mariadbDump, mysqlDump, rows, stored, table } from '../../dumps'
import { mariadb103, mariadb114, mariadb1011, mysql57, mysql80, mysql84 } from '../../tool-dumps'

function check(dump: string, chunkBytes = dump.length): DumpNeeds {
  const bytes = Buffer.from(dump)
  const checking = checkDump({ needs: true })
  const usual = checkDump()
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    checking.write(bytes.subarray(at, at + chunkBytes))
    usual.write(bytes.subarray(at, at + chunkBytes))
  }
  const { needs, ...content } = checking.finish()
  expect(content).toEqual(usual.finish())
  if (needs === undefined) throw new Error('No needs.')
  return needs
}

const sorted = ({ longestStatementBytes: _, ...needs }: DumpNeeds) => ({
  ...needs,
  collations: needs.collations.toSorted(),
  characterSets: needs.characterSets.toSorted(),
})

const nothing = {
  definers: [],
  collations: [],
  characterSets: [],
  engines: [],
  tablespaces: [],
  folders: [],
  hasGtidPurged: false,
  usesDatabase: undefined,
  references: [],
  replaced: [],
  strangers: [],
  unusual: [],
}

describe('checkDump with needs', () => {
  it.each([
    [
      'MySQL 5.7',
      mysql57,
      {
        definers: ['shop@10.0.%', 'root@localhost'],
        collations: ['latin1_german1_ci', 'utf8_general_ci', 'utf8_swedish_ci', 'utf8mb4_bin'],
        characterSets: ['cp1251', 'cp850', 'koi8r', 'latin1', 'utf8'],
        engines: ['MyISAM'],
        hasGtidPurged: true,
        replaced: ['shop'],
      },
    ],
    [
      'MySQL 8.0',
      mysql80,
      {
        definers: ['shop@%', 'mysql.sys@localhost'],
        collations: ['latin1_german1_ci', 'utf8mb4_0900_ai_ci'],
        characterSets: ['cp850', 'koi8r', 'latin1', 'utf8mb4'],
        engines: ['InnoDB'],
      },
    ],
    [
      'MySQL 8.4',
      mysql84,
      {
        definers: ['shop@%', 'mysql.sys@localhost'],
        collations: ['latin1_german1_ci', 'utf8mb4_0900_ai_ci'],
        characterSets: ['cp850', 'koi8r', 'latin1', 'utf8mb4'],
        engines: ['InnoDB'],
        hasGtidPurged: true,
      },
    ],
    [
      'MariaDB 10.3',
      mariadb103,
      {
        definers: ['shop@localhost', 'site_role'],
        collations: ['latin1_german1_ci', 'utf8_general_ci', 'utf8mb4_unicode_ci'],
        characterSets: ['cp850', 'koi8r', 'latin1', 'utf8', 'utf8mb4'],
        engines: ['Aria'],
      },
    ],
    [
      'MariaDB 10.11',
      mariadb1011,
      {
        collations: ['latin1_german1_ci', 'utf8mb3_general_ci', 'utf8mb4_bin', 'utf8mb4_general_ci'],
        characterSets: ['latin1', 'utf8mb3', 'utf8mb4'],
        engines: ['InnoDB'],
      },
    ],
    [
      'MariaDB 11.4',
      mariadb114,
      {
        collations: ['latin1_german1_ci', 'utf8mb3_general_ci', 'utf8mb4_bin', 'utf8mb4_uca1400_ai_ci'],
        characterSets: ['latin1', 'utf8mb3', 'utf8mb4'],
        engines: ['InnoDB'],
      },
    ],
  ])('reads a dump of %s', (_, dump, expected) => {
    const needs = check(dump)
    expect(sorted(needs)).toEqual({ ...nothing, ...expected })
    for (const chunkBytes of [1, 2, 13, 100]) expect(check(dump, chunkBytes)).toEqual(needs)
  })

  it('finds everything else that the check of a backup finds', () => {
    for (const chunkBytes of [1, 17, 100_000])
      expect(check(everything, chunkBytes).definers).toEqual(['a*/b@%', 'r@h', 'root@localhost'])
  })

  it('takes nothing from strings, comments, names and rows', () => {
    const text = 'COLLATE none_ci CHARACTER SET none ENGINE=None DEFINER=none@none USE none; none.none'
    const dump = mysqlDump(
      `${table('t')}/* ${text} */\n-- ${text}\n# ${text}\nCREATE TABLE \`${text}\` (\`${text}\` int DEFAULT '${text}');\n` +
        rows('t', `INSERT INTO \`t\` (\`${text}\`) VALUES ('${text}');\n`) +
        stored(`CREATE PROCEDURE \`p\`()\nbegin\n  -- ${text}\n  select "${text}", '${text}', \`${text}\`; end`) +
        `SET @x = '${text}';\nSET NAMES @x;\nSET character_set_client = DEFAULT;\n`,
    )
    expect(sorted(check(dump))).toEqual({
      ...nothing,
      characterSets: ['utf8mb4'],
      engines: ['InnoDB'],
      unusual: ['SET X', 'SET NAMES'],
    })
  })

  describe('the longest statement', () => {
    it.each([
      ['of rows', `INSERT INTO \`t\` VALUES (1,'${'x'.repeat(5000)}');\n`],
      ['that is a definition', `CREATE TABLE \`u\` (\`id\` int DEFAULT '${'x'.repeat(5000)}');`],
      ['with another delimiter', `CREATE PROCEDURE \`p\`() select '${'x'.repeat(5000)}';;`],
    ])('may be one %s', (_, statement) => {
      const short = "INSERT INTO `t` VALUES (1,'x');\n"
      const text = statement.endsWith(';;') ? `DELIMITER ;;\n${statement}\nDELIMITER ;\n` : `${statement}\n`
      const dump = mysqlDump(`${table('t')}${short}${statement.startsWith('INSERT') ? statement : ''}${short}${text}`)
      for (const chunkBytes of [1, 100, 4096, dump.length]) {
        expect(check(dump, chunkBytes).longestStatementBytes).toBe(statement.length)
      }
    })
  })

  describe('databases', () => {
    it.each([
      'USE `o``ther`;',
      'use `o``ther`;',
      'CREATE DATABASE /*!32312 IF NOT EXISTS*/ `o``ther` /*!40100 DEFAULT CHARACTER SET utf8 */;',
      'CREATE SCHEMA IF NOT EXISTS `o``ther`;',
    ])('that a dump goes to by itself are told: %s', statement => {
      expect(check(mysqlDump(`${statement}\nUSE next;\n`)).usesDatabase).toBe('o`ther')
    })

    it.each([
      "INSERT INTO `other`.`t` VALUES (1,'a.b');",
      'REPLACE INTO other.t VALUES (1);',
      'CREATE TABLE `other`.`t` (`id` int);',
      'CREATE TABLE IF NOT EXISTS `other` . t (`id` int);',
      'CREATE TABLE `t` LIKE `other`.`u`;',
      '/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50013 DEFINER=`r`@`h` SQL SECURITY DEFINER */ /*!50001 VIEW `other`.`v` AS select 1 */;',
      'CREATE DEFINER=root@localhost TRIGGER `other`.tr BEFORE INSERT ON t FOR EACH ROW set @x = 1;',
      'CREATE TRIGGER tr BEFORE INSERT ON other.t FOR EACH ROW set @x = 1;',
      'CREATE EVENT other.e ON SCHEDULE EVERY 1 DAY DO set @x = 1;',
      'CREATE FUNCTION other.f() RETURNS int RETURN 1;',
      'DROP TABLE IF EXISTS `t`, `other`.`t`;',
      '/*!50001 DROP VIEW IF EXISTS `other`.`v`*/;',
      'DROP DATABASE IF EXISTS other;',
      'ALTER DATABASE `other` CHARACTER SET utf8;',
      'ALTER TABLE `other`.`t` DISABLE KEYS;',
      'UPDATE other.user SET a = 1;',
      'DELETE FROM other.user;',
      'LOCK TABLES `other`.`t` WRITE;',
      'GRANT ALL ON `other`.* TO x;',
      'TRUNCATE `other`.`t`;',
    ])('that a statement is about are told: %s', statement => {
      const body = statement.includes('INTO') ? `CREATE TABLE t (id int);\n${statement}` : statement
      const needs = check(mysqlDump(`${body}\n`))
      expect([...needs.strangers, ...needs.replaced]).toEqual(['other'])
      expect(needs.usesDatabase).toBeUndefined()
    })

    it.each([
      'CREATE TABLE `t` (`id` int, `a.b` int, FOREIGN KEY (`id`) REFERENCES `other`.`u` (`id`), `x` decimal(1) DEFAULT 1.5);',
      '/*!50001 CREATE ALGORITHM=UNDEFINED */ /*!50001 VIEW `v` AS select `t`.`id` from `other`.`t` */;',
      'CREATE DEFINER=shop@db.example TRIGGER tr BEFORE INSERT ON t FOR EACH ROW insert into other.t values (1);',
      'CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO delete from other.t;',
      'CREATE PROCEDURE p() update other.t set x = 1.5;',
      'ALTER DATABASE CHARACTER SET utf8;',
      'DO SETVAL(`other`.`s`, 1, 0);',
      'SET @@GLOBAL.x = @@SESSION.y;',
    ])('that it only mentions are not: %s', statement => {
      expect(check(mariadbDump(`${statement}\n`)).strangers).toEqual([])
    })

    it('that a dump goes to later are told as well', () => {
      const needs = check(mysqlDump('USE `shop`;\nUSE `shop`;\nUSE mysql;\nCREATE DATABASE other;\n'))
      expect(needs).toMatchObject({ usesDatabase: 'shop', strangers: ['mysql', 'other'] })
    })

    it('are told up to five', () => {
      const drops = Array.from({ length: 9 }, (_, index) => `DROP TABLE \`d${index}\`.\`t\`;\n`)
      expect(check(mysqlDump(drops.join(''))).strangers).toEqual(['d0', 'd1', 'd2', 'd3', 'd4'])
    })
  })

  it('finds partitions, other engines and odd ways to write', () => {
    const dump = mysqlDump(`CREATE TABLE \`t\` (
  \`a\` char(1) CHARSET 'latin2' COLLATE 'latin2_bin'
) ENGINE = \`ROCKSDB\` DEFAULT CHARACTER SET = GREEK
/*!50100 PARTITION BY RANGE (\`a\`)
(PARTITION p0 VALUES LESS THAN (1) ENGINE = InnoDB) */;
ALTER TABLE \`t\` ENGINE='Aria', COLLATE = greek_bin;
SET CHARACTER SET cp1250;
SET NAMES 'hebrew' COLLATE 'hebrew_bin';
SET @x = 1, character_set_connection = ascii, collation_database = 'ascii_bin';
`)
    expect(sorted(check(dump))).toEqual({
      ...nothing,
      collations: ['ascii_bin', 'greek_bin', 'hebrew_bin', 'latin2_bin'],
      characterSets: ['ascii', 'cp1250', 'greek', 'hebrew', 'latin2'],
      engines: ['ROCKSDB', 'InnoDB', 'Aria'],
      unusual: ['ALTER TABLE', 'SET X'],
    })
  })
})
