import { isGoodStatus } from '../../../../src/server/job-errors'
import type { JobReport } from '../../../../src/server/job-report'
import { explainFolderJob, folderKnowledge } from '../../../../src/sources/files/folder-errors'
import { aJobReport } from '../../server/a-job-report'

const explain = (report: Partial<JobReport>) =>
  explainFolderJob('the copy', { exit: { kind: 'code', code: 70 }, report: aJobReport(report) })

describe('the statuses of rsync and tar', () => {
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
    expect(isGoodStatus(stage, status, folderKnowledge)).toBe(isGood)
  })
})

describe('explainFolderJob', () => {
  it('names the file that rsync could not read', () => {
    const error = explain({
      statuses: new Map([['rsync', 23]]),
      messages: ['rsync: [sender] send_files failed to open "/srv/secret": Permission denied (13)'],
    })
    expect(error.message).toMatch(/srv\/secret/)
  })
})
