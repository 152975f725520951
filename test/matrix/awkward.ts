import { awkwardDatabaseSql } from '../servers/database/awkward-database'
import type { ServerUnderTest } from './servers'

/** SQL for a database of every type and every kind of object that the server has, by root. */
export function awkwardSql(server: Pick<ServerUnderTest, 'flavor' | 'isAtLeast'>): string {
  const { flavor, isAtLeast } = server
  const ours = pieces.filter(piece => piece.flavor === undefined || (piece.flavor === flavor && isAtLeast(piece.since)))
  const common = flavor === 'mysql' ? withSequences(asMysql(awkwardDatabaseSql)) : awkwardDatabaseSql
  return `${common}\n${ours.map(({ sql }) => sql).join('\n')}`
}

/** The tables of numbers that MariaDB makes up, for SQL that reads them: made before it, and gone behind it. */
function withSequences(sql: string): string {
  const names = [...new Set(sql.match(/\bseq_1_to_\d+\b/g))]
  const made = names.map(
    name => `CREATE TABLE ${name} (seq INT PRIMARY KEY) AS WITH RECURSIVE n AS (SELECT 1 AS seq UNION ALL
SELECT seq + 1 FROM n WHERE seq < ${name.split('_').at(-1)}) SELECT seq FROM n;`,
  )
  const gone = names.length === 0 ? '' : `DROP TABLE ${names.join(', ')};`
  return `SET SESSION cte_max_recursion_depth = 10000;\n${made.join('\n')}\n${sql}\n${gone}`
}

/** Without what MySQL does not have. */
function asMysql(sql: string): string {
  return sql
    .replace(/^CREATE TABLE in_aria .*\nINSERT INTO in_aria .*\n/m, '')
    .replace(/^CREATE SEQUENCE .*\nDO NEXTVAL.*\n/m, '')
    .replace(/\bSHA1\((\w+)\)/g, 'SHA2($1, 224)')
}

interface Piece {
  /** Undefined: both have it. */
  flavor?: 'mariadb' | 'mysql'
  since: string
  sql: string
}

const pieces: readonly Piece[] = [
  {
    since: '5',
    sql: `
CREATE TABLE more_types (
  id INT PRIMARY KEY, t1 TINYINT, t2 SMALLINT UNSIGNED ZEROFILL, t3 MEDIUMINT, b BOOL, bits BIT(64), r DOUBLE, c CHAR(10) COLLATE utf8mb4_bin,
  bin BINARY(5), tt TINYTEXT, mt MEDIUMTEXT, lt LONGTEXT, tb TINYBLOB, bl BLOB, mb MEDIUMBLOB,
  u2 VARCHAR(20) CHARACTER SET ucs2, u16 VARCHAR(20) CHARACTER SET utf16, u32 VARCHAR(20) CHARACTER SET utf32, sj VARCHAR(20) CHARACTER SET sjis,
  gb VARCHAR(20) CHARACTER SET gbk, l2 VARCHAR(20) CHARACTER SET latin2, cp VARCHAR(20) CHARACTER SET cp1251, u3 VARCHAR(20) CHARACTER SET utf8mb3,
  e ENUM('', 'é', '"', '\\\\') CHARACTER SET latin1, changed TIMESTAMP(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  KEY prefix (lt(20)), UNIQUE KEY pair (t1, t2)
) DEFAULT CHARSET = utf8mb4 COMMENT = 'it''s; \\\\ odd';
INSERT INTO more_types VALUES
  (1, -128, 65535, -8388608, TRUE, b'1000000000000000000000000000000000000000000000000000000000000001', 0.1, 'a ', 'a\\0b', 'tt', 'mt', 'lt',
   x'00ff27', x'5c0a0d', x'1a', 'é', '🐘', '🐎', '日本', '中文', 'łóż', 'Привет', 'ü', 'é', '2026-03-29 01:30:00.123456'),
  (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '\\\\', NULL);
CREATE TABLE shapes (id INT PRIMARY KEY, g GEOMETRY, p POINT NOT NULL, l LINESTRING, a POLYGON, m MULTIPOINT, n MULTILINESTRING, o MULTIPOLYGON, c GEOMETRYCOLLECTION);
INSERT INTO shapes VALUES
  (1, ST_GeomFromText('POINT(1.5 -2.25)'), ST_GeomFromText('POINT(0 0)'), ST_GeomFromText('LINESTRING(0 0,1 1.5,2 -7)'),
   ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 0),(1 1,2 1,2 2,1 1))'), ST_GeomFromText('MULTIPOINT(1 1,2 2)'), ST_GeomFromText('MULTILINESTRING((0 0,1 1),(2 2,3 3))'),
   ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))'), ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')),
  (2, NULL, ST_GeomFromText('POINT(1e10 1e-10)'), NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE in_memory (id INT PRIMARY KEY, t VARCHAR(20)) ENGINE = MEMORY;
INSERT INTO in_memory VALUES (1, 'as long as it lasts');
CREATE TABLE in_csv (id INT NOT NULL, t VARCHAR(20) NOT NULL) ENGINE = CSV;
INSERT INTO in_csv VALUES (1, 'a "quoted", value'), (2, '');
CREATE TABLE packed (id INT PRIMARY KEY, t TEXT) ROW_FORMAT = COMPRESSED KEY_BLOCK_SIZE = 8;
INSERT INTO packed VALUES (1, REPEAT('again ', 1000));
CREATE TABLE merged_1 (id INT NOT NULL, KEY (id)) ENGINE = MyISAM;
CREATE TABLE merged_2 LIKE merged_1;
INSERT INTO merged_1 VALUES (1);
INSERT INTO merged_2 VALUES (2);
CREATE TABLE merged (id INT NOT NULL, KEY (id)) ENGINE = MRG_MyISAM UNION = (merged_1, merged_2) INSERT_METHOD = LAST;
CREATE TABLE sub_parts (id INT NOT NULL, at DATE NOT NULL, PRIMARY KEY (id, at))
  PARTITION BY RANGE COLUMNS (at) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION old VALUES LESS THAN ('2026-01-01'), PARTITION new VALUES LESS THAN (MAXVALUE));
INSERT INTO sub_parts VALUES (1, '2025-01-01'), (2, '2026-06-01');
CREATE TABLE list_parts (id INT NOT NULL, kind VARCHAR(9) NOT NULL, PRIMARY KEY (id, kind))
  PARTITION BY LIST COLUMNS (kind) (PARTITION a VALUES IN ('a', 'é'), PARTITION b VALUES IN ('b'));
INSERT INTO list_parts VALUES (1, 'é'), (2, 'b');
CREATE TABLE key_parts (id INT PRIMARY KEY) PARTITION BY KEY () PARTITIONS 3;
INSERT INTO key_parts VALUES (1), (2), (3);
CREATE TABLE defaults (id INT PRIMARY KEY, a INT DEFAULT (1 + 2), b VARCHAR(40) DEFAULT (UUID()), c JSON DEFAULT (JSON_OBJECT('a', 1)), d DATE DEFAULT (CURRENT_DATE),
  CONSTRAINT positive CHECK (id > 0), CONSTRAINT \`odd \`\`name\` CHECK (a <> 7));
INSERT INTO defaults (id, b, d) VALUES (1, 'fixed', '2026-01-01');
CREATE TABLE child_of_two (a INT, b INT, PRIMARY KEY (a, b), CONSTRAINT to_parts FOREIGN KEY (a) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE RESTRICT);
INSERT INTO child_of_two VALUES (1, 7);
CREATE VIEW with_check AS SELECT id FROM parent WHERE id < 100 WITH LOCAL CHECK OPTION;
CREATE ALGORITHM = TEMPTABLE VIEW with_function AS SELECT id, twice(id) AS doubled FROM parent;
CREATE VIEW newest AS WITH ranked AS (SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS n FROM many) SELECT id FROM ranked WHERE n <= 3;
DELIMITER //
CREATE TRIGGER third_on_plain AFTER INSERT ON plain FOR EACH ROW PRECEDES \`second on plain\` INSERT INTO log VALUES (NEW.id, 'before the second')//
CREATE FUNCTION reads_rows(a INT) RETURNS INT READS SQL DATA SQL SECURITY INVOKER COMMENT 'ü' BEGIN DECLARE n INT; SELECT COUNT(*) INTO n FROM many; RETURN n + a; END//
CREATE PROCEDURE handles(INOUT x VARCHAR(20) CHARACTER SET latin1)
BEGIN
  DECLARE done INT DEFAULT 0;
  DECLARE c CURSOR FOR SELECT id FROM many;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET done = 1;
  OPEN c;
  again: LOOP
    FETCH c INTO x;
    IF done THEN LEAVE again; END IF;
  END LOOP;
  CLOSE c;
  # a comment of this kind
  SET x = 'é"''\`\\\\';
END//
SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES'//
CREATE PROCEDURE "in ansi"() SELECT "id" || 'a\\' FROM "parent"//
SET sql_mode = ''//
CREATE EVENT with_end ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2026-01-01 03:00:00' ENDS '2036-01-01 03:00:00' ON COMPLETION PRESERVE DISABLE DO DO 1//
CREATE EVENT at_once ON SCHEDULE AT '2036-05-05 05:05:05' ON COMPLETION PRESERVE DO DELETE FROM log//
DELIMITER ;`,
  },
  {
    flavor: 'mariadb',
    since: '10.5',
    sql: `
CREATE TABLE addresses (id INT PRIMARY KEY, six INET6, KEY (six));
INSERT INTO addresses VALUES (1, '2001:db8::ff00:42:8329'), (2, '::ffff:192.0.2.1'), (3, NULL);
CREATE TABLE squeezed (id INT PRIMARY KEY, t TEXT COMPRESSED, b LONGBLOB COMPRESSED) PAGE_COMPRESSED = 1;
INSERT INTO squeezed VALUES (1, REPEAT('x', 5000), UNHEX(REPEAT('00ff', 5000)));
CREATE TABLE bookings (room INT, begins DATE, ends DATE, PERIOD FOR stay (begins, ends), UNIQUE (room, stay WITHOUT OVERLAPS));
INSERT INTO bookings VALUES (1, '2026-01-01', '2026-01-05'), (1, '2026-01-05', '2026-01-07');
CREATE TABLE long_unique (id INT PRIMARY KEY, t TEXT, UNIQUE (t));
INSERT INTO long_unique VALUES (1, 'only one'), (2, NULL);
CREATE TABLE crash_safe (id INT PRIMARY KEY) ENGINE = Aria TRANSACTIONAL = 1;
CREATE TABLE dynamic (id INT PRIMARY KEY, c BLOB);
INSERT INTO dynamic VALUES (1, COLUMN_CREATE('colour', 'blue', 'size', 7.5));
CREATE SEQUENCE backwards START WITH -1 INCREMENT BY -3 MINVALUE -1000 MAXVALUE -1 CACHE 5 CYCLE;
DO NEXTVAL(backwards);
DELIMITER //
CREATE AGGREGATE FUNCTION product_of(x DOUBLE) RETURNS DOUBLE DETERMINISTIC
BEGIN
  DECLARE p DOUBLE DEFAULT 1;
  DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN p;
  LOOP FETCH GROUP NEXT ROW; SET p = p * x; END LOOP;
END//
SET sql_mode = 'ORACLE'//
CREATE PACKAGE tools AS
  FUNCTION one RETURN INT;
  PROCEDURE nothing;
END//
CREATE PACKAGE BODY tools AS
  FUNCTION one RETURN INT AS BEGIN RETURN 1; END;
  PROCEDURE nothing AS BEGIN NULL; END;
END//
SET sql_mode = ''//
DELIMITER ;`,
  },
  {
    flavor: 'mariadb',
    since: '10.10',
    sql: `
CREATE TABLE identities (u UUID PRIMARY KEY, four INET4, a INT, b INT, KEY falling (a DESC, b), KEY unused (b) IGNORED);
INSERT INTO identities VALUES ('6ccd780c-baba-1026-9564-5b8c656024db', '192.0.2.1', 1, 2);
CREATE TABLE uca (t VARCHAR(20) COLLATE uca1400_as_cs) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_swedish_ai_ci;
INSERT INTO uca VALUES ('ångström');`,
  },
  {
    flavor: 'mariadb',
    since: '11.7',
    sql: `
CREATE TABLE embeddings (id INT PRIMARY KEY, v VECTOR(4) NOT NULL, VECTOR INDEX (v) M=8 DISTANCE=cosine);
INSERT INTO embeddings VALUES (1, VEC_FromText('[0.1,0.2,-0.3,1e-7]')), (2, VEC_FromText('[1,2,3,4]'));`,
  },
  {
    flavor: 'mysql',
    since: '8.0',
    sql: `
CREATE TABLE documents (id INT PRIMARY KEY, doc JSON, zips JSON AS (doc->'$.zips') STORED, KEY many_values ((CAST(doc->'$.zips' AS UNSIGNED ARRAY))),
  KEY by_expression ((CAST(doc->>'$.name' AS CHAR(20))), id DESC), KEY unused (id) INVISIBLE);
INSERT INTO documents (id, doc) VALUES (1, '{"name": "é 🐘", "zips": [1, 22, 333], "deep": {"a": [null, true, 1e100, "\\\\u0000"]}}'), (2, NULL);
CREATE TABLE on_earth (id INT PRIMARY KEY, p POINT NOT NULL SRID 4326, SPATIAL KEY (p));
INSERT INTO on_earth VALUES (1, ST_SRID(POINT(13.4, 52.5), 4326));
CREATE TABLE lenient (id INT PRIMARY KEY, a INT, CONSTRAINT off CHECK (a > 5) NOT ENFORCED);
INSERT INTO lenient VALUES (1, 1);
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE without_key (t VARCHAR(10));
INSERT INTO without_key VALUES ('a'), ('a');
SET sql_generate_invisible_primary_key = OFF;
CREATE TABLE archived (id INT, t TEXT) ENGINE = ARCHIVE;
INSERT INTO archived VALUES (1, 'kept');
CREATE TABLE newer_collation (t VARCHAR(20) COLLATE utf8mb4_ja_0900_as_cs_ks) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_0900_ai_ci;
INSERT INTO newer_collation VALUES ('ひらがな');`,
  },
  {
    flavor: 'mysql',
    since: '9.0',
    sql: `
CREATE TABLE embeddings (id INT PRIMARY KEY, v VECTOR(4));
INSERT INTO embeddings VALUES (1, STRING_TO_VECTOR('[0.1,0.2,-0.3,1e-7]')), (2, NULL);`,
  },
]
