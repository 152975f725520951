#!/bin/sh
# The inventory: facts for a backup, tab-separated, one per line. Names in the database are hexadecimal, so
# that no name can look like something else.

job_inventory() {
  system=$(sed -n 's/^PRETTY_NAME="\{0,1\}\([^"]*\).*/\1/p' /etc/os-release 2>/dev/null)
  printf 'os\t%s\n' "${system:-$(uname -sr)}"
  case $compression in
    zstd) command -v zstd >/dev/null || missing_tool zstd ;;
    gzip) command -v pigz >/dev/null || command -v gzip >/dev/null || missing_tool gzip ;;
  esac
  if [ -n "$paths" ]; then list_files; fi
  if [ -n "$everything$databases" ]; then list_databases; fi
}

list_files() {
  command -v rsync >/dev/null || missing_tool rsync
  command -v tar >/dev/null || missing_tool tar
  printf 'rsync\t%s\n' "$(rsync --version 2>/dev/null | head -n 1)"
  printf 'tar\t%s\n' "$(tar --version 2>/dev/null | head -n 1)"
  for_each "$paths" report_path
  if command -v php >/dev/null; then
    printf 'php\t%s\t%s\n' "$(php -v </dev/null 2>/dev/null | head -n 1)" \
      "$(php -m </dev/null 2>/dev/null | grep -v -e '^\[' -e '^$' | sort -u | tr '\n' ',')"
  fi
}

report_path() {
  if [ ! -e "$1" ]; then
    state=missing
  elif [ ! -d "$1" ]; then
    state=not-a-folder
  elif [ ! -r "$1" ] || [ ! -x "$1" ]; then
    state=unreadable
  elif [ -z "$(first_entry "$1")" ]; then
    state=empty
  else
    state=present
  fi
  printf 'path\t%s\t%s\n' "$state" "$1"
}

report_system() {
  describe_system
  printf 'system\t%s\n' "$REPLY"
}

# report_tool WHAT NAME…: reports the version line of the first tool that exists.
report_tool() {
  what=$1
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null || continue
    printf 'tool\t%s\t%s\n' "$what" "$("$tool" --version </dev/null 2>/dev/null | own_name)"
    return
  done
}

# The first line, without the folder that newer MariaDB tools print before their name.
own_name() { sed -n '1s|^/[^ ]*/||;1p'; }

list_databases() {
  find_tools
  printf 'dump-tool\t%s\n' "$("$dumper" --version 2>/dev/null | own_name)"
  # Not every dump tool has these.
  "$dumper" --help 2>/dev/null | sed -n -e 's/^.*--\(ignore-table-data\|init-command\)=.*/feature\t\1/p' -e 's/^.*--\(dump-history\) .*/feature\t\1/p'
  if [ -z "$options" ]; then
    # Options in ~/.my.cnf on the server could leave something out of the dump. Names only: values may be
    # secrets.
    "$dumper" --print-defaults 2>/dev/null | tr ' ' "$nl" | sed -n "s/^--\([A-Za-z_-]*\).*/default$tab\1/p"
  fi
  choose_databases
  # A trait, and asked for here: MariaDB opens every table for it, and for the sizes.
  encrypted=''
  [ -z "$traits" ] || encrypted=", UPPER(CREATE_OPTIONS) REGEXP 'ENCRYPT(ED|ION).?=.?(Y|1)'"
  with_values argument run_sql "
    SELECT 'server', HEX(VERSION()), HEX(@@version_comment);
    SELECT 'user', HEX(CURRENT_USER());
    SHOW VARIABLES LIKE 'partial\_revokes';
    SELECT 'row-limit', @make_a_backup_row_limit;
    SELECT 'visible', HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA;
    SELECT 'database', HEX(SCHEMA_NAME), DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME
      FROM information_schema.SCHEMATA WHERE SCHEMA_NAME $REPLY;
    SELECT 'table', HEX(TABLE_SCHEMA), HEX(TABLE_NAME), TABLE_TYPE, IFNULL(ENGINE, ''), IFNULL(DATA_LENGTH, 0) + IFNULL(INDEX_LENGTH, 0)$encrypted
      FROM information_schema.TABLES WHERE TABLE_SCHEMA $REPLY;
    SELECT 'trigger', HEX(TRIGGER_SCHEMA), HEX(TRIGGER_NAME), HEX(EVENT_OBJECT_TABLE)
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY;
    SELECT 'routine', HEX(ROUTINE_SCHEMA), HEX(ROUTINE_NAME), ROUTINE_TYPE, ROUTINE_DEFINITION IS NOT NULL
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY;
    SELECT 'event', HEX(EVENT_SCHEMA), HEX(EVENT_NAME)
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY;
    SELECT 'ambiguous', HEX(ROUTINE_SCHEMA), ROUTINE_TYPE, HEX(ROUTINE_NAME)
      FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY AND ROUTINE_DEFINITION REGEXP $ambiguous;
    SELECT 'ambiguous', HEX(TRIGGER_SCHEMA), 'TRIGGER', HEX(TRIGGER_NAME)
      FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY AND ACTION_STATEMENT REGEXP $ambiguous;
    SELECT 'ambiguous', HEX(EVENT_SCHEMA), 'EVENT', HEX(EVENT_NAME)
      FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY AND EVENT_DEFINITION REGEXP $ambiguous;
    SELECT DISTINCT 'definer', HEX(TABLE_SCHEMA), HEX(DEFINER) FROM information_schema.VIEWS WHERE TABLE_SCHEMA $REPLY;
    SELECT DISTINCT 'definer', HEX(TRIGGER_SCHEMA), HEX(DEFINER) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA $REPLY;
    SELECT DISTINCT 'definer', HEX(ROUTINE_SCHEMA), HEX(DEFINER) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA $REPLY;
    SELECT DISTINCT 'definer', HEX(EVENT_SCHEMA), HEX(DEFINER) FROM information_schema.EVENTS WHERE EVENT_SCHEMA $REPLY;" &&
    list_grants
  status=$?
  if [ "$status" = 0 ]; then
    [ -n "$flavor" ] || find_flavor
    [ "$flavor" != mysql ] || list_libraries
    [ "$(product_of "$dumper")" = "$flavor" ] || list_unwritable || status=$?
  fi
  [ "$status" != 0 ] || list_accounts
  [ -z "$traits" ] || list_traits
  report_sql_status inventory "$status"
}

# Code in other languages, which only MySQL has since 9.
list_libraries() {
  with_values argument run_sql "
    SELECT 'routine', HEX(LIBRARY_SCHEMA), HEX(LIBRARY_NAME), 'LIBRARY', LIBRARY_DEFINITION IS NOT NULL
      FROM information_schema.LIBRARIES WHERE LIBRARY_SCHEMA $REPLY;" 2>/dev/null
}

# What the dump tool of the other product writes so that it cannot be read, or not at all.
list_unwritable() {
  case $flavor in
    mysql) unwritable="EXTRA REGEXP '(VIRTUAL|STORED) GENERATED'" ;;
    *) unwritable="COLUMN_DEFAULT REGEXP '(nextval|lastval|setval)[(]'" ;;
  esac
  with_values argument run_sql "
    SELECT DISTINCT 'remark', HEX(TABLE_SCHEMA), 'unwritable', 'TABLE', HEX(TABLE_NAME), ''
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA $REPLY AND (DATA_TYPE = 'vector' OR $unwritable);"
}

# Whose rights there are, from tables that hold no password. What this login may not read is passed over, and so
# is what only the other product has: after the word `accounts-seen` a table was read.
list_accounts() {
  with_values argument run_all_sql "
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), '', '', '', CONCAT_WS(',',
      IF(Select_priv = 'Y', 'SELECT', NULL), IF(Insert_priv = 'Y', 'INSERT', NULL),
      IF(Update_priv = 'Y', 'UPDATE', NULL), IF(Delete_priv = 'Y', 'DELETE', NULL),
      IF(Create_priv = 'Y', 'CREATE', NULL), IF(Drop_priv = 'Y', 'DROP', NULL),
      IF(References_priv = 'Y', 'REFERENCES', NULL), IF(Index_priv = 'Y', 'INDEX', NULL),
      IF(Alter_priv = 'Y', 'ALTER', NULL), IF(Create_tmp_table_priv = 'Y', 'CREATE TEMPORARY TABLES', NULL),
      IF(Lock_tables_priv = 'Y', 'LOCK TABLES', NULL), IF(Create_view_priv = 'Y', 'CREATE VIEW', NULL),
      IF(Show_view_priv = 'Y', 'SHOW VIEW', NULL), IF(Create_routine_priv = 'Y', 'CREATE ROUTINE', NULL),
      IF(Alter_routine_priv = 'Y', 'ALTER ROUTINE', NULL), IF(Execute_priv = 'Y', 'EXECUTE', NULL),
      IF(Event_priv = 'Y', 'EVENT', NULL), IF(Trigger_priv = 'Y', 'TRIGGER', NULL),
      IF(Grant_priv = 'Y', 'GRANT', NULL))
      FROM mysql.db;
    SELECT DISTINCT 'accounts-seen', 'db' FROM (SELECT COUNT(*) FROM mysql.db) AS seen;
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), 'TABLE', HEX(Table_name), '', Table_priv FROM mysql.tables_priv WHERE Table_priv != '';
    SELECT DISTINCT 'accounts-seen', 'tables_priv' FROM (SELECT COUNT(*) FROM mysql.tables_priv) AS seen;
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), 'TABLE', HEX(Table_name), HEX(Column_name), Column_priv FROM mysql.columns_priv;
    SELECT DISTINCT 'accounts-seen', 'columns_priv' FROM (SELECT COUNT(*) FROM mysql.columns_priv) AS seen;
    SELECT 'right', HEX(Db), HEX(User), HEX(Host), Routine_type, HEX(Routine_name), '', Proc_priv FROM mysql.procs_priv
      WHERE Routine_type IN ('PROCEDURE', 'FUNCTION', 'PACKAGE', 'PACKAGE BODY');
    SELECT DISTINCT 'accounts-seen', 'procs_priv' FROM (SELECT COUNT(*) FROM mysql.procs_priv) AS seen;
    SELECT 'role', HEX(Role), '', HEX(User), HEX(Host) FROM mysql.roles_mapping;
    SELECT DISTINCT 'accounts-seen', 'roles_mapping' FROM (SELECT COUNT(*) FROM mysql.roles_mapping) AS seen;
    SELECT 'role', HEX(FROM_USER), HEX(FROM_HOST), HEX(TO_USER), HEX(TO_HOST) FROM mysql.role_edges;
    SELECT DISTINCT 'accounts-seen', 'role_edges' FROM (SELECT COUNT(*) FROM mysql.role_edges) AS seen;
    SELECT 'default-role', HEX(DEFAULT_ROLE_USER), HEX(DEFAULT_ROLE_HOST), HEX(USER), HEX(HOST) FROM mysql.default_roles;
    SELECT DISTINCT 'accounts-seen', 'default_roles' FROM (SELECT COUNT(*) FROM mysql.default_roles) AS seen;
    SELECT 'default-role', HEX(default_role), '', HEX(User), HEX(Host) FROM mysql.user WHERE default_role != '' AND is_role = 'N';
    SELECT 'plugin', HEX(User), HEX(Host), HEX(plugin) FROM mysql.user WHERE plugin IN ('unix_socket', 'auth_socket');
    SELECT 'global', HEX(GRANTEE), GROUP_CONCAT(PRIVILEGE_TYPE), MAX(IS_GRANTABLE) FROM information_schema.USER_PRIVILEGES
      WHERE PRIVILEGE_TYPE IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'REFERENCES', 'INDEX', 'ALTER',
        'CREATE TEMPORARY TABLES', 'LOCK TABLES', 'CREATE VIEW', 'SHOW VIEW', 'CREATE ROUTINE', 'ALTER ROUTINE', 'EXECUTE',
        'EVENT', 'TRIGGER') GROUP BY GRANTEE;" 2>/dev/null
  return 0
}

# Code that the client and the server read differently: a comment that begins with -- and a control character,
# and a line that begins with the command of the client. A restore makes no such object.
ambiguous="CONCAT('--[', CHAR(1 USING utf8mb4), '-', CHAR(8 USING utf8mb4), CHAR(14 USING utf8mb4), '-', CHAR(31 USING utf8mb4),
  CHAR(127 USING utf8mb4), ']|(^|', CHAR(10 USING utf8mb4), ')[Dd][Ee][Ll][Ii][Mm][Ii][Tt][Ee][Rr]')"

# The chosen schemas: REPLY is the end of an SQL condition.
choose_databases() {
  if [ -n "$everything" ]; then
    REPLY="NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')"
    return
  fi
  REPLY=''
  for_each "$databases" add_schema
  REPLY="IN ($REPLY)"
}

add_schema() {
  case $1 in *[!0-9A-F]*) problem bad-request database ;; esac
  REPLY="$REPLY${REPLY:+, }_utf8 x'$1'"
}

# The grants of the login, as one hexadecimal word. MariaDB shows the password hash there: it is removed.
list_grants() {
  grants=$(with_values argument run_sql "SET SESSION sql_mode = '', sql_quote_show_create = 1; SHOW GRANTS;") || return
  printf 'grants\t%s\n' "$(printf '%s\n' "$grants" | sed 's/ IDENTIFIED .*//' | od -An -v -tx1 | tr -d ' \n')"
}
