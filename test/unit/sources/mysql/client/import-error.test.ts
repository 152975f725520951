import fc from 'fast-check'
import { type ActionError, FailureError, UserError } from '../../../../../src/runtime/errors'
import type { JobReport } from '../../../../../src/server/job-report'
import { importError } from '../../../../../src/sources/mysql/client/import-error'
import type { RemoteExit } from '../../../../../src/ssh/remote'
import { aJobReport } from '../../../server/a-job-report'

const name = 'the import into database "shop"'

interface Case {
  messages: readonly string[]
  statuses?: JobReport['statuses']
  exit?: RemoteExit
  where?: (line: number) => string | undefined
}

/** The error of an import whose client printed this and ended with status 1. */
function explain({ messages, statuses, exit, where = () => undefined }: Case): ActionError {
  const error = importError(
    name,
    {
      exit: exit ?? { kind: 'code', code: 70 },
      report: aJobReport({
        statuses:
          statuses ??
          new Map([
            ['decompression', 141],
            ['import', 1],
          ]),
        messages: [...messages],
      }),
    },
    where,
  )
  if (error instanceof UserError || error instanceof FailureError) return error
  throw error
}

const everythingTold = ({ message, advice, safe, detail }: ActionError) =>
  [message, advice ?? '', safe ?? '', ...detail].join('\n')

describe('importError', () => {
  it('tells the number, the line, and what stands there', () => {
    const error = explain({
      messages: ["ERROR 1062 (23000) at line 812: Duplicate entry 'joe@example.com' for key 'email'"],
      where: line => (line === 812 ? 'the rows of table "customers"' : undefined),
    })
    expect(error.message).toBe(
      'The import into database "shop" failed at line 812, the rows of table "customers": two rows have the same unique key (error 1062).',
    )
    expect(error.detail).toEqual(['ERROR 1062 at line 812: two rows have the same unique key'])
  })

  it.each([
    [
      "ERROR 1273 (HY000) at line 40: Unknown collation: 'utf8mb4_0900_ai_ci'",
      "failed at line 40: Unknown collation: 'utf8mb4_0900_ai_ci' (error 1273).",
    ],
    [
      'ERROR 1227 (42000) at line 9: Access denied; you need (at least one of) the SUPER, SET USER privilege(s) for this operation',
      'the SUPER, SET USER privilege(s) for this operation (error 1227).',
    ],
    [
      "ERROR 1406 (22001) at line 7: Data too long for column 'title' at row 3",
      "Data too long for column 'title' at row 3 (error 1406).",
    ],
    [
      "ERROR 1231 (42000) at line 70: Variable 'sql_mode' can't be set to the value of 'NO_AUTO_CREATE_USER'",
      "can't be set to the value of 'NO_AUTO_CREATE_USER' (error 1231).",
    ],
    ['ERROR 2006 (HY000) at line 81: MySQL server has gone away', 'MySQL server has gone away (error 2006).'],
    [
      'ERROR 1114 (HY000) at line 81: The table `orders` is full',
      'failed at line 81: The table `orders` is full (error 1114).',
    ],
    ["ERROR at line 1: Unknown command '\\-'.", "failed at line 1: Unknown command '\\-'."],
    [
      "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)",
      "failed: Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2) (error 2002).",
    ],
  ])('keeps the text of errors that quote names alone: %s', (line, end) => {
    const error = explain({ messages: [line] })
    expect(error.message.startsWith('The import into database "shop" failed')).toBe(true)
    expect(error.message.endsWith(end)).toBe(true)
  })

  it.each([
    [1044, /GRANT ALL ON/],
    [1062, /wrote into the database during the import/],
    [1064, /another flavour or a newer version/],
    [1114, /disk space/],
    [1153, /max_allowed_packet/],
    [1227, /a right on the whole server, for which the dump of one database has no use/],
    [1231, /another flavour or a newer version/],
    [1273, /character set or collation/],
    [1286, /storage engine/],
    [1290, /read-only/],
    [1418, /log_bin_trust_function_creators=ON/],
    [1419, /log_bin_trust_function_creators=ON/],
    [1449, /DEFINER/],
    [1698, /mysql-user/],
    [1836, /read-only/],
    [2002, /mysql-socket/],
    [2013, /restarted or ran out of memory/],
    [3546, /GTID_PURGED/],
    [3750, /sql_require_primary_key=OFF/],
  ])('says what to do about error %i', (code, advice) => {
    const error = explain({ messages: [`ERROR ${code} (HY000) at line 5: whatever`] })
    expect(error).toBeInstanceOf(UserError)
    expect(error.advice).toMatch(advice)
  })

  it('blames no user for an error that it knows no fix for', () => {
    const error = explain({ messages: ["ERROR 1366 (22007) at line 5: Incorrect string value: 'x'"] })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.advice).toMatch(/Another run ends in the same way/)
    expect(error.message).toMatch(/at line 5: a value does not fit the type of its column \(error 1366\)\.$/)
  })

  it('withholds the text of errors that it does not know', () => {
    const error = explain({ messages: ['ERROR 9999 (HY000) at line 5: joe bought shoes'] })
    expect(error.message).toMatch(/the text of the error is withheld.* \(error 9999\)\.$/)
  })

  it('shows what the tools around the client said, and warnings of the client never', () => {
    const error = explain({
      messages: [
        'mysql: [Warning] joe is in the row.',
        'sh: 1: zstd: not found',
        'ERROR 1114 (HY000) at line 81: The table `orders` is full',
      ],
    })
    expect(error.detail).toEqual([
      'sh: 1: zstd: not found',
      'ERROR 1114 at line 81: The table `orders` is full',
      '(1 line of the client withheld: they may quote rows)',
    ])
  })

  it('names an option that the client does not know, without its value', () => {
    const error = explain({
      messages: ["mariadb: unknown variable 'pasword=hunter22'"],
      statuses: new Map([['import', 7]]),
    })
    expect(error.message).toMatch(/ended with status 7 during the import.*unknown variable 'pasword…'/)
    expect(everythingTold(error)).not.toContain('hunter22')
  })

  it('blames what cut the SQL off, not the statement that it cut', () => {
    const error = explain({
      messages: [
        'gzip: stdin: unexpected end of file',
        "ERROR 1064 (42000) at line 9: You have an error in your SQL syntax; … near ''joe",
      ],
      statuses: new Map([
        ['decompression', 1],
        ['import', 1],
      ]),
    })
    expect(error.message).toMatch(/^The decompressor ended with status 1 .*gzip: stdin: unexpected end of file/)
    expect(everythingTold(error)).not.toContain('joe')
  })

  it('tells a client that was killed, and a link that died, as such', () => {
    expect(explain({ messages: [], statuses: new Map([['import', 137]]) }).message).toMatch(/signal 9/)
    const lost = explain({ messages: [], statuses: new Map(), exit: { kind: 'lost', reason: 'no answer' } })
    expect(lost.message).toMatch(/connection to the server broke during the import .*no answer/)
  })

  it('believes no error in a client that prints its statements', () => {
    const error = explain({
      messages: [
        '--------------',
        "insert into t values ('one",
        'ERROR 1146 (42S02) at line 3: joe',
        "')",
        '--------------',
        "ERROR 1062 (23000) at line 4: Duplicate entry 'one",
        'ERROR 1146 (42S02) at line 3: joe',
        "' for key 'PRIMARY'",
      ],
    })
    expect(everythingTold(error)).not.toMatch(/joe|1146|one/)
    expect(error.detail).toEqual(['(8 lines of the client withheld: they may quote rows)'])
  })

  it('believes no error when the first lines may be lost', () => {
    const messages = Array.from({ length: 200 }, () => 'ERROR 1146 (42S02) at line 3: joe')
    expect(everythingTold(explain({ messages }))).not.toMatch(/joe|1146/)
  })
})

describe('importError, about a row', () => {
  /** As the servers and the clients word them; `…` stands for the value. */
  const texts = [
    "ERROR 1062 (23000) at line 4: Duplicate entry '…' for key 'PRIMARY'",
    "ERROR 1062 (23000) at line 4: Duplicate entry '…-…' for key 'orders.PRIMARY'",
    "ERROR 1064 (42000) at line 4: You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version for the right syntax to use near '…' at line 1",
    "ERROR 1136 (21S01) at line 4: … Column count doesn't match value count at row 1",
    "ERROR 1292 (22007) at line 4: Incorrect date value: '…' for column `a`.`t`.`d` at row 1",
    "ERROR 1292 (22007) at line 4: Truncated incorrect DOUBLE value: '…'",
    "ERROR 1366 (22007) at line 4: Incorrect integer value: '…' for column `a`.`t`.`n` at row 1",
    "ERROR 1366 (HY000) at line 4: Incorrect string value: '…' for column 'name' at row 1",
    "ERROR 1411 (HY000) at line 4: Incorrect datetime value: '…' for function str_to_date",
    'ERROR 1416 (22003) at line 4: Cannot get geometry object from data you send to the GEOMETRY field …',
    'ERROR 1526 (HY000) at line 4: Table has no partition for value …',
    'ERROR 1644 (45000) at line 4: …',
    "ERROR 1690 (22003) at line 4: BIGINT UNSIGNED value is out of range in '(`a`.`t`.`n` - …)'",
    'ERROR 3140 (22032) at line 4: Invalid JSON text: "…" at position 0 in value for column \'t.j\'.',
    "ERROR 3819 (HY000) at line 4: Check constraint '…' is violated.",
    'ERROR 4025 (23000) at line 4: CONSTRAINT `t.…` failed for `a`.`t`',
    "ERROR at line 4: Unknown command '\\…'.",
    "ERROR 3988 (HY000) at line 4: Conversion from collation utf8mb4 impossible for parameter … '…'",
    "ERROR 1062 (23000) at line 4 in file: 'x': Duplicate entry '…'",
    '…',
  ]
  /** What could make a value look like something of the client's, or end a quotation. */
  const tricks = [
    ...["'", '"', '`', "''", '\n', '\r\n', ': ', '\nERROR 1146 (42S02) at line 3: ', '\nERROR 1044: ', ''],
    ...['\nsh: ', '\ngzip: stdin: ', '\n/bin/sh: ', "\nmysql: unknown option '", '\n--------------\n', '\\', 'ERROR '],
  ]
  const secret = 'joe-4711'
  const value = fc
    .array(fc.oneof(fc.constantFrom(...tricks), fc.constant(secret), fc.string({ maxLength: 5, unit: 'grapheme' })), {
      minLength: 1,
      maxLength: 8,
    })
    .map(parts => `${parts.join('')}${secret}`)

  it('shows nothing of its values, whatever they are', () => {
    const warnings = fc.constantFrom([], ['sh: 1: nice: not found'], ['mysql: [Warning] Using a password.'])
    fc.assert(
      fc.property(fc.constantFrom(...texts), value, warnings, (text, held, before) => {
        const printed = text.replaceAll('…', () => held)
        const lines = printed.split(/\r?\n/).filter(line => line.trim() !== '')
        // A text that begins with a value is none of the client's, unless it has an error before it.
        const messages = text === '…' ? ['ERROR 1062 (23000) at line 4: x', ...lines] : lines
        expect(everythingTold(explain({ messages: [...before, ...messages] }))).not.toContain(secret)
      }),
      { numRuns: 2_000 },
    )
  })

  it('names the number and the line of the error nevertheless', () => {
    fc.assert(
      fc.property(fc.constantFrom(...texts.slice(0, 16)), value, (text, held) => {
        const messages = text
          .replaceAll('…', () => held.replaceAll('--------------', ''))
          .split(/\r?\n/)
          .filter(line => line.trim() !== '')
        const [, code] = /^ERROR (\d+)/.exec(text) ?? []
        expect(explain({ messages }).message).toMatch(new RegExp(`failed at line 4: .* \\(error ${code}\\)\\.$`))
      }),
    )
  })
})
