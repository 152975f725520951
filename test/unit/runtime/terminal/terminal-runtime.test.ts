import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgress } from '../../../../src/pipeline/progress'
import { terminalSteps } from '../../../../src/runtime/terminal/terminal-runtime'

/** A process in memory: what it wrote, and signals for it. */
class Process extends EventEmitter {
  written = ''
  env = {}
  stdout = {
    isTTY: false,
    columns: 20,
    write: (text: string) => {
      this.written += text
    },
  }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'terminal-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function start({ isTTY = false, secrets = [] as string[], summaryFile = join(folder, 'summary.md') } = {}) {
  const process = new Process()
  process.stdout.isTTY = isTTY
  const inputs = new Map([['ssh-host', ' web1 ']])
  const outputsFile = join(folder, 'outputs.json')
  const steps = terminalSteps({ process, inputs, secrets, summaryFile, outputsFile })
  return { process, steps, outputs: () => readFileSync(outputsFile, 'utf8') }
}

describe('a run on a terminal', () => {
  it('prints lines for a person, without secrets and without anything that acts', async () => {
    const { process, steps } = start({ secrets: ['hunter22', 'x'] })
    const { log, input } = steps.main
    await log.group('Read the bucket', async () => log.info(`${input('ssh-host')} has hunter22 \u001b[31m and x`))
    log.warning('It is hunter22.\nAnd more.', 'a-code')
    log.debug('not shown')
    log.error('What failed.', 'Backup failed')
    expect(process.written).toBe(
      [
        ...['Read the bucket', '  web1 has *** \\x1b[31m and x', 'Warning: a-code', '  It is ***.', '  And more.'],
        ...['Error: Backup failed', '  What failed.', ''],
      ].join('\n'),
    )
    expect(log.live).toBeUndefined()
  })

  it('has one line that moves, below all others', async () => {
    const { process, steps } = start({ isTTY: true })
    const { log, clock } = steps.main
    const progress = startProgress({ log, clock, lines: () => ['database  1 MB sent', 'codebase  2 MB sent'] })
    log.live?.('database  1 MB sent of 10 MB')
    log.info('A line')
    progress.stop()
    const erase = '\r\u001b[K'
    expect(process.written).toBe(`${erase}database  1 MB sent${erase}A line\ndatabase  1 MB sent${erase}`)
  })

  it('writes outputs and summary in the end, and nothing old is left of either', async () => {
    writeFileSync(join(folder, 'summary.md'), 'of last week')
    const { steps, outputs } = start({ secrets: ['hunter22'] })
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe('')
    steps.main.output('slot', 'Monday-13-00')
    await steps.main.summary('# Good hunter22')
    steps.finish()
    expect(JSON.parse(outputs())).toEqual({ slot: 'Monday-13-00' })
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toBe('# Good ***\n\n')
    expect(statSync(join(folder, 'outputs.json')).mode & 0o777).toBe(0o600)
    expect(() => start({ summaryFile: join(folder, 'no/where') })).toThrow(/"--summary".*ENOENT/)
  })

  it('gives the post step what the main step saved, and a signal of its own', () => {
    const { process, steps } = start()
    steps.main.saveState('backup', 'a state')
    process.emit('SIGHUP')
    expect(steps.main.signal.aborted).toBe(true)
    const post = steps.post()
    expect([post.state('backup'), post.signal.aborted]).toEqual(['a state', false])
    process.emit('SIGTERM')
    expect(post.signal.aborted).toBe(true)
  })
})
