import { type FakeGitHub, startFakeGitHub } from '../../../servers/fake-github'
import { openSite } from '../stage/a-site'
import { jsonIn } from '../stage/bucket'
import { aStage, type Stage } from '../stage/stage'

/** Some hours; a whole week with `npm run week`. */
const hours = Number(process.env['MAKE_A_BACKUP_HOURS'] ?? '2')

let stage: Stage
let github: FakeGitHub
beforeAll(async () => {
  stage = await aStage()
  await openSite(stage)
  github = await startFakeGitHub('acme/shop', 'a token')
})
afterAll(async () => {
  await github?.close()
  await stage?.leave()
})

/** What a crontab does. */
async function dispatch(): Promise<void> {
  const url = `${github.apiUrl}/repos/acme/shop/actions/workflows/backup.yml/dispatches`
  const headers = { authorization: 'Bearer a token' }
  const { status } = await fetch(url, { method: 'POST', headers, body: '{"ref":"main"}' })
  expect(status).toBe(204)
}

const every = { 'min-interval': '50m' }
const minuteMs = 60_000

/** As the group of the workflow has it: one run after the other. Returns how many took a recovery point. */
async function runDispatched(): Promise<number> {
  let taken = 0
  for (const workflow of github.dispatched.splice(0)) {
    expect(workflow).toBe('backup.yml')
    // The action asks this first.
    if ((await stage.recent(every)) === undefined) {
      expect((await stage.backup(every)).error).toBeUndefined()
      taken += stage.jobs().length > 1 ? 1 : 0
    }
    stage.advance(20_000)
  }
  return taken
}

describe('two clocks outside, within the same minute, while the schedule is dead', () => {
  it(
    `take one recovery point in each of ${hours} hours, and no run is red`,
    async () => {
      let nowMs = Date.parse('2026-11-23T13:05:02.120Z')
      const slots = new Set<string>()
      for (let hour = 0; hour < hours; hour++) {
        // Either clock may be late, and in some hours one of them is off.
        for (let clock = 0; clock < (hour % 5 === 3 ? 1 : 2); clock++) await dispatch()
        const before = nowMs
        expect(await runDispatched()).toBe(1)
        const slot = new Date(nowMs).toLocaleString('en-US', { weekday: 'long', timeZone: 'UTC' })
        const name = `${slot}-${String(new Date(nowMs).getUTCHours()).padStart(2, '0')}-00`
        const manifest = jsonIn(stage.store, `backups/${name}.manifest.json`) as { startedAt: string; state: string }
        expect(manifest.state).toBe('complete')
        expect(Math.abs(Date.parse(manifest.startedAt) - before)).toBeLessThan(2 * minuteMs)
        slots.add(name)
        // A run that GitHub's schedule drags into the middle of the hour finds it done.
        stage.advance(20 * minuteMs)
        if (hour % 7 === 5) await dispatch()
        expect(await runDispatched()).toBe(0)
        const spent = (hour % 5 === 3 ? 1 : 2) * 20_000 + 20 * minuteMs + (hour % 7 === 5 ? 20_000 : 0)
        stage.advance(60 * minuteMs - spent)
        nowMs += 60 * minuteMs
      }
      expect(slots.size).toBe(Math.min(hours, 168))
      expect(stage.store.keys().filter(key => key.endsWith('.manifest.json'))).toHaveLength(slots.size)
    },
    hours * 30_000,
  )
})
