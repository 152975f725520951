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
    expect(error).toMatchObject({ advice: expect.stringContaining('setfacl') })
  })

  it.each([
    [
      'a full disk',
      'rsync: [receiver] mkstemp "/m/srv/.a.x" failed: No space left on device (28)',
      /writing the mirror failed.* The disk of \/m\/srv\/\.a\.x on the server is full/,
      /df -h .*df -i.*"mirror-dir"/,
    ],
    [
      'a quota',
      'rsync: [receiver] write failed on "/m/a": Disk quota exceeded (122)',
      /has used up its quota on the disk of \/m\/a/,
      /quota -s/,
    ],
    [
      'a damaged disk',
      'rsync: [receiver] mkdir "/m/a" failed: Read-only file system (30)',
      /mounted read-only/,
      /dmesg/,
    ],
    [
      'a protected mirror',
      'rsync: [generator] recv_generator: mkdir "/m/a" failed: Operation not permitted (1)',
      /may not change something in the mirror.*"\/m\/a"/,
      /chattr -R -i/,
    ],
    [
      'a path that is too long',
      'filename overflows max-path len by 137: /srv/a/a',
      /too long to be copied.*\/srv\/a\/a/,
      /4,095.*"exclude"/,
    ],
  ])('says that it is %s, although rsync calls it files that were not transferred', (_, message, what, advice) => {
    const error = explain({ statuses: new Map([['rsync', 23]]), messages: ['file has vanished: "/x"', message] })
    expect(error.message).toMatch(what)
    expect(error).toMatchObject({ advice: expect.stringMatching(advice) })
  })

  it.each([
    ['inodes', /has no inodes left/, /df -i \/home\/'a b'|df -i '\/home\/a b'/],
    ['space', /is full/, /df -h/],
    ['quota', /quota/, /quota -s/],
    ['read-only', /read-only/, /dmesg/],
  ])('calls a disk without %s so', (lack, what, advice) => {
    const error = explain({ problem: { code: 'disk-full', detail: `${lack} /home/a b` } })
    expect(error.message).toMatch(what)
    expect(error.message).toContain('/home/a b')
    expect(error).toMatchObject({ advice: expect.stringMatching(advice) })
  })

  it('names the run that holds a lock, and the command for one that nobody holds', () => {
    const error = explain({ problem: { code: 'busy', detail: '/home/a b/lock\tacme/shop run 1' } })
    expect(error.message).toBe('Another run holds the lock on the server: acme/shop run 1.')
    expect(error).toMatchObject({ advice: expect.stringContaining("rm -rf '/home/a b/lock'") })
  })
})
