import { getEventListeners } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { type Job, type JobFailure, type JobOptions, runJob, startJob } from '../../../src/server/job'
import { localConnection } from '../../../src/server/local/local-connection'
import type { RemoteExit } from '../../../src/ssh/remote'
import { errorOf } from '../error-of'
import { aConnection, type TestConnection, type TestProcess } from './a-connection'

const refusal = new Error('The job failed.')
const cancelled = new Error('Cancelled.')

interface Started {
  job: Job
  process: TestProcess
  connection: TestConnection
  abort: AbortController
  /** What `explain` was told. */
  failures: JobFailure[]
}

async function started(options: Partial<JobOptions> = {}): Promise<Started> {
  const connection = aConnection()
  const abort = new AbortController()
  const failures: JobFailure[] = []
  const job = await startJob(connection, 'open-dump', [['path', '/var/www']], {
    explain: failure => {
      failures.push(failure)
      return refusal
    },
    signal: abort.signal,
    ...options,
  })
  return { job, process: processOf(connection), connection, abort, failures }
}

function processOf({ processes }: TestConnection): TestProcess {
  const [process] = processes
  if (process === undefined) throw new Error('Nothing was started.')
  return process
}

/** What was read of a body, and the error that it failed with, if it did. */
async function readAll({ body }: Pick<Job, 'body'>): Promise<{ read: string; error: unknown }> {
  let read = ''
  try {
    for await (const chunk of body) read += String(chunk)
    return { read, error: undefined }
  } catch (error) {
    return { read, error }
  }
}

describe('startJob', () => {
  it('sends the script by its length, then the nonce, the job and its request', async () => {
    const { process } = await started()
    const [length] = process.received.split('\n', 1)
    const [size = ''] = [length]
    const request = Buffer.from(process.received).subarray(size.length + 1 + Number(size))
    expect(request.toString()).toMatch(/^nonce=[0-9a-f]{24}\njob=open-dump\npath=\/var\/www\n\n$/)
  })

  it('passes on what the job prints and gives its report', async () => {
    const { job, process, failures } = await started()
    process.reports('phase mirror')
    process.succeeds('the whole dump')
    expect(await readAll(job)).toEqual({ read: 'the whole dump', error: undefined })
    expect(await job.done).toMatchObject({ done: true, phase: 'mirror' })
    expect(failures).toEqual([])
  })

  it('tells each line of the report as it comes', async () => {
    const lines: string[] = []
    const { process } = await started({ onReport: ({ word, value }) => lines.push(`${word}: ${value}`) })
    process.reports('phase tar')
    await turn()
    expect(lines).toEqual(['phase: tar'])
  })

  it.each<[string, string, RemoteExit]>([
    ['that exits 3 after the last byte of its body', 'done', { kind: 'code', code: 3 }],
    [
      'whose link died, as ssh2 reports it: as a normal end of the output',
      'done',
      { kind: 'lost', reason: 'the server closed the connection' },
    ],
    ['that a signal ended', 'done', { kind: 'signal', signal: 'KILL' }],
    ['that exits 0 without its last word', 'phase dump', { kind: 'code', code: 0 }],
  ])('fails the body and the proof of a job %s', async (_, lastWord, exit) => {
    const { job, process, failures } = await started()
    process.begins()
    process.prints('every byte of the dump')
    process.complains('mysqldump: Error 2013')
    process.reports(lastWord)
    process.endsOutput()
    process.exits(exit)
    expect(await readAll(job)).toEqual({ read: 'every byte of the dump', error: refusal })
    expect(await errorOf(job.done)).toBe(refusal)
    expect(failures).toEqual([{ exit, report: expect.objectContaining({ messages: ['mysqldump: Error 2013'] }) }])
  })

  it('holds back the end of the body until the exit status has come', async () => {
    const { job, process } = await started()
    process.begins()
    process.prints('every byte')
    process.reports('done')
    process.endsOutput()
    let isRead = false
    const reading = readAll(job).finally(() => {
      isRead = true
    })
    await wait(20)
    expect(isRead).toBe(false)
    process.exits(0)
    expect(await reading).toEqual({ read: 'every byte', error: undefined })
  })

  it('holds back the end of the body until the report is whole', async () => {
    const { job, process } = await started()
    process.begins()
    process.stdout.push(null)
    process.exits(0)
    let isRead = false
    const reading = readAll(job).finally(() => {
      isRead = true
    })
    await wait(20)
    expect(isRead).toBe(false)
    process.reports('done')
    process.endsOutput()
    expect((await reading).error).toBeUndefined()
  })

  it('passes on nothing that a login shell printed before the job began', async () => {
    const { job, process } = await started()
    process.prints('Welcome to web1!\n@not-the-nonce\n')
    process.succeeds('-- dump')
    expect((await readAll(job)).read).toBe('-- dump')
  })

  it('finds the beginning of the data in whatever pieces it comes, behind much noise', async () => {
    const { job, process } = await started()
    for (let index = 0; index < 3; index++) process.prints('noise '.repeat(50_000))
    for (const letter of `@${process.nonce}\nfirst\n`) {
      process.prints(letter)
      await turn()
    }
    process.reports('done')
    process.endsOutput()
    process.exits(0)
    expect(await readAll(job)).toEqual({ read: 'first\n', error: undefined })
  })

  it('does not take the second nonce in the data for noise', async () => {
    const { job, process } = await started()
    process.begins()
    process.prints('data\n')
    process.succeeds('more')
    expect((await readAll(job)).read).toMatch(/^data\n@[0-9a-f]{24}\nmore$/)
  })

  it('fails when a job calls itself a success and never began its data', async () => {
    const { job, process } = await started()
    process.prints('Welcome to web1!\n')
    process.reports('done')
    process.endsOutput()
    process.exits(0)
    expect(await readAll(job)).toMatchObject({
      read: '',
      error: { message: expect.stringContaining('without its marker on standard output') },
    })
  })

  it('closes the channel when the reader of the body goes away', async () => {
    const { job, process } = await started()
    process.begins()
    process.prints('data')
    for await (const _chunk of job.body) break
    await turn()
    expect(process.isClosed).toBe(true)
  })

  describe('with a signal', () => {
    it('starts nothing when it was aborted before, and throws the reason', async () => {
      const connection = aConnection()
      const signal = AbortSignal.abort(cancelled)
      const options = { explain: () => refusal, signal }
      expect(await errorOf(startJob(connection, 'open-dump', [], options))).toBe(cancelled)
      expect(connection.processes).toEqual([])
    })

    it('does not wait for a channel that does not open, and closes it should it come', async () => {
      const connection = aConnection()
      const opened = Promise.withResolvers<void>()
      connection.beforeExec = () => opened.promise
      const abort = new AbortController()
      const options = { explain: () => refusal, signal: abort.signal }
      const starting = errorOf(startJob(connection, 'open-dump', [], options))
      await turn()
      abort.abort(cancelled)
      expect(await starting).toBe(cancelled)
      opened.resolve()
      await turn()
      expect(processOf(connection)).toMatchObject({ isClosed: true, received: '' })
    })

    it('leaves nothing unhandled when the channel is refused after all', async () => {
      const connection = aConnection()
      const opened = Promise.withResolvers<void>()
      connection.beforeExec = () => opened.promise
      const abort = new AbortController()
      const options = { explain: () => refusal, signal: abort.signal }
      const starting = errorOf(startJob(connection, 'open-dump', [], options))
      abort.abort(cancelled)
      expect(await starting).toBe(cancelled)
      opened.reject(new Error('The server refused the channel.'))
      await wait(10)
    })

    it('closes the channel and fails body, proof and input, without waiting for the process', async () => {
      const { job, process, abort, failures } = await started()
      process.begins()
      process.prints('half of the du')
      const reading = readAll(job)
      const endless = (function* () {
        for (;;) yield 'data'
      })()
      const sending = errorOf(
        pipeline(
          Readable.from(endless).map(async chunk => turn(chunk)),
          job.input,
        ),
      )
      await wait(10)
      abort.abort(cancelled)
      expect(process.isClosed).toBe(true)
      expect(await reading).toEqual({ read: 'half of the du', error: cancelled })
      expect(await errorOf(job.done)).toBe(cancelled)
      expect(await sending).toBe(cancelled)
      expect(failures).toEqual([])
    })

    it('leaves nothing unhandled when nobody reads, nor when the process ends later', async () => {
      const { job, process, abort, failures } = await started()
      process.begins()
      abort.abort(cancelled)
      await turn()
      process.stderr.destroy(new Error('The channel is gone.'))
      process.stdout.destroy(new Error('The channel is gone.'))
      process.exits({ kind: 'lost', reason: 'this side closed the channel' })
      await wait(10)
      expect(failures).toEqual([])
      // Who comes late sees the reason all the same.
      expect(await errorOf(text(job.body))).toBe(cancelled)
      expect(await errorOf(job.done)).toBe(cancelled)
    })

    it('fails what was not read yet of a job that has succeeded', async () => {
      const { job, process, abort } = await started()
      process.succeeds('the whole dump')
      expect(await job.done).toMatchObject({ done: true })
      await wait(10)
      abort.abort(cancelled)
      expect(await readAll(job)).toEqual({ read: '', error: cancelled })
      expect(await job.done).toMatchObject({ done: true })
    })

    it('leaves nothing unhandled when nobody reads what is left of a job that has succeeded', async () => {
      const { job, process, abort } = await started()
      process.succeeds('the whole dump')
      await job.done
      await wait(10)
      abort.abort(cancelled)
      await wait(10)
      expect(job.body.errored).toBe(cancelled)
    })

    it.each([
      ['has ended', (process: TestProcess) => process.endsOutput()],
      ['is still on its way', (process: TestProcess) => process.stderr.push(null)],
    ])('keeps the error of a job whose output %s when it is aborted afterwards', async (_, end) => {
      const { job, process, abort } = await started()
      process.begins()
      process.prints('half of the du')
      end(process)
      process.exits(2)
      expect(await errorOf(job.done)).toBe(refusal)
      abort.abort(cancelled)
      expect((await readAll(job)).error).toBe(refusal)
      expect(await errorOf(job.done)).toBe(refusal)
    })

    it('changes nothing once the job is over, and is not listened to any more', async () => {
      const { job, process, abort } = await started()
      process.succeeds('all')
      expect(await readAll(job)).toEqual({ read: 'all', error: undefined })
      await job.done
      await turn()
      const wasClosed = process.isClosed
      expect(getEventListeners(abort.signal, 'abort')).toEqual([])
      abort.abort(cancelled)
      expect(await job.done).toMatchObject({ done: true })
      expect(process.isClosed).toBe(wasClosed)
    })

    it.each(['aborted', 'failed', 'left'])('is not listened to any more after a job was %s', async how => {
      const { job, process, abort } = await started()
      process.begins()
      if (how === 'aborted') abort.abort(cancelled)
      if (how === 'left') job.body.destroy()
      process.endsOutput()
      process.exits(how === 'failed' ? 3 : { kind: 'lost', reason: 'closed' })
      await readAll(job)
      await errorOf(job.done)
      await wait(10)
      expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    })
  })

  describe('heartbeats', () => {
    beforeEach(() => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
    })
    afterEach(() => {
      jest.useRealTimers()
    })

    const beatsIn = (process: TestProcess, ms: number) => {
      const before = process.received.length
      jest.advanceTimersByTime(ms)
      return process.received.slice(before)
    }

    it('tell the job every 15 seconds that its runner lives', async () => {
      const { process } = await started()
      expect(beatsIn(process, 60_000)).toBe('\n'.repeat(4))
    })

    it('do not get among the data of a job that takes some', async () => {
      const { process } = await started({ takesData: true })
      expect(beatsIn(process, 60_000)).toBe('')
    })

    it.each<[string, (begun: Started) => void]>([
      ['the job has ended', ({ process }) => process.succeeds()],
      ['it was aborted', ({ abort }) => abort.abort(cancelled)],
    ])('end when %s', async (_, end) => {
      const begun = await started()
      end(begun)
      await errorOf(begun.job.done)
      expect(jest.getTimerCount()).toBe(0)
    })
  })
})

describe('runJob', () => {
  const options = { explain: () => refusal }

  it('returns what the job printed, and its report', async () => {
    const connection = aConnection()
    const running = runJob(connection, 'inventory', [], options)
    await turn()
    processOf(connection).succeeds('größe\t1\n')
    expect(await running).toEqual({ text: 'größe\t1\n', report: expect.objectContaining({ done: true }) })
  })

  it('throws the error of a job that printed everything and then failed', async () => {
    const connection = aConnection()
    const running = errorOf(runJob(connection, 'inventory', [], options))
    await turn()
    const process = processOf(connection)
    process.begins()
    process.prints('all')
    process.endsOutput()
    process.exits(1)
    expect(await running).toBe(refusal)
  })

  it('throws the reason when it is aborted, without waiting for the process', async () => {
    const connection = aConnection()
    const abort = new AbortController()
    const running = errorOf(runJob(connection, 'inventory', [], { ...options, signal: abort.signal }))
    await turn()
    abort.abort(cancelled)
    expect(await running).toBe(cancelled)
    expect(processOf(connection).isClosed).toBe(true)
  })
})

describe('startJob with the real script', () => {
  let home: string
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'job-'))
  })
  afterEach(() => rm(home, { recursive: true, force: true }))

  const command = (script: string, signal?: AbortSignal) =>
    startJob(
      localConnection({ environment: { PATH: process.env['PATH'], HOME: home } }),
      'run-command',
      [['text', script]],
      { explain: ({ report }) => new Error(`status ${report.statuses.get('command')}`), signal },
    )

  it('proves the success of a job', async () => {
    const job = await command('echo "all is well"')
    expect(await text(job.body)).toBe('')
    expect(await job.done).toMatchObject({ done: true, messages: ['all is well'] })
  })

  it('fails when it does', async () => {
    const job = await command('exit 3')
    expect((await readAll(job)).error).toEqual(new Error('status 3'))
    expect(await errorOf(job.done)).toEqual(new Error('status 3'))
  })

  it('ends it on the server when it is aborted', async () => {
    const abort = new AbortController()
    const job = await command('touch "$HOME/begun"; sleep 1; touch "$HOME/ended"', abort.signal)
    for (let tries = 0; tries < 500 && !existsSync(join(home, 'begun')); tries++) await wait(10)
    abort.abort(cancelled)
    expect((await readAll(job)).error).toBe(cancelled)
    expect(await errorOf(job.done)).toBe(cancelled)
    await wait(1_500)
    expect(existsSync(join(home, 'begun'))).toBe(true)
    expect(existsSync(join(home, 'ended'))).toBe(false)
  })
})
