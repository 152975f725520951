import { endProcess, runAction } from '../../../src/actions/run-action'
import { FailureError, UserError } from '../../../src/runtime/errors'
import { githubRuntime } from '../../../src/runtime/github/github-runtime'

const runtime = githubRuntime()

/** Waits until the runtime is told to stop, then fails with the reason, as the streams of a real action do. */
function untilStopped(): Promise<never> {
  // A timer stands for the sockets that keep a real run alive.
  const alive = setInterval(() => {}, 1_000)
  return new Promise((_, reject) => {
    runtime.signal.addEventListener('abort', () => {
      clearInterval(alive)
      reject(runtime.signal.reason)
    })
  })
}

const programs: Readonly<Record<string, () => Promise<void>>> = {
  async good() {
    runtime.log.info(`input ${runtime.input('ssh-host')}`)
    runtime.output('slot', 'Monday-13-00')
    runtime.saveState('lock', 'held')
    await runtime.summary('# Good')
  },
  async lingering() {
    setInterval(() => {}, 1_000)
  },
  async user() {
    throw new UserError('Input "ssh-port" must be a number, got "x".', { detail: ['a detail'] })
  },
  async synchronous() {
    throw new TypeError('x is not a function')
  },
  async secret() {
    runtime.mask('hunter22"x')
    runtime.log.info('hunter22"x and hunter22\\"x')
    throw new FailureError('Denied for hunter22"x.', { detail: ['::error::hunter22"x'] })
  },
  async rejection() {
    void Promise.reject(new Error('nobody listens'))
    await new Promise(resolve => setTimeout(resolve, 60_000))
  },
  async exception() {
    setTimeout(() => {
      throw new Error('thrown in a timer')
    }, 1)
    await new Promise(resolve => setTimeout(resolve, 60_000))
  },
  async echo() {
    void Promise.reject(new Error('socket closed'))
    await new Promise(resolve => setTimeout(resolve, 20))
    throw new FailureError('The dump failed.')
  },
  async late() {
    const late = Promise.reject(new Error('handled in the end'))
    await new Promise(resolve => setTimeout(resolve, 20))
    await late.catch(() => {})
  },
  async endless() {
    await new Promise(() => {})
  },
  async cancelled() {
    runtime.log.info('ready')
    await untilStopped()
  },
  async deaf() {
    runtime.log.info('ready')
    await new Promise(resolve => setTimeout(resolve, 60_000))
  },
  async nothing() {
    void Promise.reject()
    await new Promise(resolve => setTimeout(resolve, 20))
  },
  async cleaning() {
    runtime.log.info('ready')
    try {
      await untilStopped()
    } finally {
      runtime.log.info('cleaning')
      await new Promise(resolve => setTimeout(resolve, 500))
      runtime.log.info('clean')
    }
  },
}

const program = programs[process.argv[2] ?? '']
if (program === undefined) throw new Error(`No program ${process.argv[2]}`)
void runAction(runtime, program, {
  name: 'Backup',
  safe: 'Every good recovery point is still good.',
  summarize: failure => `# ${failure.kind}`,
}).then(endProcess)
