import { setImmediate as turn } from 'node:timers/promises'
import { FailureError } from '../../../src/runtime/errors'
import { type Job, type JobOptions, runJob, startJob } from '../../../src/server/job'
import { limitsOf, lineBytesMax } from '../../../src/server/job-limits'
import { type ServerJob, serverJobs } from '../../../src/server/server-script'
import { errorOf } from '../error-of'
import { aConnection, type TestConnection, type TestProcess } from './a-connection'

const minute = 60_000
const hour = 60 * minute
const megabyte = 1_000_000
const options = { explain: () => new Error('The job failed.') }

function processOf({ processes }: TestConnection): TestProcess {
  const [process] = processes
  if (process === undefined) throw new Error('Nothing was started.')
  return process
}

async function started(
  name: ServerJob,
  more: Partial<JobOptions> = {},
): Promise<{ job: Job; process: TestProcess; failed: Promise<unknown> }> {
  const connection = aConnection()
  const job = await startJob(connection, name, [], { ...options, ...more })
  return { job, process: processOf(connection), failed: errorOf(job.done) }
}

/** Writes the piece again and again until the job has had enough. Returns how many bytes that took. */
async function flood(process: TestProcess, stream: 'stdout' | 'stderr', piece: string): Promise<number> {
  const bytes = Buffer.from(piece)
  let sent = 0
  for (; !process.isClosed && sent < 1_000 * megabyte; sent += bytes.length) {
    process[stream].push(bytes)
    await turn()
  }
  return sent
}

async function expectTooMuch(process: TestProcess, failed: Promise<unknown>, message: string): Promise<void> {
  const error = await failed
  expect(error).toBeInstanceOf(FailureError)
  expect(error).toHaveProperty('message', message)
  expect(error).toHaveProperty('advice', expect.stringContaining('check whether this still is your server'))
  expect(process.isClosed).toBe(true)
}

describe('what a job may send', () => {
  it.each<[ServerJob, string]>([
    ['inventory', '48 MiB'],
    ['target-facts', '48 MiB'],
    ['preflight', '48 MiB'],
    ['run-sql', '16 MiB'],
    ['swap-state', '1 MiB'],
  ])('ends an endless answer to %s at %s', async (name, limit) => {
    const connection = aConnection()
    const running = errorOf(runJob(connection, name, [], options))
    await turn()
    const process = processOf(connection)
    process.begins()
    const sent = await flood(process, 'stdout', 'x'.repeat(60_000))
    expect(sent).toBeLessThan(70 * megabyte)
    await expectTooMuch(
      process,
      running,
      `The server sent too much during ${limitsOf[name].name}: more than ${limit} of output.`,
    )
  })

  it('ends an answer with more fields than memory has room for', async () => {
    const { job, process, failed } = await started('inventory')
    job.body.resume()
    process.begins()
    expect(await flood(process, 'stdout', '\t'.repeat(60_000))).toBeLessThan(5 * megabyte)
    await expectTooMuch(
      process,
      failed,
      'The server sent too much during the inventory: more than 4,000,000 fields of output.',
    )
  })

  it('ends an endless login before the job begins', async () => {
    const { process, failed } = await started('open-dump')
    expect(await flood(process, 'stdout', 'Welcome! '.repeat(6_000))).toBeLessThan(20 * megabyte)
    await expectTooMuch(
      process,
      failed,
      'The server sent too much during the dump: more than 16 MiB before the job began.',
    )
  })

  it('ends endless messages', async () => {
    const { process, failed } = await started('open-dump')
    await flood(process, 'stderr', `${'x'.repeat(900_000)}\n`)
    await expectTooMuch(process, failed, 'The server sent too much during the dump: more than 256 MiB of messages.')
  })

  it('ends a line on standard error that has no end, and keeps none of it', async () => {
    const { process, failed } = await started('run-command')
    const before = memoryUsed()
    const sent = await flood(process, 'stderr', 'x'.repeat(1_000_000))
    expect(sent).toBeLessThan(280 * megabyte)
    expect(memoryUsed() - before).toBeLessThan(100 * megabyte)
    await expectTooMuch(process, failed, 'The server sent too much during the command: more than 256 MiB of messages.')
  })

  it('cuts a long line', async () => {
    const { job, process } = await started('open-dump')
    process.complains('x'.repeat(3 * lineBytesMax))
    process.reports(`phase ${'y'.repeat(3 * lineBytesMax)}`)
    process.succeeds()
    job.body.resume()
    const report = await job.done
    expect(report.messages).toEqual(['x'.repeat(1_000)])
    expect(report.phase?.length).toBeLessThan(lineBytesMax)
  })

  it.each(['status a1 0', 'count f 1', 'recovered x', 'swapped /x', 'stuck /x', 'unheard of'])(
    'ends an endless report of "%s"',
    async line => {
      let heard = 0
      const { process, failed } = await started('swap', { onReport: () => heard++ })
      await flood(process, 'stderr', `@${process.nonce} ${line}\n`.repeat(1_000))
      await expectTooMuch(
        process,
        failed,
        'The server sent too much during the swap of the folders: more than 10,000 lines of its report.',
      )
      expect(heard).toBe(10_000)
    },
  )

  it('ends a report of long lines', async () => {
    const { process, failed } = await started('swap')
    await flood(process, 'stderr', `@${process.nonce} swapped ${'x'.repeat(10_000)}\n`)
    await expectTooMuch(
      process,
      failed,
      'The server sent too much during the swap of the folders: more than 4 MiB of its report.',
    )
  })

  it('has no limit for the data of a stream', async () => {
    const { job, process } = await started('open-dump')
    job.body.resume()
    process.begins()
    for (let index = 0; index < 100; index++) {
      process.stdout.push(Buffer.alloc(megabyte, '\n'))
      await turn()
    }
    process.succeeds()
    expect(await job.done).toMatchObject({ done: true })
  })
})

/** What is held outside of V8's heap counts too. */
function memoryUsed(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

describe('how long a job may take', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  const pass = async (ms: number) => {
    await turn()
    jest.advanceTimersByTime(ms)
    await turn()
  }

  it.each(serverJobs)('ends %s when its server says nothing at all', async name => {
    const { process, failed } = await started(name)
    await pass(5 * minute)
    expect(await failed).toMatchObject({
      message: `The server did not begin ${limitsOf[name].name} within 5 minutes.`,
      advice: expect.stringContaining('SHOW PROCESSLIST'),
    })
    expect(process.isClosed).toBe(true)
  })

  it('ends the wait for a channel that the server does not open, and closes one that comes later', async () => {
    const connection = aConnection()
    const opened = Promise.withResolvers<void>()
    connection.beforeExec = () => opened.promise
    const starting = errorOf(startJob(connection, 'inventory', [], options))
    await pass(5 * minute)
    expect(await starting).toHaveProperty('message', 'The server did not begin the inventory within 5 minutes.')
    opened.resolve()
    await turn()
    expect(processOf(connection).isClosed).toBe(true)
  })

  const timed = serverJobs.filter(name => limitsOf[name].timeMs !== undefined)
  it.each(timed)('ends %s when it takes longer than it may, whatever it prints', async name => {
    const { job, process, failed } = await started(name)
    job.body.resume()
    process.begins()
    const { timeMs = 0 } = limitsOf[name]
    for (let passed = 0; passed < timeMs; passed += minute) {
      expect(process.isClosed).toBe(false)
      process.prints('.')
      process.reports('phase busy')
      await pass(minute)
    }
    expect(await failed).toHaveProperty('message', expect.stringContaining('The server did not finish'))
    expect(process.isClosed).toBe(true)
  })

  it('has a limit for every job', () => {
    for (const name of serverJobs) {
      const { timeMs, silenceMs } = limitsOf[name]
      expect([timeMs, silenceMs].filter(ms => ms !== undefined)).toHaveLength(1)
      expect(timeMs ?? silenceMs).toBeLessThanOrEqual(12 * hour)
    }
  })

  it('says how long the job did not answer', async () => {
    const { process, failed } = await started('inventory')
    process.begins()
    await pass(30 * minute)
    expect(await failed).toHaveProperty('message', 'The server did not finish the inventory within 30 minutes.')
  })

  it('ends a stream only when it is silent', async () => {
    const { job, process, failed } = await started('open-dump')
    job.body.resume()
    process.begins()
    for (let index = 0; index < 5; index++) {
      process.prints('x'.repeat(64 * 1024))
      await pass(29 * minute)
    }
    expect(process.isClosed).toBe(false)
    await pass(minute)
    expect(await failed).toHaveProperty('message', 'The server gave no sign of life during the dump for 30 minutes.')
    expect(process.isClosed).toBe(true)
  })

  it('ends a stream of a byte now and then', async () => {
    const { job, process, failed } = await started('open-dump')
    job.body.resume()
    process.begins()
    for (let index = 0; index < 30; index++) {
      expect(process.isClosed).toBe(false)
      process.prints('x')
      await pass(minute)
    }
    expect(await failed).toHaveProperty(
      'message',
      'The server sent next to nothing during the dump: less than 64 KiB within 30 minutes.',
    )
  })

  it('goes on with a stream that is only slow', async () => {
    const { job, process } = await started('open-dump')
    job.body.resume()
    process.begins()
    for (let index = 0; index < 300; index++) {
      process.prints('x'.repeat(3_000))
      await pass(minute)
    }
    expect(process.isClosed).toBe(false)
    process.succeeds()
    expect(await job.done).toMatchObject({ done: true })
  })

  it('does not take lines of the report for a sign of life', async () => {
    const { process, failed } = await started('open-archive')
    process.reports('begin')
    for (let index = 0; index < 30; index++) {
      process.reports('recovered x')
      process.reports('phase tar')
      await pass(minute)
    }
    expect(await failed).toHaveProperty('message', expect.stringContaining('gave no sign of life'))
  })

  it('gives each phase its time only once', async () => {
    const { process, failed } = await started('open-archive')
    process.reports('phase rsync')
    await pass(23 * hour)
    process.reports('phase tar')
    process.reports('phase rsync')
    await pass(30 * minute)
    expect(await failed).toHaveProperty('message', expect.stringContaining('for 30 minutes'))
  })

  it('does not take messages of tools, or what comes before the marker, for a sign of life', async () => {
    const { process, failed } = await started('open-dump')
    process.reports('begin')
    for (let index = 0; index < 6; index++) {
      process.complains('still at it')
      process.prints('still at it')
      await pass(5 * minute)
    }
    expect(await failed).toHaveProperty('message', expect.stringContaining('gave no sign of life during the dump'))
  })

  it('ends a stream that ended and does not say how', async () => {
    const { job, process, failed } = await started('open-dump')
    job.body.resume()
    process.begins()
    process.stdout.push(null)
    await pass(hour)
    expect(await failed).toHaveProperty('message', expect.stringContaining('gave no sign of life during the dump'))
  })

  it('does not count the time in which nobody reads the stream', async () => {
    const { job, process } = await started('open-dump')
    process.begins()
    process.prints('data that the store is not ready for')
    for (let index = 0; index < 4; index++) await pass(40 * minute)
    expect(process.isClosed).toBe(false)
    process.succeeds()
    job.body.resume()
    expect(await job.done).toMatchObject({ done: true })
  })

  it('gives rsync a day, and tar the usual time again', async () => {
    const { job, process, failed } = await started('open-archive')
    job.body.resume()
    process.reports('phase rsync')
    await pass(23 * hour)
    process.reports('phase tar')
    await pass(29 * minute)
    expect(process.isClosed).toBe(false)
    await pass(minute)
    expect(await failed).toHaveProperty(
      'message',
      'The server gave no sign of life during the copy of the files for 30 minutes.',
    )
  })

  it('ends an import whose last statement never ends, and not one that waits for more', async () => {
    const { job, process, failed } = await started('open-import', { takesData: true })
    job.body.resume()
    process.begins()
    job.input.write('INSERT …;')
    for (let index = 0; index < 4; index++) await pass(5 * hour)
    expect(process.isClosed).toBe(false)
    job.input.end('ALTER TABLE …;')
    await pass(11 * hour)
    expect(process.isClosed).toBe(false)
    await pass(hour)
    expect(await failed).toHaveProperty('message', 'The server gave no sign of life during the import for 12 hours.')
  })

  it('leaves no timer behind', async () => {
    const { process, failed, job } = await started('inventory')
    process.succeeds()
    job.body.resume()
    expect(await failed).toBeUndefined()
    expect(jest.getTimerCount()).toBe(0)
  })
})
