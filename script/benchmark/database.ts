const rowsPerRound = 20_000
/** Of one row in a dump, about. */
const rowBytes = 830

/**
 * Makes the database `name` with a dump of about `bytes`: orders with text and numbers, and options with PHP's
 * serialized data, as shops have them. The server fills it by itself.
 */
export async function fillDatabase(
  sql: (text: string, database?: string) => Promise<string>,
  name: string,
  bytes: number,
): Promise<void> {
  const rows = Math.ceil(bytes / rowBytes)
  await sql(`DROP DATABASE IF EXISTS \`${name}\`; CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`)
  await sql(
    `CREATE TABLE orders (id INT PRIMARY KEY, buyer VARCHAR(64), note TEXT, meta TEXT, total DECIMAL(12,2), at DATETIME) ENGINE=InnoDB;
     CREATE TABLE words (id INT PRIMARY KEY, word VARCHAR(16));
     INSERT INTO words SELECT seq, LEFT(MD5(seq), 3 + seq % 9) FROM seq_0_to_999;`,
    name,
  )
  const word = (salt: number) => `(SELECT word FROM words WHERE id = (seq * ${salt} + FLOOR(seq / ${salt})) % 1000)`
  const sentence = (from: number) =>
    `CONCAT_WS(' ', ${Array.from({ length: 24 }, (_, index) => word(from + index * 7)).join(', ')})`
  await sql(
    `INSERT INTO orders SELECT seq, CONCAT(MD5(seq), '@example.com'), ${sentence(13)},
       CONCAT('a:3:{s:5:"items";s:56:"', SHA2(seq, 224), '";s:4:"text";s:9:"', ${sentence(11)}, '";s:4:"paid";b:1;}'),
       seq % 100000 / 100, '2026-01-01' + INTERVAL seq SECOND
     FROM seq_0_to_${rowsPerRound - 1};`,
    name,
  )
  // The text repeats, but far beyond the 32 KiB that gzip looks back.
  for (let from = rowsPerRound; from < rows; from += rowsPerRound) {
    await sql(
      `INSERT INTO orders SELECT id + ${from}, CONCAT(MD5(id + ${from}), '@example.com'), note, meta, total, at
       FROM orders WHERE id < ${Math.min(rows - from, rowsPerRound)};`,
      name,
    )
  }
}
