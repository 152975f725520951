import fc from 'fast-check'
import type { TableFingerprint } from '../../../../../../src/repository/manifest/manifest'
import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import { mariadbDump, mysqlDump, rows, table } from '../../dumps'
import { mariadb1011, mysql80 } from '../../tool-dumps'

function fingerprints(dump: string, chunkBytes?: number): TableFingerprint[] {
  const bytes = Buffer.from(dump)
  const checking = checkDump({ rows: 'layout-free' })
  const step = chunkBytes ?? bytes.length
  for (let at = 0; at < bytes.length; at += step) checking.write(bytes.subarray(at, at + step))
  return checking.finish().tables
}

function fingerprint(inserts: string, chunkBytes?: number): TableFingerprint | undefined {
  return fingerprints(mysqlDump(table('t') + rows('t', inserts)), chunkBytes)[0]
}

const same = [
  ['on one line', "INSERT INTO `t` VALUES (1,'a;),('),(2,'(\\''),(3,NULL);\n"],
  ['a line each', "INSERT INTO `t` VALUES\n(1,'a;),('),\n(2,'(\\''),\n(3,NULL);\n"],
  [
    'a statement each',
    "INSERT INTO `t` VALUES (1,'a;),(');\nINSERT INTO `t` VALUES (2,'(\\'');\nINSERT INTO `t` VALUES (3,NULL);\n",
  ],
  ['in two statements', "INSERT INTO `t` VALUES (1,'a;),('),(2,'(\\'');\nINSERT INTO `t` VALUES\n(3,NULL);\n"],
  ['with columns', "INSERT INTO `t` (`VALUES (`, `(b),`) VALUES (1,'a;),('),(2,'(\\''),(3,NULL);\n"],
  ['as others', "REPLACE  INTO `t` VALUES (1,'a;),(');\nINSERT  IGNORE INTO `t` VALUES (2,'(\\''),\n (3,NULL);\n"],
] as const

const value = fc.oneof(
  fc.integer().map(String),
  fc.constantFrom('NULL', "'\\''", "'\\\\'", "'),('", "');\\n'", "'('", "''", "'it''s'", "_binary 'x'", '0x28', "'😀'"),
)
const tuples = fc.array(
  fc.array(value, { minLength: 1, maxLength: 3 }).map(values => `(${values.join(',')})`),
  { minLength: 1, maxLength: 12 },
)

/** Writes rows in some layout: for each, what is before it. */
function layOut(list: readonly string[], layout: readonly number[]): string {
  const lines = list.map((tuple, index) => {
    const kind = index === 0 ? 2 : (layout[index % layout.length] ?? 0)
    const before =
      [',', ',\n', 'INSERT INTO `t` VALUES ', 'INSERT INTO `t` VALUES\n', 'REPLACE INTO `t` (`a`) VALUES '][kind] ?? ','
    return (index > 0 && kind > 1 ? ';\n' : '') + before + tuple
  })
  return `${lines.join('')};\n`
}

describe('checkDump of rows without their layout', () => {
  it.each(same)('counts the rows and gives the same fingerprint, written %s', (_, inserts) => {
    const expected = fingerprint(same[0][1])
    expect(expected).toMatchObject({ rows: 3, bytes: "(1,'a;),('),(2,'(\\''),(3,NULL)".length })
    for (const chunkBytes of [1, 2, 3, 5, 50, 5000]) expect(fingerprint(inserts, chunkBytes)).toEqual(expected)
  })

  it('finds the rows of different tools equal', () => {
    const ofOrders = (dump: string) => fingerprints(dump).find(({ name }) => name === 'orders')
    expect(ofOrders(mysql80)).toMatchObject({ rows: 2 })
    expect(ofOrders(mysql80)).toEqual(ofOrders(mariadb1011))
  })

  it('gives the same fingerprint for any grouping of any rows, in any chunks', () => {
    const layout = fc.array(fc.nat(4), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(tuples, layout, fc.integer({ min: 1, max: 80 }), (list, kinds, chunkBytes) => {
        const found = fingerprint(layOut(list, kinds), chunkBytes)
        expect(found).toEqual(fingerprint(layOut(list, [0])))
        expect(found?.rows).toBe(list.length)
      }),
    )
  })

  it('gives another one when any row changes, goes, comes twice or moves', () => {
    fc.assert(
      fc.property(tuples, fc.nat(11), value, (list, number, other) => {
        const index = number % list.length
        const sha256 = (changed: string[]) => fingerprint(layOut(changed, [0]))?.sha256
        const before = sha256(list)
        const tuple = list[index] ?? ''
        expect(sha256(list.with(index, `(${other},${tuple.slice(1)}`))).not.toBe(before)
        expect(sha256([...list, tuple])).not.toBe(before)
        if (list.length > 1) expect(sha256(list.toSpliced(index, 1))).not.toBe(before)
        const [first = '', second = first] = list
        if (first !== second) expect(sha256([second, first, ...list.slice(2)])).not.toBe(before)
      }),
    )
  })

  it('tells two rows from one that looks like them', () => {
    const one = fingerprint("INSERT INTO `t` VALUES ('a),(b');\n")
    expect(fingerprint("INSERT INTO `t` VALUES ('a'),('b');\n")?.sha256).not.toBe(one?.sha256)
    expect(one?.rows).toBe(1)
  })

  it('digests rows larger than any buffer', () => {
    const long = `('${'x'.repeat(200_000)}')`
    const list = [long, '(1)', long, '(2)']
    expect(fingerprint(layOut(list, [1]), 1000)).toEqual(fingerprint(layOut(list, [0])))
  })

  it('counts none of a table without rows', () => {
    const [empty] = fingerprints(mariadbDump(table('t') + rows('t', '')))
    expect(empty).toMatchObject({ name: 't', bytes: 0, rows: 0 })
  })

  it('is asked for: a backup has its statements, to the byte', () => {
    const checking = checkDump()
    checking.write(Buffer.from(mysqlDump(table('t') + rows('t', same[0][1]))))
    expect(checking.finish().tables).toEqual([{ name: 't', bytes: same[0][1].length, sha256: expect.any(String) }])
  })
})
