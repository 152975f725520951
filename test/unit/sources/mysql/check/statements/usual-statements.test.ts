import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import { everything, finalView, mariadbDump, mysqlDump, placeholder, stored, table } from '../../dumps'
import { mariadb103, mariadb114, mariadb1011, mysql57, mysql80, mysql84 } from '../../tool-dumps'

function unusual(dump: string, chunkBytes = dump.length): string[] | undefined {
  const bytes = Buffer.from(dump)
  const checking = checkDump({ needs: true })
  for (let at = 0; at < bytes.length; at += chunkBytes) checking.write(bytes.subarray(at, at + chunkBytes))
  return checking.finish().needs?.unusual
}

/** In a dump, however its chunks are cut. */
function planted(statements: string): string[] | undefined {
  const dump = mysqlDump(`${table('t')}${statements}\n`)
  const found = unusual(dump)
  for (const chunkBytes of [1, 7, 100]) expect(unusual(dump, chunkBytes)).toEqual(found)
  return found
}

describe('the statements of a dump', () => {
  it.each([
    ['everything', everything],
    ['MySQL 5.7', mysql57],
    ['MySQL 8.0', mysql80],
    ['MySQL 8.4', mysql84],
    ['MariaDB 10.3', mariadb103],
    ['MariaDB 10.11', mariadb1011],
    ['MariaDB 11.4', mariadb114],
  ])('are the usual ones: %s', (_, dump) => {
    expect(unusual(dump)).toEqual([])
  })

  it.each([
    '/*M!100101 SET LOCAL SQL_LOG_OFF=0, LOCAL LOG_SLOW_QUERY=0 */;',
    '/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;',
    'SET @OLD_AUTOCOMMIT=@@AUTOCOMMIT, @@AUTOCOMMIT=0;\nCOMMIT;\nSET AUTOCOMMIT=@OLD_AUTOCOMMIT;',
    'set autocommit=0;\ncommit;',
    '/*!50003 SET character_set_client  = gbk */ ;\n/*!50003 SET character_set_results = gbk */ ;\n/*!50003 SET character_set_client  = @saved_cs_client */ ;\nINSERT INTO `t` VALUES (1);',
    '/*M!101100 SET @old_system_versioning_insert_history=@@session.system_versioning_insert_history, @@session.system_versioning_insert_history=1 */;',
    'SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;\nSET @@SESSION.SQL_LOG_BIN= 0;',
    "SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-5';",
    'DO SETVAL(`s`, -5, 0);\nSELECT SETVAL(`s`, 1001, 0);',
    'ALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ;',
    '/*!80002 ANALYZE TABLE `t` UPDATE HISTOGRAM ON `a`, `b` WITH 100 BUCKETS */;',
    'ALTER TABLE `t` ADD KEY `k` (`t`), ADD CONSTRAINT `rename` FOREIGN KEY (`t`) REFERENCES `u` (`t`);',
    '/*!50003 DROP FUNCTION IF EXISTS `f` */;\n/*!50106 DROP EVENT IF EXISTS `e` */;\nDROP PACKAGE BODY IF EXISTS `p`;',
    "CREATE TABLE `u` (`a` int /*!80023 INVISIBLE */ COMMENT 'x */ y') /*!80016 DEFAULT ENCRYPTION='N' */;",
    "REPLACE  INTO `t` (`id`, `t`) VALUES (-1.5e-3,NULL),\n(0x00,_binary 'a\\'),(@x');\nINSERT  IGNORE INTO `t` VALUES (1,'a;b);(--/*''');",
  ])('may be: %s', statements => {
    expect(planted(statements)).toEqual([])
  })

  it.each([
    ["CREATE USER evil@'%' IDENTIFIED BY 'x';", ['CREATE USER']],
    ['CREATE OR REPLACE ROLE boss;', ['CREATE ROLE']],
    ['GRANT ALL ON *.* TO evil;', ['GRANT ALL']],
    ['DROP DATABASE IF EXISTS `shop`;', ['DROP DATABASE']],
    ['DROP USER root@localhost;', ['DROP USER']],
    ["SET @s = 'DROP DATABASE innocent';\nPREPARE p FROM @s;\nEXECUTE p;", ['SET S', 'PREPARE P', 'EXECUTE P']],
    ["EXECUTE IMMEDIATE 'DROP DATABASE innocent';", ['EXECUTE IMMEDIATE']],
    ["SELECT '<?php' INTO OUTFILE '/var/www/html/x.php';", ['SELECT INTO']],
    ["LOAD DATA INFILE '/etc/passwd' INTO TABLE t;", ['LOAD DATA']],
    ['CALL sys.x();', ['CALL SYS']],
    ["INSTALL PLUGIN x SONAME 'x.so';", ['INSTALL PLUGIN']],
    ["CREATE FUNCTION sys_exec RETURNS STRING SONAME 'x.so';", ['CREATE FUNCTION']],
    ['SET GLOBAL general_log_file = 1;', ['SET GLOBAL']],
    ['SET @@GLOBAL.general_log = 1;', ['SET GLOBAL']],
    ['SET autocommit=1, GLOBAL general_log = 1;', ['SET AUTOCOMMIT']],
    ['SET PERSIST general_log = 1;', ['SET PERSIST']],
    ["SET PASSWORD = 'x';", ['SET PASSWORD']],
    ['SET ROLE boss;', ['SET ROLE']],
    ['SET STATEMENT max_statement_time=1 FOR DROP DATABASE innocent;', ['SET STATEMENT']],
    ["SET timestamp = LOAD_FILE('/etc/passwd');", ['SET TIMESTAMP']],
    ['SET timestamp = (SELECT 1);', ['SET TIMESTAMP']],
    ["SET @s = 'x';", ['SET S']],
    ['SET NAMES gbk;', ['SET NAMES']],
    ['SET character_set_client = gbk;\nINSERT INTO `t` VALUES (1);', ['INSERT INTO']],
    ['SET character_set_client = sjis;\nCREATE TABLE `u` (`id` int);', ['CREATE TABLE']],
    ["SET character_set_client = 'sjis';", ['SET CHARACTER_SET_CLIENT']],
    ['SET sql_mode = 1048576;', ['SET SQL_MODE']],
    [
      "SET sql_mode='NO_BACKSLASH_ESCAPES';\nSET @saved_sql_mode=@@sql_mode;\nSET sql_mode=@saved_sql_mode;",
      ['SET SAVED_SQL_MODE'],
    ],
    ['DO SLEEP(10);', ['DO SLEEP']],
    ['DO SETVAL(s, f(), 0);', ['DO SETVAL']],
    ['SELECT SETVAL(s, 1, 0) INTO OUTFILE x;', ['SELECT SETVAL']],
    ['BEGIN NOT ATOMIC SELECT 1;', ['BEGIN ATOMIC']],
    ['START SLAVE;', ['START SLAVE']],
    ['CHANGE MASTER TO MASTER_LOG_POS=1;', ['CHANGE MASTER']],
    ['FLUSH PRIVILEGES;', ['FLUSH PRIVILEGES']],
    ['UPDATE t SET id = 1;', ['UPDATE T']],
    ['RENAME TABLE t TO mysql.t;', ['RENAME TABLE']],
    ['ALTER TABLE t ADD COLUMN x int DEFAULT (1), RENAME mysql.x;', ['ALTER TABLE']],
    ['ALTER USER root@localhost ACCOUNT LOCK;', ['ALTER USER']],
    ['LOCK INSTANCE FOR BACKUP;', ['LOCK INSTANCE']],
    ['CREATE TABLE u SELECT * FROM mysql.user;', ['CREATE TABLE']],
    ['/*!50001 CREATE TABLE u AS SELECT 1 */;\nCREATE ALGORITHM=MERGE VIEW u AS SELECT 1;', ['CREATE TABLE']],
    ['INSERT INTO t SELECT 1;', ['INSERT INTO']],
    ['INSERT INTO t SET id = 1;', ['INSERT INTO']],
    ['DELETE FROM t;\nDELETE FROM u;', ['DELETE FROM']],
  ])('are told when no tool writes them: %s', (statements, expected) => {
    expect(planted(statements)).toEqual(expected)
  })

  it('are told for what stands in a stored one no more than for its text', () => {
    const body = "BEGIN GRANT ALL ON *.* TO x; SET GLOBAL x = 1; SELECT 1 INTO OUTFILE 'x'; END"
    expect(planted(stored(`CREATE PROCEDURE \`p\`() ${body}`) + placeholder('v') + finalView('v'))).toEqual([])
  })

  it.each([
    ['INSERT INTO t VALUES (1);DROP DATABASE x;SELECT (1);', 'INSERT with more than rows'],
    ['INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE id = (2);', 'INSERT with more than rows'],
    ['INSERT INTO t VALUES (1),(f());', 'INSERT with a computed value'],
    ["INSERT INTO t VALUES (LOAD_FILE('/etc/passwd'));", 'INSERT with a computed value'],
    ['INSERT INTO t VALUES ((SELECT 1));', 'INSERT with a computed value'],
    ["INSERT INTO t VALUES (@s := 'x');", 'INSERT with a computed value'],
    ['INSERT INTO t VALUES (1/*!99999 */);', 'INSERT with a computed value'],
    ["INSERT INTO t VALUES (1--\t'\n);", 'INSERT with a computed value'],
    ['INSERT INTO t VALUES (`id`);', 'INSERT with a computed value'],
  ])('are told where rows are more than rows: %s', (statement, expected) => {
    expect(planted(statement)).toContain(expected)
  })

  it('are told where a text goes on behind what looks like the end of rows', () => {
    expect(planted("INSERT INTO t VALUES ('a);\n-- ');\nSELECT 1;")).toContain('INSERT with a string that does not end')
  })

  it('reads rows as the mode has it in which the server reads them', () => {
    const rowsOf = (mode: string) => `SET sql_mode='${mode}';\nINSERT INTO t VALUES ('\\'); DROP TABLE (t);\n`
    expect(planted(rowsOf('NO_BACKSLASH_ESCAPES'))).toContain('INSERT with more than rows')
    expect(planted('SET sql_mode=\'ORACLE\';\nCREATE TABLE "a\\";CALL x;\n')).toEqual(['CALL X'])
  })

  it.each([
    "CREATE TABLE u (a int /*!99999 COMMENT ' */ ); DROP DATABASE x; SELECT (1 /*!99999 ' */ );",
    "CREATE TABLE u (a int /*M! COMMENT ' */ ); DROP DATABASE x; SELECT (1 /*M! ' */ );",
    "SET autocommit = /*!99999 ' */ 0; DROP DATABASE x; -- ' */;",
    '/*!99999 SET autocommit = 0 -- */ DROP DATABASE x\n */;',
    '/*!99999 SET autocommit = 0 # */ DROP DATABASE x\n */;',
    `/*!99999 CREATE VIEW u AS SELECT '${'x'.repeat(5000)}*/ DROP DATABASE x -- ' */;\nCREATE ALGORITHM=MERGE VIEW u AS SELECT 1;`,
  ])('are told where a comment may hide one from a server: %s', statement => {
    expect(planted(statement)).toHaveLength(1)
  })

  it('tells ten kinds, each once', () => {
    const users = Array.from({ length: 15 }, (_, index) => `CALL ${String.fromCharCode(97 + index)}();`)
    expect(planted([...users, ...users].join('\n'))).toHaveLength(10)
  })
})

describe('the bulk load of RocksDB', () => {
  const older = `/*!50112 SELECT COUNT(*) INTO @is_rocksdb_supported FROM INFORMATION_SCHEMA.SESSION_VARIABLES WHERE VARIABLE_NAME='rocksdb_bulk_load' */;
/*!50112 SET @save_old_rocksdb_bulk_load = IF (@is_rocksdb_supported, 'SET @old_rocksdb_bulk_load = @@rocksdb_bulk_load', 'SET @dummy_old_rocksdb_bulk_load = 0') */;
/*!50112 PREPARE s FROM @save_old_rocksdb_bulk_load */;
/*!50112 EXECUTE s */;
/*!50112 SET @enable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = 1', 'SET @dummy_rocksdb_bulk_load = 0') */;
/*!50112 PREPARE s FROM @enable_bulk_load */;
/*!50112 EXECUTE s */;
/*!50112 DEALLOCATE PREPARE s */;
/*!50112 SET @disable_bulk_load = IF (@is_rocksdb_supported, 'SET SESSION rocksdb_bulk_load = @old_rocksdb_bulk_load', 'SET @dummy_rocksdb_bulk_load = 0') */;
/*!50112 PREPARE s FROM @disable_bulk_load */;
/*!50112 EXECUTE s */;
/*!50112 DEALLOCATE PREPARE s */;
`
  const newer = `/*!50717 SELECT COUNT(*) INTO @rocksdb_has_p_s_session_variables FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'performance_schema' AND TABLE_NAME = 'session_variables' */;
/*!50717 SET @rocksdb_get_is_supported = IF (@rocksdb_has_p_s_session_variables, 'SELECT COUNT(*) INTO @rocksdb_is_supported FROM performance_schema.session_variables WHERE VARIABLE_NAME=\\'rocksdb_bulk_load\\'', 'SELECT 0') */;
/*!50717 PREPARE s FROM @rocksdb_get_is_supported */;
/*!50717 EXECUTE s */;
/*!50717 DEALLOCATE PREPARE s */;
/*!50717 SET @rocksdb_enable_bulk_load = IF (@rocksdb_is_supported, 'SET SESSION rocksdb_bulk_load = 1', 'SET @rocksdb_dummy_bulk_load = 0') */;
/*!50717 PREPARE s FROM @rocksdb_enable_bulk_load */;
/*!50717 EXECUTE s */;
/*!50717 DEALLOCATE PREPARE s */;
`

  it.each([older, newer])('is known, as Percona writes it', idiom => {
    expect(planted(idiom)).toEqual([])
    expect(unusual(mariadbDump(idiom))).toEqual([])
  })

  it.each([
    newer.replace("'SELECT 0'", "'DROP DATABASE x'"),
    newer.replace('PREPARE s FROM @rocksdb_enable_bulk_load', 'PREPARE s FROM @other'),
    newer.replace('/*!50717 PREPARE s FROM', 'COMMIT;\n/*!50717 PREPARE s FROM'),
    newer.replace('EXECUTE s', 'EXECUTE other'),
    newer.replace("'performance_schema'", "'performance_schema' INTO OUTFILE 'x'"),
    `${newer}EXECUTE s;\n`,
    older.replace('INTO @is_rocksdb_supported', 'INTO @save_old_rocksdb_bulk_load'),
  ])('is known in its own words and order alone: %#', idiom => {
    expect(planted(idiom)).not.toEqual([])
  })
})
