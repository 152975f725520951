type Sql = (text: string, database?: string) => Promise<string>

/**
 * Everything in a MariaDB database as lines of text: every definition with its definer, SQL mode and character sets,
 * and `CHECKSUM TABLE` for every table. Two databases are equal exactly when these lists are; their names do not
 * matter. `sql` must be root's.
 */
export async function checksumDatabase(sql: Sql, name: string): Promise<string[]> {
  const schema = `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const rows = async (query: string) => (await sql(query, name)).split('\n').filter(line => line !== '')
  const tables = await rows(
    `SELECT TABLE_TYPE, HEX(TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema} ORDER BY HEX(TABLE_NAME)`,
  )
  const lines = await rows(
    `SELECT 'database', DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${schema}`,
  )
  for (const row of tables) {
    const [kind, hex = ''] = row.split('\t')
    const quoted = `\`${Buffer.from(hex, 'hex').toString('utf8').replaceAll('`', '``')}\``
    if (kind === 'BASE TABLE')
      lines.push(...(await rows(`SHOW CREATE TABLE ${quoted}; CHECKSUM TABLE ${quoted} EXTENDED;`)))
    if (kind === 'SEQUENCE') lines.push(...(await rows(`SHOW CREATE SEQUENCE ${quoted}; SELECT * FROM ${quoted};`)))
  }
  for (const query of definitions) lines.push(...(await rows(query.replace('?', () => schema))))
  const prefix = `${name}.`
  const qualifier = `\`${name.replaceAll('`', '``')}\`.`
  return lines.map(line => {
    const plain = line.startsWith(prefix) ? line.slice(prefix.length) : line
    return plain.replaceAll(qualifier, '')
  })
}

/** Times of creation and change are left out: they differ after a restore. */
const definitions = [
  `SELECT 'view', TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, ALGORITHM
   FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`,
  `SELECT 'trigger', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE, DEFINER,
     CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
   FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY TRIGGER_NAME`,
  `SELECT 'routine', ROUTINE_TYPE, ROUTINE_NAME, DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE,
     SQL_MODE, ROUTINE_COMMENT, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
   FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? ORDER BY ROUTINE_TYPE, ROUTINE_NAME`,
  // information_schema shows bodies in three-byte UTF-8, emoji as question marks; these tables have them whole.
  `SELECT 'body', type, name, body FROM mysql.proc WHERE db = ? ORDER BY type, name`,
  `SELECT 'body', 'event', name, body FROM mysql.event WHERE db = ? ORDER BY name`,
  `SELECT 'parameter', ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER
   FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = ? ORDER BY ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION`,
  `SELECT 'event', EVENT_NAME, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, STARTS, ENDS, STATUS,
     ON_COMPLETION, EVENT_COMMENT, DEFINER, TIME_ZONE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
   FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY EVENT_NAME`,
] as const
