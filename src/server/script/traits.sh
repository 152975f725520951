#!/bin/sh
# What of the chosen databases a new server may refuse or change, and the settings that the old one had: from its
# metadata, whatever their number. What this login may not see, or this server does not have, is passed over.

list_traits() {
  with_values argument run_all_sql "
    SELECT 'trait', HEX(r.CONSTRAINT_SCHEMA), 'loose-foreign-keys', HEX(r.TABLE_NAME), HEX(CONCAT(r.TABLE_NAME, '.', r.CONSTRAINT_NAME)), ''
      FROM information_schema.REFERENTIAL_CONSTRAINTS r
      WHERE r.CONSTRAINT_SCHEMA $REPLY AND VERSION() NOT LIKE '%MariaDB%' AND (r.UNIQUE_CONSTRAINT_NAME IS NULL OR
        (SELECT COUNT(*) FROM information_schema.KEY_COLUMN_USAGE k WHERE k.TABLE_SCHEMA = r.CONSTRAINT_SCHEMA
          AND k.TABLE_NAME = r.TABLE_NAME AND k.CONSTRAINT_NAME = r.CONSTRAINT_NAME) !=
        (SELECT COUNT(*) FROM information_schema.KEY_COLUMN_USAGE k WHERE k.TABLE_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA
          AND k.TABLE_NAME = r.REFERENCED_TABLE_NAME AND k.CONSTRAINT_NAME = r.UNIQUE_CONSTRAINT_NAME))
        AND EXISTS (SELECT 1 FROM information_schema.TABLES p WHERE p.TABLE_SCHEMA = r.UNIQUE_CONSTRAINT_SCHEMA
          AND p.TABLE_NAME = r.REFERENCED_TABLE_NAME);
    SELECT 'trait', HEX(t.TABLE_SCHEMA), 'no-primary-key', HEX(t.TABLE_NAME), HEX(t.TABLE_NAME), ''
      FROM information_schema.TABLES t LEFT JOIN information_schema.TABLE_CONSTRAINTS c
        ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME AND c.CONSTRAINT_TYPE = 'PRIMARY KEY'
      WHERE t.TABLE_SCHEMA $REPLY AND t.TABLE_TYPE = 'BASE TABLE' AND VERSION() NOT LIKE '%MariaDB%' AND c.CONSTRAINT_NAME IS NULL;
    SELECT 'trait', HEX(TABLE_SCHEMA), IF(DATA_TYPE = 'float', 'float-columns', 'undefined-bytes'), HEX(TABLE_NAME),
        HEX(CONCAT(TABLE_NAME, '.', COLUMN_NAME, IF(DATA_TYPE = 'float', '', CONCAT(' (', CHARACTER_SET_NAME, ')')))), ''
      FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA $REPLY AND ((DATA_TYPE = 'float' AND (NUMERIC_SCALE IS NULL OR NUMERIC_PRECISION > 6)) OR CHARACTER_SET_NAME IN ($holed_sets)
        OR (CHARACTER_SET_NAME = 'ascii' AND VERSION() LIKE '%MariaDB%'));
    SELECT 'trait', HEX(g.TABLE_SCHEMA), 'zoned-columns', HEX(g.TABLE_NAME), HEX(CONCAT(g.TABLE_NAME, '.', g.COLUMN_NAME)), ''
      FROM information_schema.COLUMNS g JOIN information_schema.COLUMNS c USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE g.TABLE_SCHEMA $REPLY AND VERSION() NOT LIKE '%MariaDB%' AND g.EXTRA LIKE '%STORED GENERATED%' AND c.DATA_TYPE = 'timestamp'
        AND INSTR(g.GENERATION_EXPRESSION, CONCAT(CHAR(96), c.COLUMN_NAME, CHAR(96))) > 0;
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'unsafe-functions', '', HEX(ROUTINE_NAME), ''
      FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA $REPLY AND ROUTINE_TYPE = 'FUNCTION' AND IS_DETERMINISTIC = 'NO'
        AND SQL_DATA_ACCESS NOT IN ('NO SQL', 'READS SQL DATA');
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'mangled-names', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME)), ''
      FROM information_schema.ROUTINES
      WHERE ROUTINE_SCHEMA $REPLY AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%'
        AND (VERSION() NOT LIKE '%MariaDB%' AND LENGTH(ROUTINE_NAME) != CHAR_LENGTH(ROUTINE_NAME)
          OR LENGTH(ROUTINE_COMMENT) != CHAR_LENGTH(ROUTINE_COMMENT));
    SELECT 'trait', HEX(EVENT_SCHEMA), 'mangled-names', '', HEX(CONCAT('event ', EVENT_NAME)), ''
      FROM information_schema.EVENTS
      WHERE EVENT_SCHEMA $REPLY AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%'
        AND LENGTH(CONCAT(EVENT_NAME, EVENT_COMMENT)) != CHAR_LENGTH(CONCAT(EVENT_NAME, EVENT_COMMENT));
    SELECT 'trait', HEX(TRIGGER_SCHEMA), 'mangled-names', HEX(EVENT_OBJECT_TABLE), HEX(CONCAT('trigger ', TRIGGER_NAME)), ''
      FROM information_schema.TRIGGERS
      WHERE TRIGGER_SCHEMA $REPLY AND VERSION() NOT LIKE '%MariaDB%' AND CHARACTER_SET_CLIENT NOT LIKE 'utf8%'
        AND LENGTH(CONCAT(TRIGGER_NAME, EVENT_OBJECT_TABLE)) != CHAR_LENGTH(CONCAT(TRIGGER_NAME, EVENT_OBJECT_TABLE));
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'converted-code', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(EVENT_SCHEMA), 'converted-code', '', HEX(CONCAT('event ', EVENT_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(TRIGGER_SCHEMA), 'converted-code', HEX(EVENT_OBJECT_TABLE), HEX(CONCAT('trigger ', TRIGGER_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(TABLE_SCHEMA), 'converted-code', '', HEX(CONCAT('view ', TABLE_NAME, ' (', CHARACTER_SET_CLIENT, ')')), ''
      FROM information_schema.VIEWS WHERE TABLE_SCHEMA $REPLY AND CHARACTER_SET_CLIENT IN ($backslash_sets);
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'comment-ends', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME)), ''
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY AND $is_joined AND ROUTINE_BODY = 'SQL' AND SUBSTRING_INDEX(ROUTINE_DEFINITION, CHAR(10), -1) $is_comment;
    SELECT 'trait', HEX(EVENT_SCHEMA), 'comment-ends', '', HEX(CONCAT('event ', EVENT_NAME)), ''
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND $is_joined AND SUBSTRING_INDEX(EVENT_DEFINITION, CHAR(10), -1) $is_comment;
    SELECT 'trait', HEX(TRIGGER_SCHEMA), 'comment-ends', HEX(EVENT_OBJECT_TABLE), HEX(CONCAT('trigger ', TRIGGER_NAME)), ''
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY AND $is_joined AND SUBSTRING_INDEX(ACTION_STATEMENT, CHAR(10), -1) $is_comment;
    SELECT 'trait', HEX(v.s), 'foreign-views', '', HEX(CONCAT('view ', v.n, ' (', v.d, ')')), '' FROM (
      SELECT TABLE_SCHEMA s, TABLE_NAME n, SUBSTRING_INDEX(SUBSTRING_INDEX(
          REGEXP_SUBSTR(REPLACE(VIEW_DEFINITION, CONCAT(CHAR(96), TABLE_SCHEMA, CHAR(96), '.'), ''), $foreign_name), CHAR(96), 2), CHAR(96), -1) d
        FROM information_schema.VIEWS WHERE TABLE_SCHEMA $REPLY) v
      WHERE v.d != '' AND NOT (v.d $REPLY) AND v.d NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys');
    SELECT 'trait', HEX(CONSTRAINT_SCHEMA), 'foreign-references', HEX(TABLE_NAME), HEX(CONCAT(TABLE_NAME, '.', CONSTRAINT_NAME, ' (', UNIQUE_CONSTRAINT_SCHEMA, ')')), ''
      FROM information_schema.REFERENTIAL_CONSTRAINTS
      WHERE CONSTRAINT_SCHEMA $REPLY AND UNIQUE_CONSTRAINT_SCHEMA != CONSTRAINT_SCHEMA AND NOT (UNIQUE_CONSTRAINT_SCHEMA $REPLY);
    SELECT 'trait', HEX(ROUTINE_SCHEMA), 'foreign-libraries', '', HEX(CONCAT(LOWER(ROUTINE_TYPE), ' ', ROUTINE_NAME, ' (', LIBRARY_SCHEMA, ')')), ''
      FROM information_schema.ROUTINE_LIBRARIES WHERE ROUTINE_SCHEMA $REPLY AND NOT (LIBRARY_SCHEMA $REPLY);
    SELECT DISTINCT 'trait', HEX(EVENT_SCHEMA), 'named-time-zones', '', HEX(TIME_ZONE), ''
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND TIME_ZONE NOT REGEXP '^(SYSTEM|[+-])';
    SELECT DISTINCT 'trait', HEX(c.TABLE_SCHEMA), 'reference-systems', HEX(c.TABLE_NAME), HEX(CAST(s.SRS_ID AS CHAR)),
        HEX(CONCAT('CREATE OR REPLACE SPATIAL REFERENCE SYSTEM ', s.SRS_ID, ' NAME ', QUOTE(s.SRS_NAME),
          IF(s.ORGANIZATION IS NULL, '', CONCAT(' ORGANIZATION ', QUOTE(s.ORGANIZATION), ' IDENTIFIED BY ', s.ORGANIZATION_COORDSYS_ID)),
          ' DEFINITION ', QUOTE(s.DEFINITION), IF(s.DESCRIPTION IS NULL, '', CONCAT(' DESCRIPTION ', QUOTE(s.DESCRIPTION)))))
      FROM information_schema.COLUMNS c JOIN information_schema.ST_SPATIAL_REFERENCE_SYSTEMS s ON s.SRS_ID = c.SRS_ID
      WHERE c.TABLE_SCHEMA $REPLY AND s.SRS_ID != 0 AND NOT (s.ORGANIZATION <=> 'EPSG' AND s.SRS_ID <= 32767);
    SELECT DISTINCT 'trait', HEX(SUBSTRING_INDEX(t.NAME, '/', 1)), 'tablespaces', '', HEX(s.NAME), ''
      FROM information_schema.INNODB_TABLES t JOIN information_schema.INNODB_TABLESPACES s ON s.SPACE = t.SPACE
      WHERE t.SPACE_TYPE = 'General' AND SUBSTRING_INDEX(t.NAME, '/', 1) $REPLY;
    SELECT 'trait', HEX(c.TABLE_SCHEMA), 'wide-rows', HEX(c.TABLE_NAME), HEX(c.TABLE_NAME), ''
      FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
      WHERE c.TABLE_SCHEMA $REPLY AND t.ENGINE = 'InnoDB' AND t.ROW_FORMAT != 'Compressed' AND c.EXTRA NOT LIKE '%VIRTUAL%'
        AND VERSION() NOT LIKE '%MariaDB%'
      GROUP BY c.TABLE_SCHEMA, c.TABLE_NAME HAVING 18 + CEIL(SUM(c.IS_NULLABLE = 'YES') / 8) + SUM($stored_bytes) >= 8126;" 2>/dev/null
  with_values argument run_sql "SHOW GLOBAL VARIABLES WHERE Variable_name IN ($recorded_settings);" 2>/dev/null | sed "s/^/setting$tab/"
  return 0
}

# In these a character may end with the byte of a backslash.
backslash_sets="'big5', 'cp932', 'gb18030', 'gbk', 'sjis'"

# The dump tools of MySQL and of old MariaDB put the delimiter on the last line of a text. Whether that line has a comment
# outside of quotes.
is_joined="(VERSION() NOT LIKE '%MariaDB%' OR VERSION() REGEXP '^(5|10[.][0-5])[.]')"
is_comment="REGEXP '^([^''\"\`#-]|-[^-]|''[^'']*''|\"[^\"]*\"|\`[^\`]*\`)*(--([[:space:]]|\$)|#)'"

# A database in front of a joined table, a called function or a used sequence.
foreign_name="CONCAT('((from|join) [(]*|val[(])', CHAR(96), '[^', CHAR(96), ']+', CHAR(96), '[.]', CHAR(96),
  '|', CHAR(96), '[^', CHAR(96), ']+', CHAR(96), '[.]', CHAR(96), '[^', CHAR(96), ']+', CHAR(96), '[(]')"

# Sets of one byte with bytes that are no character: a dump has a question mark for them. (MySQL refuses such bytes for ascii.)
holed_sets="'dec8', 'hp8', 'swe7', 'hebrew', 'tis620', 'greek', 'cp1250', 'armscii8', 'cp1251', 'cp1256', 'cp1257', 'geostd8'"

# What a column takes at most of its page, with its length, as MySQL counts it (dict_index_too_big_for_tree).
local_bytes="IF(t.ROW_FORMAT = 'Dynamic', 40, 788)"
stored_bytes="CASE
    WHEN c.DATA_TYPE IN ('char', 'binary') AND c.CHARACTER_OCTET_LENGTH = c.CHARACTER_MAXIMUM_LENGTH THEN c.CHARACTER_OCTET_LENGTH
    WHEN c.DATA_TYPE IN ('char', 'varchar', 'varbinary') AND c.CHARACTER_OCTET_LENGTH < $local_bytes
      THEN c.CHARACTER_OCTET_LENGTH + IF(c.CHARACTER_OCTET_LENGTH < 256, 1, 2)
    WHEN c.DATA_TYPE IN ('tinyint', 'year') THEN 1
    WHEN c.DATA_TYPE = 'smallint' THEN 2
    WHEN c.DATA_TYPE IN ('mediumint', 'date') THEN 3
    WHEN c.DATA_TYPE IN ('int', 'float') THEN 4
    WHEN c.DATA_TYPE IN ('bigint', 'double') THEN 8
    WHEN c.DATA_TYPE = 'datetime' THEN 5 + CEIL(c.DATETIME_PRECISION / 2)
    WHEN c.DATA_TYPE = 'timestamp' THEN 4 + CEIL(c.DATETIME_PRECISION / 2)
    WHEN c.DATA_TYPE = 'time' THEN 3 + CEIL(c.DATETIME_PRECISION / 2)
    WHEN c.DATA_TYPE = 'decimal' THEN FLOOR((c.NUMERIC_PRECISION - c.NUMERIC_SCALE) / 9) * 4 + CEIL((c.NUMERIC_PRECISION - c.NUMERIC_SCALE) % 9 / 2)
      + FLOOR(c.NUMERIC_SCALE / 9) * 4 + CEIL(c.NUMERIC_SCALE % 9 / 2)
    WHEN c.DATA_TYPE = 'bit' THEN CEIL(c.NUMERIC_PRECISION / 8)
    WHEN c.DATA_TYPE IN ('enum', 'set') THEN 1
    ELSE $local_bytes + 1 END"

recorded_settings="'sql_mode', 'innodb_page_size', 'innodb_default_row_format', 'innodb_strict_mode', 'innodb_file_per_table',
  'lower_case_table_names', 'max_allowed_packet', 'log_bin_trust_function_creators', 'explicit_defaults_for_timestamp',
  'character_set_server', 'collation_server', 'default_storage_engine', 'event_scheduler', 'sql_require_primary_key',
  'sql_generate_invisible_primary_key', 'restrict_fk_on_non_standard_key', 'ft_min_word_len', 'innodb_ft_min_token_size',
  'ngram_token_size', 'group_concat_max_len', 'time_zone', 'default_week_format', 'div_precision_increment', 'lc_time_names',
  'block_encryption_mode', 'authentication_policy', 'default_authentication_plugin'"
