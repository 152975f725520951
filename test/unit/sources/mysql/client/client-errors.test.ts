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
