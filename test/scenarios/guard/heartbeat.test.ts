import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { assertNoSecrets } from '../../runner/assert-no-secrets'
import type { BackupOverrides } from '../../runner/backup-run'
import type { ActionRun } from '../../runner/emulator'
import { expectRed, openScene, type Scene } from '../failure/failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

/** Runs a backup with a monitor that answers `status`; returns the run and what the monitor heard, in order. */
async function watchedRun(status: number, inputs: Record<string, string> = {}, options: BackupOverrides = {}) {
  const secret = randomUUID()
  const heard: string[] = []
  const bodies: string[] = []
  const server = createServer(async (request, answer) => {
    heard.push((request.url ?? '').replace(secret, 'secret'))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    bodies.push(Buffer.concat(chunks).toString('utf8'))
    answer.writeHead(status).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const url = `http://127.0.0.1:${port}/ping/${secret}`
  try {
    const run = await scene.run({ ...options, inputs: { 'heartbeat-url': url, ...inputs } })
    assertNoSecrets(run, [url])
    expect(shown(run)).not.toContain(secret)
    return { run, heard, bodies }
  } finally {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}

/** What anybody with access to the repository can read of a run. */
function shown({ main, post }: ActionRun): string {
  return [main, post]
    .map(step => JSON.stringify([step?.log, step?.summary, step?.outputs, step?.annotations]))
    .join('\n')
}

describe('the heartbeat', () => {
  it('tells the monitor that a run began, and that it was good', async () => {
    const { run, heard, bodies } = await watchedRun(200)
    expect(run.conclusion).toBe('success')
    expect(heard).toEqual(['/ping/secret/start', '/ping/secret'])
    expect(bodies[1]).toMatch(/running/)
  })

  it('tells it that a run failed, and why', async () => {
    const { run, heard, bodies } = await watchedRun(200, { databases: 'no_such_shop' })
    expect(run.conclusion).toBe('failure')
    expect(heard).toEqual(['/ping/secret/start', '/ping/secret/fail'])
    expect(bodies[1]).toMatch(/"no_such_shop" does not exist/)
  })

  it('is a warning and no more when the monitor refuses', async () => {
    const { run, heard } = await watchedRun(404)
    expect(run.conclusion).toBe('success')
    expect(run.main?.outputs['status']).toBe('good')
    const warnings: { code: string }[] = JSON.parse(run.main?.outputs['warnings'] ?? '[]')
    expect(warnings.map(({ code }) => code)).toContain('heartbeat-failed')
    expect(heard).toEqual(['/ping/secret/start', '/ping/secret'])
  })

  it('hears of a good backup once, though the runner has no room for outputs and summary', async () => {
    const { run, heard } = await watchedRun(200, {}, { full: ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY'] })
    expect(run.conclusion).toBe('success')
    expect(run.main?.annotations.error).toEqual([])
    expect(heard).toEqual(['/ping/secret/start', '/ping/secret'])
    const told = run.main?.annotations.warning
      .filter(({ title }) => title === 'Not written')
      .map(({ message }) => message)
    expect(told).toEqual([
      expect.stringMatching(/^The outputs could not be written.*ENOSPC.*GITHUB_OUTPUT/),
      expect.stringMatching(/^The job summary could not be written.*ENOSPC.*GITHUB_STEP_SUMMARY/),
    ])
  })

  it('hears of a failure when a killed run could not be cleaned up, and nothing is touched', async () => {
    const before = await scene.snapshot()
    const { run, heard } = await watchedRun(200, {}, { full: ['GITHUB_STATE'] })
    expectRed(run, [/^Backup failed|cannot be written: ENOSPC.*GITHUB_STATE/, /Free disk space on the runner/])
    expect(heard).toEqual(['/ping/secret/start', '/ping/secret/fail'])
    expect(await scene.snapshot()).toEqual(before)
  })

  it('hears that all is well when no recovery point is due, and of no beginning', async () => {
    const before = await scene.snapshot()
    const { run, heard, bodies } = await watchedRun(200, { 'min-interval': '50m', 'ssh-port': '1' })
    expect(run.conclusion).toBe('success')
    expect(run.main?.outputs).toMatchObject({ status: 'skipped', slot: 'running', bytes: '0', artifacts: '[]' })
    expect(run.main?.annotations).toMatchObject({
      error: [],
      warning: [],
      notice: [{ title: expect.stringMatching(/^Skipped/) }],
    })
    expect(run.main?.summary).toMatch(/^## ⏭️ Skipped: running is recent\n\nrunning is good and was taken/)
    expect(heard).toEqual(['/ping/secret'])
    expect(bodies[0]).toMatch(/^running is good and was taken .*"min-interval" is 50 m/)
    expect(await scene.snapshot()).toEqual(before)
  })

  it('is silent in a dry run', async () => {
    const { run, heard } = await watchedRun(200, { 'dry-run': 'true' })
    expect(run.conclusion).toBe('success')
    expect(heard).toEqual([])
  })
})
