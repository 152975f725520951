import { FailureError, UserError } from '../../../src/runtime/errors'
import { explainFailure } from '../../../src/server/job-errors'
import type { JobReport } from '../../../src/server/job-report'
import type { RemoteExit } from '../../../src/ssh/remote'
import { aJobReport } from './a-job-report'

const code = (value: number): RemoteExit => ({ kind: 'code', code: value })
const knowledge = { tools: new Map([['dump', { name: 'mysqldump' }]]), problems: new Map() }
const explain = (report: Partial<JobReport>, exit: RemoteExit = code(70)) =>
  explainFailure('the dump', { exit, report: aJobReport(report) }, knowledge)

describe('explainFailure', () => {
  it('goes by what the script itself says before anything else', () => {
    const error = explain(
      { problem: { code: 'missing-tool', detail: 'dump-tool ubuntu,debian mysql' } },
      { kind: 'lost', reason: 'x' },
    )
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe('mysqldump (or mariadb-dump) was not found on the server.')
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

  it('knows an expired password, which stops the commands of a login by key', () => {
    const messages = ['WARNING: Your password has expired.', 'Password change required but no TTY available.']
    const error = explain({ messages }, code(1))
    expect(error.message).toContain(
      'did not run the command for the dump (status 1): WARNING: Your password has expired.',
    )
    expect(error).toMatchObject({ advice: expect.stringContaining('chage -d "$(date +%F)" -M -1 <user>') })
  })
})
