import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type CacheService, startCacheService } from './cache-service'

// Each test starts processes that compile themselves first.
jest.setTimeout(60_000)

/** The real `@actions/cache`, in a process of its own, against a service that speaks as GitHub's does. */
describe('baselineCache', () => {
  let folder: string
  let service: CacheService
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baseline-cache-'))
    await mkdir(join(folder, 'temp'))
    await mkdir(join(folder, 'workspace'))
    service = await startCacheService()
  })
  afterEach(async () => {
    await service.close()
    await rm(folder, { recursive: true })
  })

  it('gives a later run what the newest one saved, and leaves no file behind', async () => {
    expect(await run('load')).toMatchObject(quiet('null'))
    expect(await run('save', 'first')).toMatchObject(quiet())
    expect(await run('save', 'second')).toMatchObject(quiet())
    expect(await run('load')).toMatchObject(quiet('"second"'))
    expect(service.keys).toEqual([
      expect.stringMatching(/^make-a-backup-baseline-site-123-1-\d+$/),
      expect.stringMatching(/^make-a-backup-baseline-site-123-1-\d+$/),
    ])
    expect(await readdir(join(folder, 'temp'))).not.toContain('make-a-backup-baseline')
  })

  it('keeps sites apart', async () => {
    await run('save', 'mine', { SCOPE: 'one' })
    expect(await run('load', '', { SCOPE: 'on' })).toMatchObject(quiet('null'))
    expect(await run('load', '', { SCOPE: 'one' })).toMatchObject(quiet('"mine"'))
  })

  it('knows nothing and says so in the debug log alone, where there is no cache service', async () => {
    const bare = { ACTIONS_RESULTS_URL: '' }
    const load = await run('load', '', bare)
    expect(load).toMatchObject(quiet('null'))
    expect(load.output).toMatch(/^::debug::The baseline could not be read .*no cache service/m)
    expect(await run('save', 'x', bare)).toMatchObject(quiet())
  })

  it('does nothing without a folder to work in', async () => {
    await run('save', 'x')
    expect(await run('load', '', { RUNNER_TEMP: '' })).toMatchObject(quiet('null'))
  })

  it('makes no annotation of a service that fails or never answers, and does not wait for it', async () => {
    for (const mood of ['broken', 'silent'] as const) {
      service.mood = mood
      expect(await run('load', '', { LIMIT_MS: '2000' })).toMatchObject(quiet('null'))
      expect(await run('save', 'x', { LIMIT_MS: '2000' })).toMatchObject(quiet())
    }
    expect(service.keys).toEqual([])
  })

  it('makes no annotation when the token may not write', async () => {
    expect(await run('save', 'x', { ACTIONS_CACHE_MODE: 'read' })).toMatchObject(quiet())
    expect(service.keys).toEqual([])
  })

  it('shows a download that is no archive as a debug line, not as a warning', async () => {
    await run('save', 'x')
    service.spoil()
    const load = await run('load')
    expect(load).toMatchObject(quiet('null'))
    expect(load.output).toMatch(/^::debug::warning: Failed to restore/m)
  })

  /** Nothing printed but the result and the last line of the program: libraries are not heard. */
  function quiet(result?: string) {
    const lines = result === undefined ? [] : [result]
    return { status: 0, seen: [...lines, '::warning::The last word.', ''].join('\n') }
  }

  async function run(command: 'load' | 'save', value = '', variables: Record<string, string> = {}) {
    const program = join(__dirname, 'baseline-cache-program.ts')
    const hooks = join(__dirname, 'plain-typescript.mjs')
    const process_ = spawn(
      process.execPath,
      ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--import', hooks, program, command, value],
      {
        cwd: join(__dirname, '../../../..'),
        env: {
          PATH: process.env['PATH'],
          RUNNER_TEMP: join(folder, 'temp'),
          GITHUB_WORKSPACE: join(folder, 'workspace'),
          ACTIONS_CACHE_SERVICE_V2: 'true',
          ACTIONS_RESULTS_URL: service.url,
          ACTIONS_RUNTIME_TOKEN: 'a.b.c',
          ...variables,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    const [output, [status]] = await Promise.all([text(process_.stdout), once(process_, 'close')])
    return { status, output, seen: output.replace(/^::(debug|add-mask)::.*\n/gm, '') }
  }
})
