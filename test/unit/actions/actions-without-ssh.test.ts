import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Each test starts a process that compiles itself first.
jest.setTimeout(60_000)

/** Real processes with the real runtime, as far as they come without a store. */
describe('an action', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'actions-'))
    for (const name of ['output', 'state', 'summary']) writeFileSync(join(folder, name), '')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  function run(action: string) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...['--conditions=import', '--import', 'tsx', join(__dirname, 'actions-without-ssh-program.ts'), action]],
      {
        encoding: 'utf8',
        env: {
          ...{ PATH: process.env['PATH'], RUNNER_TEMP: folder, TMPDIR: folder },
          GITHUB_OUTPUT: join(folder, 'output'),
          GITHUB_STATE: join(folder, 'state'),
          GITHUB_STEP_SUMMARY: join(folder, 'summary'),
          // Or tsx would keep what it has compiled in the system's temp folder.
          TSX_DISABLE_CACHE: '1',
        },
      },
    )
    return { status, stderr, annotations: stdout.match(/^::(?:error|warning|notice) .*$/gm) ?? [] }
  }

  it.each([['list', 's3-bucket', 'Nothing was changed']])(
    'tells in one annotation all that %s is not told',
    (action, input, safe) => {
      const { status, annotations } = run(action)
      expect(status).toBe(1)
      expect(annotations).toEqual([
        expect.stringMatching(new RegExp(`^::error title=.*"${input}" is required.*Still safe: ${safe}`)),
      ])
      expect(readFileSync(join(folder, 'summary'), 'utf8')).toMatch(/^## ❌ \w+ failed: /)
    },
  )

  it('has nothing to do in the post step of verify when no drill was killed', () => {
    expect(run('verify-post')).toEqual({ status: 0, stderr: '', annotations: [] })
  })
})
