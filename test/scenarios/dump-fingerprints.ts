/** Size and sha256 of the INSERT lines of one table, and how many rows they have. */
export interface RowFingerprint {
  name: string
  bytes: number
  sha256: string
  rows: number
}

/**
 * Finds the fingerprints of a dump the slow and plain way: the lines between `LOCK TABLES` and `UNLOCK TABLES` that
 * belong to an INSERT, which begins on a line of its own and ends with `);`. Tables without rows have the sha256 of
 * nothing.
 */
export function dumpFingerprints(dump: Buffer, digest: (rows: Buffer) => string): RowFingerprint[] {
  const rows = new Map<string, string>()
  let table: string | undefined
  let isInsert = false
  // Latin-1 keeps every byte as it is.
  for (const line of dump.toString('latin1').split('\n')) {
    const locked = /^LOCK TABLES `((?:[^`]|``)+)` WRITE;$/.exec(line)?.[1]
    if (locked !== undefined) {
      table = Buffer.from(locked, 'latin1').toString('utf8').replaceAll('``', '`')
      rows.set(table, '')
    }
    if (line === 'UNLOCK TABLES;') table = undefined
    if (table === undefined) continue
    if (line.startsWith('INSERT INTO `')) isInsert = true
    if (!isInsert) continue
    rows.set(table, `${rows.get(table)}${line}\n`)
    if (line.endsWith(');')) isInsert = false
  }
  return [...rows].map(([name, lines]) => {
    const bytes = Buffer.from(lines, 'latin1')
    return { name, bytes: bytes.length, sha256: digest(bytes), rows: countRows(lines) }
  })
}

/** Without heads and strings, each parenthesis that opens begins a row. */
function countRows(lines: string): number {
  const values = lines.replace(/^INSERT INTO `(?:[^`]|``)+`(?: \([^)]*\))? VALUES/gm, '')
  return values.replace(/'(?:[^'\\]|\\.)*'/gs, '').split('(').length - 1
}
