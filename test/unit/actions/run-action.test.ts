import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

// Each test starts a process that compiles itself first.
jest.setTimeout(60_000)

/** Real processes with the real runtime: what is promised here is how a process ends. */
describe('runAction', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-action-'))
    for (const name of ['output', 'state', 'summary']) await writeFile(join(folder, name), '')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const written = (name: string) => readFile(join(folder, name), 'utf8')

  it('ends with 0 when the work is done, and the runtime has passed everything on', async () => {
    const { status, output } = await run('good')
    expect({ status, output }).toEqual({ status: 0, output: 'input web1\n' })
    expect(await written('output')).toMatch(/^slot<<(\S+)\nMonday-13-00\n\1\n$/)
    expect(await written('state')).toMatch(/^lock<<(\S+)\nheld\n\1\n$/)
    expect(await written('summary')).toBe('# Good\n\n')
  })

  it('ends although something keeps the process busy', async () => {
    expect(await run('lingering')).toMatchObject({ status: 0, signal: null })
  })

  it('turns an error into one annotation, details in the log, a summary and status 1', async () => {
    const { status, output } = await run('user')
    expect(status).toBe(1)
    expect(output).toBe(
      [
        '::group::Details of the failure',
        'Input "ssh-port" must be a number, got "x".',
        '  a detail',
        '::endgroup::',
        '::error title=Backup failed%3A input "ssh-port" must be a number%2C got "x"::Input "ssh-port" must be a number, got "x".%0AStill safe: Every good recovery point is still good.%0AWhat to do: Fix what the message names and run the workflow again.',
        '',
      ].join('\n'),
    )
    expect(await written('summary')).toBe('# user\n\n')
  })

  it('shows the stack of an unexpected error and asks to report it', async () => {
    const { status, output } = await run('synchronous')
    expect(status).toBe(1)
    expect(output).toMatch(/\nTypeError: x is not a function\n {4}at /)
    expect(errorsIn(output)).toEqual([
      expect.stringMatching(/Something unexpected happened: x is not a function\..*Please report this/),
    ])
  })

  it('masks secrets at the runner and in every line, and lets no detail act as a command', async () => {
    const { output } = await run('secret')
    const lines = output.split('\n')
    const masks = lines.filter(line => line.startsWith('::add-mask::'))
    expect(masks).toEqual(
      ['aHVudGVyMjIieA==', 'hunter22%22x', 'hunter22\\"x', 'hunter22"x'].map(
        form => `::add-mask::${form.replaceAll('%', '%25')}`,
      ),
    )
    const rest = lines.filter(line => !line.startsWith('::add-mask::'))
    expect(rest[0]).toBe('*** and ***')
    expect(rest.join('\n')).not.toContain('hunter22')
    expect(errorsIn(output)).toHaveLength(1)
  })

  it('fails on a rejection that nobody handles', async () => {
    const { status, output } = await run('rejection')
    expect(status).toBe(1)
    expect(errorsIn(output)).toEqual([expect.stringContaining('nobody listens')])
  })

  it('fails on a rejection that says nothing', async () => {
    const { status, output } = await run('nothing')
    expect(status).toBe(1)
    expect(errorsIn(output)).toHaveLength(1)
  })

  it('fails on an exception that nobody catches', async () => {
    const { status, output } = await run('exception')
    expect(status).toBe(1)
    expect(errorsIn(output)).toEqual([expect.stringContaining('thrown in a timer')])
  })

  it('lets the work tell its failure before a rejection that came with it', async () => {
    const { output } = await run('echo')
    expect(errorsIn(output)).toEqual([expect.stringContaining('%0A1. The dump failed.%0A2. socket closed.')])
  })

  it('forgives a rejection that is handled a little late', async () => {
    expect(await run('late')).toMatchObject({ status: 0, output: '' })
  })

  it('fails when the process runs out of things to wait for before the work is done', async () => {
    const { status, output } = await run('endless')
    expect(status).toBe(1)
    expect(errorsIn(output)).toEqual([expect.stringContaining('ran out of things to wait for')])
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('says on %s that the run was cancelled and what is safe', async signal => {
    const { status, output } = await run('cancelled', child => child.kill(signal))
    expect(status).toBe(1)
    expect(errorsIn(output)).toEqual([
      expect.stringMatching(/title=Backup cancelled::The run was cancelled\.%0AStill safe: Every good recovery point/),
    ])
    expect(await written('summary')).toBe('# cancelled\n\n')
  })

  it('says that the run was cancelled before the runner kills it, also when the work does not stop', async () => {
    const { status, signal, output } = await run('deaf', child => child.kill('SIGINT'))
    expect({ status, signal }).toEqual({ status: 1, signal: null })
    expect(errorsIn(output)).toEqual([expect.stringContaining('The run was cancelled.')])
  })

  it('finishes its clean-up although a second signal comes', async () => {
    const { status, output } = await run('cleaning', async child => {
      child.kill('SIGINT')
      await seen(child, 'cleaning')
      child.kill('SIGINT')
      child.kill('SIGTERM')
    })
    expect(status).toBe(1)
    expect(output).toContain('cleaning\nclean\n')
    expect(errorsIn(output)).toHaveLength(1)
  })

  async function run(program: string, whenReady?: (child: ChildProcess) => unknown) {
    const args = ['--conditions=import', '--import', 'tsx', join(__dirname, 'run-action-program.ts'), program]
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        // Or tsx would keep what it has compiled in the system's temp folder.
        TSX_DISABLE_CACHE: '1',
        'INPUT_SSH-HOST': ' web1 ',
        GITHUB_OUTPUT: join(folder, 'output'),
        GITHUB_STATE: join(folder, 'state'),
        GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      },
    })
    const exit = once(child, 'exit')
    const output = text(child.stdout)
    if (whenReady !== undefined) {
      await seen(child, 'ready')
      await whenReady(child)
    }
    const [status, signal]: unknown[] = await exit
    return { status, signal, output: await output }
  }
})

/** Waits until a child has printed a word. */
function seen(child: ChildProcess, word: string): Promise<void> {
  return new Promise(resolve => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.includes(word) && resolve())
  })
}

function errorsIn(output: string): string[] {
  return output.split('\n').filter(line => line.startsWith('::error'))
}
