import { FailureError, UserError } from '../../../src/runtime/errors'
import { explainFailure, isGoodStatus } from '../../../src/server/job-errors'
import type { JobReport } from '../../../src/server/job-report'
import type { RemoteExit } from '../../../src/ssh/remote'
import { aJobReport } from './a-job-report'

const code = (value: number): RemoteExit => ({ kind: 'code', code: value })
const explain = (report: Partial<JobReport>, exit: RemoteExit = code(70)) =>
  explainFailure('the dump', { exit, report: aJobReport(report) })

describe('isGoodStatus', () => {
  it.each([
    ['rsync', 0, true],
    ['rsync', 24, true],
    ['rsync', 23, false],
    ['rsync', 11, false],
    ['tar', 1, true],
    ['tar', 2, false],
    ['dump', 1, false],
    ['dump', 24, false],
    ['compression', 1, false],
  ])('takes %s %i for %s', (stage, status, isGood) => {
    expect(isGoodStatus(stage, status)).toBe(isGood)
  })
})

describe('explainFailure', () => {
  it('goes by what the script itself says before anything else', () => {
    const error = explain(
      { problem: { code: 'missing-tool', detail: 'mysqldump' } },
      { kind: 'lost', reason: 'x' },
    )
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe('mysqldump was not found on the server.')
  })

  it('goes by a bad status although the shell ended with 0', () => {
    expect(explain({ done: true, statuses: new Map([['dump', 3]]) }, code(0)).message).toMatch(
      /mysqldump ended with status 3/,
    )
  })

  it('says that a link that died without a status died', () => {
    const error = explain({}, { kind: 'lost', reason: 'the server closed it' })
    expect(error).toBeInstanceOf(FailureError)
    expect(error.message).toMatch(/connection to the server broke during the dump: the server closed it/)
  })

  it('never takes an end without the last word for success', () => {
    expect(explain({}, code(0)).message).toMatch(/without reporting success/)
  })

  it.each([
    [137, /killed on the server .*signal 9/],
    [143, /killed on the server .*signal 15/],
  ])('tells status %i as a kill', (status, expected) => {
    expect(explain({ statuses: new Map([['dump', status]]) }).message).toMatch(expected)
  })

  it.each([
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
    [
      'Got error: 1356: "View \'shop.v\' references invalid table(s)"',
      /uses a table or column that no longer exists/,
    ],
    [
      'Error 1412: Table definition has changed, please retry transaction when dumping table `t` at row: 0',
      /changed or dropped/,
    ],
    [
      'Error 2013: Lost connection to server during query when dumping table `t` at row: 5',
      /closed the connection/,
    ],
    ["unknown variable 'nonsense=1'", /does not know one of its options/],
  ])('knows what %j means', (message, meaning) => {
    const error = explain({ statuses: new Map([['dump', 2]]), messages: [message] })
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(meaning)
  })

  it('names the file that rsync could not read', () => {
    const error = explain({
      statuses: new Map([['rsync', 23]]),
      messages: ['rsync: [sender] send_files failed to open "/srv/secret": Permission denied (13)'],
    })
    expect(error.message).toMatch(/srv\/secret/)
  })
})
