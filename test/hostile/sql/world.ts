import type { DatabaseUnderTest } from './database-under-test'

/** A name that hostile SQL gives to whatever it makes outside of its target. */
export const evil = 'evil'

/** Where hostile SQL writes a file, on the server. */
export const evilFile = '/tmp/make-a-backup-evil'

/**
 * What an import must not change: accounts and their rights, settings of the server, plug-ins, functions, schemas and
 * the rows of a neighbour; as text, to be compared.
 */
export function worldOf(server: DatabaseUnderTest, target: string): string {
  const isMariadb = server.sql('SELECT VERSION();').includes('MariaDB')
  const accounts = isMariadb
    ? 'SELECT Host, User, Priv FROM mysql.global_priv ORDER BY 1, 2;'
    : 'SELECT Host, User, Super_priv, Create_user_priv, authentication_string FROM mysql.user ORDER BY 1, 2; SELECT * FROM mysql.global_grants ORDER BY 1, 2, 3;'
  const text = server.sql(
    [
      accounts,
      'SELECT * FROM mysql.db ORDER BY Host, Db, User;',
      'SELECT * FROM mysql.tables_priv ORDER BY Host, Db, User, Table_name;',
      'SELECT * FROM mysql.func; SELECT PLUGIN_NAME, PLUGIN_STATUS FROM information_schema.PLUGINS ORDER BY 1;',
      `SELECT SCHEMA_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME <> '${target}' ORDER BY 1;`,
      `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA LIKE 'neighbour%' ORDER BY 1, 2;`,
      `SELECT ROUTINE_SCHEMA, ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA <> '${target}' ORDER BY 1, 2;`,
      `SELECT EVENT_SCHEMA, EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA <> '${target}' ORDER BY 1, 2;`,
      `SELECT TRIGGER_SCHEMA, TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA <> '${target}' ORDER BY 1, 2;`,
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('general_log', 'general_log_file', 'sql_mode', 'max_connections', 'event_scheduler', 'local_infile');",
      'SELECT * FROM neighbour.t ORDER BY 1;',
    ].join('\n'),
  )
  return `${text}${server.hasFile(evilFile) ? 'the file is there' : ''}`
}

/** Makes what the world holds besides the target. */
export function makeNeighbour(server: DatabaseUnderTest): void {
  server.sql('CREATE DATABASE IF NOT EXISTS neighbour; CREATE TABLE IF NOT EXISTS neighbour.t (a INT PRIMARY KEY);')
  server.sql('REPLACE INTO neighbour.t VALUES (1), (2);')
}
