/**
 * SQL that fills an empty database with everything a dump can trip over. Run it with the database chosen. `routines`,
 * `views` and the rest are in `awkwardContent`.
 */
export const awkwardDatabaseSql = `
SET NAMES utf8mb4;
SET sql_mode = 'NO_ENGINE_SUBSTITUTION';
SET time_zone = '+00:00';

CREATE TABLE plain (id INT PRIMARY KEY, t TEXT) DEFAULT CHARSET = utf8mb4;
INSERT INTO plain VALUES
  (1, 'quotes '' " \` and \\\\ backslash'),
  (2, 'line\\nbreak\\r\\ntab\\tnul\\0end\\Z'),
  (3, '🐘🐎 emoji, 日本語, é as one and é as two'),
  (4, NULL),
  (5, ''),
  (6, 'text\\n-- Dump completed on 2026-01-01  0:00:00\\n'),
  (7, '\\n-- Dump completed\\nCREATE TABLE \`ghost\` (\\n  id INT\\n);\\nINSERT INTO \`ghost\` VALUES (1);\\nCREATE VIEW ghost_view AS SELECT 1;\\n'),
  (8, '\\n/*!50003 CREATE*/ /*!50020 DEFINER=root@localhost*/ /*!50003 TRIGGER ghost_trigger BEFORE INSERT ON plain FOR EACH ROW BEGIN END */;;\\nDELIMITER ;;\\n'),
  (9, '/*M!999999\\\\- enable the sandbox mode */'),
  (10, 'it''s; a (1,2),(3,4) row -- with # everything /* in */ it');

CREATE TABLE \`back\`\`tick "quoted" 'name'\` (id INT PRIMARY KEY, \`col\`\`umn\` INT);
INSERT INTO \`back\`\`tick "quoted" 'name'\` VALUES (1, 2);
CREATE TABLE \`two  words\` (id INT PRIMARY KEY);
INSERT INTO \`two  words\` VALUES (1);
CREATE TABLE \`-leading-dash\` (id INT PRIMARY KEY);
INSERT INTO \`-leading-dash\` VALUES (1);
CREATE TABLE \`50%25 off\` (id INT PRIMARY KEY);
INSERT INTO \`50%25 off\` VALUES (1);
CREATE TABLE \`ünïcödé_表\` (id INT PRIMARY KEY);
INSERT INTO \`ünïcödé_表\` VALUES (1);
CREATE TABLE \`dot.ted\` (id INT PRIMARY KEY);
CREATE TABLE \`UPPER\` (id INT PRIMARY KEY);
CREATE TABLE \`select\` (\`from\` INT PRIMARY KEY, \`where\` INT);
INSERT INTO \`select\` VALUES (1, 2);
CREATE TABLE \`CREATE TABLE\` (id INT PRIMARY KEY);
INSERT INTO \`CREATE TABLE\` VALUES (1);
CREATE TABLE empty_table (id INT PRIMARY KEY);

CREATE TABLE binaries (id INT PRIMARY KEY, b LONGBLOB, v VARBINARY(300), n BIT(9), u CHAR(36) CHARACTER SET latin1);
INSERT INTO binaries SELECT seq, UNHEX(REPEAT(SHA2(seq, 512), seq * 40)), UNHEX(SHA2(seq, 256)), seq, 'caf\u00e9' FROM seq_1_to_20;
INSERT INTO binaries VALUES (100, '', '', b'0', ''), (101, NULL, NULL, NULL, NULL), (102, UNHEX('00270A0D5C221A'), x'00', b'1', '');

CREATE TABLE numbers (
  id INT PRIMARY KEY, d DECIMAL(65, 30), f DOUBLE, g FLOAT, big BIGINT UNSIGNED, y YEAR, e ENUM('a', 'b''c'), s SET('x', 'y'), j JSON,
  doubled INT AS (id * 2) STORED, tripled INT AS (id * 3) VIRTUAL, secret INT INVISIBLE DEFAULT 7,
  CHECK (id > 0)
);
INSERT INTO numbers (id, d, f, g, big, y, e, s, j) VALUES
  (1, 12345678901234567890.123456789012345678901234567890, 1e308, 1.5, 18446744073709551615, 2026, 'b''c', 'x,y', '{"a": [1, "ü 🐎", null], "q": "\\\\"\\\\n"}'),
  (2, -0.000000000000000000000000000001, -5e-324, 0, 0, 0, '', '', '[]');

CREATE TABLE times (id INT PRIMARY KEY, d DATE, t DATETIME(6), s TIMESTAMP(3) NULL, c TIME(2));
INSERT INTO times VALUES
  (1, '0000-00-00', '0000-00-00 00:00:00', NULL, '-838:59:59'), (2, '2026-00-00', '9999-12-31 23:59:59.999999', '2026-03-29 01:30:00.123', '00:00:00.01');

CREATE TABLE parts (id INT NOT NULL, happened DATE NOT NULL, PRIMARY KEY (id, happened))
  PARTITION BY RANGE (YEAR(happened)) (PARTITION old VALUES LESS THAN (2026), PARTITION new VALUES LESS THAN MAXVALUE);
INSERT INTO parts VALUES (1, '2025-01-01'), (2, '2026-06-01');

CREATE TABLE parent (id INT PRIMARY KEY);
CREATE TABLE a_child (id INT PRIMARY KEY, parent INT, self INT, FOREIGN KEY (parent) REFERENCES parent (id), FOREIGN KEY (self) REFERENCES a_child (id));
INSERT INTO parent VALUES (1);
INSERT INTO a_child VALUES (1, 1, 1);

CREATE TABLE in_myisam (id INT PRIMARY KEY, t TEXT, FULLTEXT (t)) ENGINE = MyISAM;
INSERT INTO in_myisam VALUES (1, 'not transactional');
CREATE TABLE in_aria (id INT PRIMARY KEY) ENGINE = Aria;
INSERT INTO in_aria VALUES (1);

CREATE TABLE many (id INT PRIMARY KEY AUTO_INCREMENT, t VARCHAR(100), KEY (t)) AUTO_INCREMENT = 5000;
INSERT INTO many (id, t) SELECT seq, CONCAT('row ', SHA1(seq)) FROM seq_1_to_3000;
INSERT INTO many (id, t) VALUES (9000, 'leaves a gap');

CREATE TABLE log (at INT, what VARCHAR(100));

CREATE SEQUENCE numbering START WITH 100 INCREMENT BY 10;
DO NEXTVAL(numbering);

CREATE VIEW a_view_on_view AS SELECT 1 AS id, 'x' AS t;
CREATE VIEW plain_view AS SELECT id, t FROM plain WHERE id < 5;
CREATE OR REPLACE VIEW a_view_on_view AS SELECT id, UPPER(t) AS t FROM plain_view;
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW \`view with \`\`tick\` AS SELECT \`col\`\`umn\` FROM \`back\`\`tick "quoted" 'name'\`;

DELIMITER //
CREATE TRIGGER before_plain BEFORE INSERT ON plain FOR EACH ROW
BEGIN
  -- Dump completed
  SET NEW.t = COALESCE(NEW.t, 'CREATE TABLE');
END//
CREATE TRIGGER \`second on plain\` AFTER INSERT ON plain FOR EACH ROW BEGIN INSERT INTO log VALUES (NEW.id, 'inserted; really'); END//
CREATE TRIGGER after_plain AFTER DELETE ON plain FOR EACH ROW INSERT INTO log VALUES (OLD.id, 'gone')//
CREATE PROCEDURE treacherous(IN a INT, OUT b INT)
BEGIN
  /* the lines below stand alone on purpose */
  SELECT '
-- Dump completed on 2026-01-01  0:00:00
CREATE TABLE \`ghost\` (
CREATE VIEW ghost_view AS
' INTO @text;
  SET b = a + 1;
END//
CREATE PROCEDURE \`pro \`\`cedure\`() COMMENT 'it''s; odd' SELECT 1//
CREATE FUNCTION twice(a INT) RETURNS INT DETERMINISTIC RETURN a * 2//
CREATE FUNCTION \`füñction\`() RETURNS VARCHAR(20) CHARSET utf8mb4 DETERMINISTIC RETURN 'ünï🐎;'//
CREATE EVENT cleaning ON SCHEDULE EVERY 1 DAY STARTS '2026-01-01 03:00:00' DISABLE COMMENT 'it''s; odd' DO BEGIN DELETE FROM log WHERE at < 0; END//
CREATE EVENT \`odd event\` ON SCHEDULE EVERY 1 WEEK STARTS '2026-01-01 03:00:00' DISABLE DO INSERT INTO log VALUES (1, '
-- Dump completed
')//
DELIMITER ;
`

/** What `awkwardDatabaseSql` makes, by kind, each list sorted by bytes. */
export const awkwardContent = {
  tables: [
    '-leading-dash',
    '50%25 off',
    'CREATE TABLE',
    'UPPER',
    'a_child',
    'back`tick "quoted" \'name\'',
    'binaries',
    'dot.ted',
    'empty_table',
    'in_aria',
    'in_myisam',
    'log',
    'many',
    'numbers',
    'parent',
    'parts',
    'plain',
    'select',
    'times',
    'two  words',
    'ünïcödé_表',
  ],
  sequences: ['numbering'],
  views: ['a_view_on_view', 'plain_view', 'view with `tick'],
  triggers: ['after_plain', 'before_plain', 'second on plain'],
  routines: ['function füñction', 'function twice', 'procedure pro `cedure', 'procedure treacherous'],
  events: ['cleaning', 'odd event'],
} as const
