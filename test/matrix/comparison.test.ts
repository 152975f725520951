import type { GoodBackup } from '../scenarios/good-backup'
import { expectRefused, expectRestored } from '../scenarios/restore/restore-run'
import { expectProven, onServers, onWays, type ServerUnderTest } from './servers'

/** No other database of a test has it. */
const marker = 'a text that one client changes'

/** Values that come back written otherwise, and are the same; and rows to change. */
function contentOf({ flavor }: ServerUnderTest): string {
  const opaque = `INSERT INTO audit VALUES
    (11, JSON_OBJECT('price', 7.70, 'date', CAST('2026-02-28' AS DATE), 'time', CAST('-11:12:13.5' AS TIME(1)), 'at', CAST('2026-02-28 10:00:00.25' AS DATETIME(6)))),
    (12, JSON_OBJECT('price', 0.00, 'blob', CAST('a"b' AS BINARY), 'bits', b'101', 'year', CAST(2019 AS YEAR))),
    (13, JSON_OBJECT('price', 1.0, 'many', JSON_ARRAY(CAST('12345678901234567890.123456789' AS DECIMAL(40, 9)), CAST('100000000000000000000' AS DECIMAL(30, 0)),
      18446744073709551615, -9223372036854775808, 1e300, 5e-324, -0e0, 0.1e0, CAST(52.520008 AS FLOAT), 1e0 / 3, CAST('-1.50' AS DECIMAL(5, 2)))));`
  return `
CREATE TABLE orders (id INT PRIMARY KEY, price DECIMAL(10, 2));
CREATE TABLE audit (id INT PRIMARY KEY, doc JSON);
CREATE TRIGGER orders_audit AFTER INSERT ON orders FOR EACH ROW INSERT INTO audit VALUES (NEW.id, JSON_OBJECT('id', NEW.id, 'price', NEW.price));
INSERT INTO orders VALUES (1, 19.90), (2, 5.00);
${flavor === 'mysql' ? opaque : ''}
CREATE TABLE numbers (id INT PRIMARY KEY, f FLOAT, d DOUBLE, z INT ZEROFILL, b BIT(9));
INSERT INTO numbers VALUES (1, -0e0, -0e0, 42, b'101010101'), (2, 52.520008, 1e20, 0, b'0'), (3, 1.5, 0.1, 7, b'1');
CREATE TABLE notes (id INT PRIMARY KEY, note TEXT, born DATE);
SET sql_mode = 'ALLOW_INVALID_DATES';
INSERT INTO notes VALUES (1, '${marker}', '2026-02-31'), (2, 'it''s "x" \\\\ 🐘', '0000-00-00');`
}

/** Everything in a database, compared by other means than this project's; what is written otherwise as what it is worth. */
async function worthOf(server: ServerUnderTest, database: string): Promise<string[]> {
  const lines = await server.contents(database)
  const rows = await server.sql(
    `SELECT id, JSON_EXTRACT(doc, '$.price') + 0e0, JSON_EXTRACT(doc, '$.date'), JSON_EXTRACT(doc, '$.blob') FROM audit ORDER BY id;
     SELECT id, ROUND(f, 2) + 0, d = 0, d + 1, z + 0, b + 0 FROM numbers ORDER BY id; SELECT * FROM notes ORDER BY id;`,
    database,
  )
  return [...lines.filter(line => !/^(audit|numbers)\t\d+$/.test(line)), ...rows.split('\n')]
}

/** From here on imports on the server bring another text than the dump has. */
async function changeImports({ flavor, shell }: ServerUnderTest): Promise<void> {
  const client = flavor === 'mysql' ? 'mysql' : 'mariadb'
  const program = `#!/bin/bash
case "$*" in *--binary-mode*) set -o pipefail; sed 's/${marker}/another text/' | /usr/bin/${client} "$@"; exit ;; esac
exec /usr/bin/${client} "$@"`
  await shell(`cat > /usr/local/bin/${client}; chmod 755 /usr/local/bin/${client}`, program)
}

async function restoreImports({ shell }: ServerUnderTest): Promise<void> {
  await shell('rm -f /usr/local/bin/mysql /usr/local/bin/mariadb')
}

function compares(source: ServerUnderTest, target: ServerUnderTest): void {
  let database: string
  let backup: GoodBackup
  let worth: string[]
  const shown = 'written differently, with equal values: '

  beforeAll(async () => {
    database = await source.database(contentOf(source))
    worth = await worthOf(source, database)
    backup = await source.backup({ databases: database })
  })
  afterEach(() => restoreImports(target))

  it('takes values that come back written otherwise for equal: in a drill, where nothing was, and over what is there', async () => {
    const drill = await target.drill(backup.run.bucket)
    expectProven(drill)
    if (source.flavor === 'mysql') expect(drill.main?.log.join('\n')).toContain(shown)
    await target.sql(`DROP DATABASE IF EXISTS ${database}`)
    for (const inputs of [{}, target.overwriting]) {
      const restored = await target.restore(backup.run.bucket, inputs)
      expectRestored(restored)
      expect(restored.main?.outputs['differences']).toBe('[]')
      expect(restored.main?.summary).toContain('with every row of the dump')
      expect(await worthOf(target, database)).toEqual(worth)
    }
  })

  it('finds a row that changed, undoes the import, and puts back values that come back written otherwise', async () => {
    await target.sql(`UPDATE notes SET note = 'live'; INSERT INTO orders VALUES (3, 7.70)`, database)
    await target.sql('INSERT INTO numbers VALUES (4, -0e0, -0e0, 1, 0)', database)
    const live = await worthOf(target, database)
    await changeImports(target)
    const changed =
      /differs from its dump: table "notes" has other values in 1 of 2 rows in column "note"; the first is row 1/
    const drill = await target.drill(backup.run.bucket)
    expect(drill.main?.log.join('\n')).toMatch(changed)
    expect(drill.main?.outputs['status']).toBe('failed')
    const refused = await target.restore(backup.run.bucket, target.overwriting)
    expectRefused(refused, [
      changed,
      /is what it was before, restored from \S+ and compared/,
      /"accept-differences: true"/,
    ])
    expect(await worthOf(target, database)).toEqual(live)
    const kept = await target.restore(backup.run.bucket, { ...target.overwriting, 'accept-differences': 'true' })
    expectRestored(kept)
    expect(JSON.parse(kept.main?.outputs['differences'] ?? '')).toEqual([
      expect.objectContaining({
        ...{
          database,
          target: database,
          table: 'notes',
          rows: 2,
          restoredRows: 2,
          otherRows: 1,
          firstRow: 1,
          columns: ['note'],
        },
      }),
    ])
    expect(await target.sql('SELECT note FROM notes WHERE id = 1', database)).toBe('another text\n')
  })
}

onServers('a comparison', server => compares(server, server))
onWays('a comparison', compares)
