import { endAlarm, raiseAlarm } from '../../../../src/report/alarm/alarm'
import type { AlarmSubject } from '../../../../src/report/alarm/alarm-text'
import { githubRepository } from '../../../../src/runtime/github/issues'
import { type FakeGitHub, startFakeGitHub } from '../../../servers/fake-github'
import { recordingRuntime } from '../../recording-runtime'

let fake: FakeGitHub
beforeEach(async () => {
  fake = await startFakeGitHub('acme/shop', 'a token')
})
afterEach(() => fake.close())

const backup: AlarmSubject = { kind: 'backup', bucket: 'acme-backups', prefix: 'web1' }
const runUrl = 'https://github.com/acme/shop/actions/runs/7'
const at = (time: string) => new Date(`2026-11-23T${time}:00Z`)

function alarm(subject: AlarmSubject = backup, token = 'a token') {
  const { log, lines } = recordingRuntime()
  const access = { apiUrl: fake.apiUrl, repository: 'acme/shop', token, proxies: { direct: [] } }
  const tools = { github: githubRepository(access), log, subject }
  const news = { title: 'Backup failed: database "shopp" does not exist', safe: 'All are intact.', runUrl }
  return {
    raise: (time: string, more: { title?: string; safe?: string; lastGoodAt?: Date } = {}) =>
      raiseAlarm(tools, { ...news, workflow: '.github/workflows/backup.yml', now: at(time), ...more }),
    end: (time: string) => endAlarm(tools, { runUrl, now: at(time) }),
    warnings: () => lines.filter(({ kind }) => kind === 'warning').map(({ text }) => text),
  }
}

describe('the issue of an alarm', () => {
  it('is opened by the second failure in a row, changed by each that follows, and closed by the next good run', async () => {
    const { raise, end, warnings } = alarm()
    fake.runs = [{ conclusion: 'success', created_at: '2026-11-23T12:17:00Z' }]
    await raise('13:20')
    expect(fake.issues).toEqual([])

    fake.runs = [
      { conclusion: 'cancelled', created_at: '2026-11-23T13:40:00Z' },
      { conclusion: 'failure', created_at: '2026-11-23T13:17:00Z' },
      ...fake.runs,
    ]
    await raise('14:20')
    expect(fake.issues).toHaveLength(1)
    const [issue] = fake.issues
    expect(issue?.title).toBe('Backup failed: database "shopp" does not exist (web1)')
    expect(issue?.body).toMatch(/\*\*Since\*\* Mon 23 Nov 2026, 13:17 UTC, 1 h 3 m: 2 failed runs/)
    expect(issue?.body).toMatch(/\*\*Still good\*\* All are intact\.[\s\S]*closes the issue\.$/)
    expect(issue?.body).toContain(`[The run](${runUrl})`)

    for (const time of ['15:20', '16:20']) await raise(time, { title: 'Backup failed: the disk is full' })
    expect(fake.issues).toHaveLength(1)
    expect(issue?.title).toBe('Backup failed: the disk is full (web1)')
    expect(issue?.body).toMatch(/13:17 UTC, 3 h 3 m: 4 failed runs/)

    await end('17:20')
    expect(issue).toMatchObject({
      state: 'closed',
      comments: [expect.stringMatching(/The gap: 4 h 3 m, since .*13:17/)],
    })
    await end('18:20')
    expect(issue?.comments).toHaveLength(1)
    expect(warnings()).toEqual([])
  })

  it('is another one for each prefix and kind, and none of a stranger', async () => {
    fake.runs = [{ conclusion: 'failure', created_at: '2026-11-23T13:17:00Z' }]
    await alarm().raise('14:20')
    await alarm({ ...backup, prefix: 'web2' }).raise('14:21')
    await alarm({ ...backup, kind: 'verify' }).raise('14:22')
    expect(fake.issues).toHaveLength(3)
    const [issue] = fake.issues
    Object.assign(issue ?? {}, { user: { type: 'User' } })
    await alarm().raise('15:20')
    expect(fake.issues).toHaveLength(4)
    await alarm().end('16:20')
    expect(fake.issues.map(({ state }) => state)).toEqual(['open', 'open', 'open', 'closed'])
  })

  it('is opened at once by a list, since the newest good recovery point', async () => {
    const { raise } = alarm({ ...backup, kind: 'list' })
    await raise('16:20', { title: 'List failed: the newest good one is old', lastGoodAt: at('13:17') })
    expect(fake.issues[0]?.body).toMatch(/\*\*Since\*\* Mon 23 Nov 2026, 13:17 UTC, 3 h 3 m: 1 failed run/)
    expect(fake.requests.filter(each => each.includes('actions'))).toEqual([])
  })

  it('names no file and no key', async () => {
    fake.runs = [{ conclusion: 'failure', created_at: '2026-11-23T13:17:00Z' }]
    const title = 'Backup failed: "/var/www/tax 2025.pdf" cannot be read, nor /srv/a.txt: 2/3 done'
    await alarm().raise('14:20', { title, safe: 'See web1/Monday-13-00.manifest.json and ~/x/y.' })
    const text = JSON.stringify(fake.issues)
    expect(text).not.toMatch(/tax|a\.txt|y\./)
    expect(fake.issues[0]?.title).toBe('Backup failed: "…" cannot be read, nor …: 2/3 done (web1)')
  })

  it('is a warning with what to do when GitHub refuses', async () => {
    const told = async (path: RegExp, status: number, headers?: Record<string, string>) => {
      const { raise, warnings } = alarm()
      fake.refuse = { path, status, ...(headers && { headers }) }
      await raise('14:20')
      return warnings().join('\n')
    }
    const limits = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Date.parse('2026-11-23T14:00:00Z') / 1000),
    }
    expect(await told(/^issues/, 403, limits)).toMatch(/rate limit .* until 2026-11-23T14:00:00.000Z/)
    expect(await told(/^issues/, 429)).toMatch(/rate limit/)
    expect(await told(/^issues/, 403)).toMatch(
      /may not write its issues.*\n*.*permissions:\n {2}issues: write\n {2}actions: read/,
    )
    expect(await told(/^issues/, 410)).toMatch(/no issues.*settings/)
    expect(await told(/^issues/, 500)).toMatch(/answered 500/)
    expect(fake.issues).toEqual([])
    expect(await told(/^actions/, 403)).toMatch(/may not read its runs/)
    expect(fake.issues).toHaveLength(1)
    fake.refuse = undefined
    const stranger = alarm(backup, 'another token')
    await stranger.end('15:20')
    expect(stranger.warnings().join()).toMatch(/does not know the token/)
    await fake.close()
    const alone = alarm()
    await alone.raise('16:20')
    expect(alone.warnings().join()).toMatch(/gave no answer: ECONNREFUSED/)
    fake = await startFakeGitHub('acme/shop', 'a token')
  })
})
