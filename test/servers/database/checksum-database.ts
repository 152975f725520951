type Sql = (text: string, database?: string) => Promise<string>

/**
 * Everything in a database as lines of text: every definition with its definer, SQL mode and character sets, and
 * `CHECKSUM TABLE` for every table. Two databases are equal exactly when these lists are; their names do not matter.
 * `sql` must be root's.
 */
export async function checksumDatabase(
  sql: Sql,
  name: string,
  flavor: 'mariadb' | 'mysql' = 'mariadb',
): Promise<string[]> {
  const schema = `'${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const rows = async (query: string) => (await sql(query, name)).split('\n').filter(line => line !== '')
  const tables = await rows(
    `SELECT TABLE_TYPE, HEX(TABLE_NAME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema} ORDER BY HEX(TABLE_NAME)`,
  )
  const lines = await rows(
    `SELECT 'database', DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${schema}`,
  )
  const found = await rows(uncountedTables[flavor].replace('?', () => schema))
  const uncounted = new Map(found.map(line => [line.split('\t')[0] ?? '', quotedNames(line.split('\t')[1] ?? '')]))
  for (const row of tables) {
    const [kind, hex = ''] = row.split('\t')
    const quoted = quotedName(hex)
    if (kind === 'BASE TABLE') {
      const listed = uncounted.get(hex)
      const content =
        listed === undefined ? `CHECKSUM TABLE ${quoted} EXTENDED` : `SELECT ${listed} FROM ${quoted} ORDER BY 1`
      lines.push(...(await rows(`SHOW CREATE TABLE ${quoted}; ${content};`)))
    }
    if (kind === 'SEQUENCE') lines.push(...(await rows(`SHOW CREATE SEQUENCE ${quoted}; SELECT * FROM ${quoted};`)))
  }
  for (const query of [...definitions, ...definitionsOf[flavor]])
    lines.push(...(await rows(query.replace('?', () => schema))))
  if (flavor === 'mysql') lines.push(...(await shownObjects(rows, schema)))
  const prefix = `${name}.`
  const qualifier = `\`${name.replaceAll('`', '``')}\`.`
  return lines.map(line => {
    const plain = line.startsWith(prefix) ? line.slice(prefix.length) : line
    return plain.replaceAll(qualifier, '')
  })
}

/**
 * Tables whose check sums say nothing, with their columns: MariaDB's versions count virtual columns differently, and MySQL counts
 * the hidden columns of an index over an expression, whose bytes are by chance.
 */
const uncountedTables = {
  mariadb: `SELECT HEX(TABLE_NAME), GROUP_CONCAT(HEX(COLUMN_NAME) ORDER BY ORDINAL_POSITION) FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = ? GROUP BY 1 HAVING SUM(EXTRA LIKE '%VIRTUAL%') > 0`,
  mysql: `SELECT HEX(c.TABLE_NAME), GROUP_CONCAT(HEX(c.COLUMN_NAME) ORDER BY c.ORDINAL_POSITION) FROM information_schema.COLUMNS c
    JOIN (SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME FROM information_schema.STATISTICS WHERE EXPRESSION IS NOT NULL) s USING (TABLE_SCHEMA, TABLE_NAME)
    WHERE c.TABLE_SCHEMA = ? GROUP BY 1`,
} as const

function quotedNames(hex: string): string {
  return hex.split(',').map(quotedName).join(', ')
}

function quotedName(hex: string): string {
  return `\`${Buffer.from(hex, 'hex').toString('utf8').replaceAll('`', '``')}\``
}

/** Routines, triggers and events as MySQL shows them: its information_schema has question marks for emoji. */
async function shownObjects(rows: (query: string) => Promise<string[]>, schema: string): Promise<string[]> {
  const names = await rows(
    `SELECT ROUTINE_TYPE AS kind, HEX(ROUTINE_NAME) AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${schema}
     UNION ALL SELECT 'TRIGGER', HEX(TRIGGER_NAME) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${schema}
     UNION ALL SELECT 'EVENT', HEX(EVENT_NAME) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${schema} ORDER BY kind, name`,
  )
  const lines: string[] = []
  for (const each of names) {
    const [kind, hex = ''] = each.split('\t')
    const shown = await rows(`SHOW CREATE ${kind} ${quotedName(hex)}`)
    // The last column of a trigger is the time of its creation.
    lines.push(...(kind === 'TRIGGER' ? shown.map(line => line.slice(0, line.lastIndexOf('\t'))) : shown))
  }
  return lines
}

/** Times of creation and change are left out: they differ after a restore. */
const definitions = [
  `SELECT 'view', TABLE_NAME, VIEW_DEFINITION, CHECK_OPTION, DEFINER, SECURITY_TYPE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION
   FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`,
  `SELECT 'trigger', TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER, ACTION_STATEMENT, SQL_MODE, DEFINER,
     CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
   FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ? ORDER BY TRIGGER_NAME`,
  `SELECT 'routine', ROUTINE_TYPE, ROUTINE_NAME, DTD_IDENTIFIER, ROUTINE_DEFINITION, IS_DETERMINISTIC, SQL_DATA_ACCESS, SECURITY_TYPE,
     SQL_MODE, ROUTINE_COMMENT, DEFINER, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
   FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ? ORDER BY ROUTINE_TYPE, ROUTINE_NAME`,
  `SELECT 'parameter', ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION, PARAMETER_MODE, PARAMETER_NAME, DTD_IDENTIFIER
   FROM information_schema.PARAMETERS WHERE SPECIFIC_SCHEMA = ? ORDER BY ROUTINE_TYPE, SPECIFIC_NAME, ORDINAL_POSITION`,
  `SELECT 'event', EVENT_NAME, EVENT_DEFINITION, EVENT_TYPE, EXECUTE_AT, INTERVAL_VALUE, INTERVAL_FIELD, SQL_MODE, STARTS, ENDS, STATUS,
     ON_COMPLETION, EVENT_COMMENT, DEFINER, TIME_ZONE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION, DATABASE_COLLATION
   FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ? ORDER BY EVENT_NAME`,
] as const

const definitionsOf = {
  mariadb: [
    `SELECT 'algorithm', TABLE_NAME, ALGORITHM FROM information_schema.VIEWS WHERE TABLE_SCHEMA = ? ORDER BY TABLE_NAME`,
    // information_schema shows bodies in three-byte UTF-8, emoji as question marks; these tables have them whole.
    `SELECT 'body', type, name, HEX(body) FROM mysql.proc WHERE db = ? ORDER BY type, name`,
    `SELECT 'body', 'event', name, HEX(body) FROM mysql.event WHERE db = ? ORDER BY name`,
  ],
  mysql: [],
} as const
