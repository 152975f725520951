import { UserError } from '../../../../../src/runtime/errors'
import type { JobReport } from '../../../../../src/server/job-report'
import { explainClientJob } from '../../../../../src/sources/mysql/client/client-errors'
import { aJobReport } from '../../../server/a-job-report'

const explain = (report: Partial<JobReport>) =>
  explainClientJob('the dump', { exit: { kind: 'code', code: 70 }, report: aJobReport(report) })

describe('explainClientJob', () => {
  it.each([
    [
      "ERROR 1045 (28000): Access denied for user 'b'@'localhost' (using password: NO)",
      /refused the login, for which no password was sent/,
    ],
    [
      "mariadb-dump: Got error: 1045: \"Access denied for user 'b'@'localhost' (using password: YES)\" when trying to connect",
      /refused the login/,
    ],
    [
      "mysqldump: Got error: 1045: Access denied for user 'b'@'%' (using password: YES) when trying to connect",
      /refused the login/,
    ],
    [
      "mysqldump: Got error: 1044: Access denied for user 'b'@'%' to database 'shop' when selecting the database",
      /lacks a right/,
    ],
    [
      "mariadb-dump: Couldn't execute 'show events': Access denied for user 'b'@'%' to database 'shop' (1044)",
      /lacks a right/,
    ],
    [
      "mysqldump: Couldn't execute 'SHOW CREATE VIEW': SHOW VIEW command denied to user 'b'@'%' for table 'v' (1142)",
      /lacks a right/,
    ],
    ["Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2) 2002", /cannot be reached/],
    ['Got error: 1356: "View \'shop.v\' references invalid table(s)"', /uses a table or column that no longer exists/],
    [
      'Error 1412: Table definition has changed, please retry transaction when dumping table `t` at row: 0',
      /changed or dropped/,
    ],
    ['Error 2013: Lost connection to server during query when dumping table `t` at row: 5', /closed the connection/],
    ["unknown variable 'nonsense=1'", /does not know one of its options/],
  ])('knows what %j means', (message, meaning) => {
    const error = explain({ statuses: new Map([['dump', 2]]), messages: [message] })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(meaning)
  })
})

describe('the last error of a tool', () => {
  const denied =
    "mysqldump: Error: 'SELECT command denied to user 'b'@'localhost' for table 'column_masking_policy'' when trying to dump masking policies"

  it.each([
    [
      'mysqldump: Error 3024: Query execution was interrupted, maximum statement execution time exceeded when dumping table `orders` at row: 7',
      /longer than it allows.*Error 3024/,
    ],
    ['mysqldump: Got error: 1862: Your password has expired. when trying to connect', /password .* has expired/],
    ['mariadb-dump: Got error: 4151: "Access denied, this account is locked" when trying to connect', /is locked/],
    ['mysqldump: Got error: 1040: Too many connections when trying to connect', /no more connections/],
    [
      'mysqldump: Got error: 3032: The server is currently in offline mode when trying to connect',
      /starting, stopping/,
    ],
    ['mariadb-dump: Error 1969: Query was interrupted: execution time limit 1.000000 sec exceeded', /longer than it/],
  ])('is its cause, whatever it went on after: %s', (last, cause) => {
    const messages = [denied, 'mysqldump: [Warning] Something is deprecated.', last]
    const error = explain({ statuses: new Map([['dump', 3]]), messages })
    expect(error.message).toMatch(cause)
    expect(error.message).not.toMatch(/masking|lacks a right/)
  })

  it('is shown as it is when nothing is known about it, and not the first line', () => {
    const last = 'mysqldump: Error 1815: Internal error: 1412 rows and 2013 bytes (1146)'
    const error = explain({ statuses: new Map([['dump', 3]]), messages: [denied, '--------------', last] })
    expect(error.message).toContain(last)
    expect(error.message).not.toMatch(/changed or dropped|masking/)
  })

  it('is not a number that stands somewhere in a message', () => {
    const message = 'mysqldump: Error 1030: Got error 168 from engine when dumping table `t` at row: 1412'
    expect(explain({ statuses: new Map([['dump', 3]]), messages: [message] }).message).not.toMatch(/changed or dropped/)
  })

  it('is found below the statement that a client printed', () => {
    const messages = [
      '--------------',
      'SELECT 1',
      '--------------',
      '',
      'ERROR 1820 (HY000) at line 1: You must SET PASSWORD',
    ]
    const error = explain({ statuses: new Map([['inventory', 1]]), messages })
    expect(error.message).toMatch(/has expired/)
  })
})

describe('a setting that no option undoes', () => {
  it('is named, with the file to change', () => {
    const error = explain({ problem: { code: 'client-setting', detail: 'one-database' } })
    expect(error.message).toContain('"one-database"')
    expect((error as UserError).advice).toContain('~/.my.cnf')
  })
})
