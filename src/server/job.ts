import { randomBytes } from 'node:crypto'
import { pipeline, type Readable, type Writable } from 'node:stream'
import { abortable, onAbort } from '../runtime/abortable'
import type { Connection, RemoteExit, RemoteProcess } from '../ssh/remote'
import { Gate } from './gate'
import { JobClock } from './job-clock'
import { crumbsBytes } from './job-limits'
import { followReport, type JobReport, type ReportLine } from './job-report'
import { encodeRequest, type Request } from './request'
import { bootstrapCommand, type ServerJob, serverScript } from './server-script'

/** How often a job gets a sign of life. The script considers a lock dead after two minutes without one. */
const heartbeatMs = 15_000

/** A running job of the server script. `docs/protocol.md` describes the protocol. */
export interface Job {
  /**
   * The job's output. Ends only after the job has proven its success; otherwise fails with the error from `explain`.
   * This is the exit gate: nothing after it can mistake a cut-off stream for a complete one.
   */
  readonly body: Readable
  /** The report, once the job has proven its success. Rejects with the same error as `body`. */
  readonly done: Promise<JobReport>
  /** The job's standard input, for jobs that take data. */
  readonly input: Writable
  /** Sends a line to the job's standard input. */
  send(line: string): void
  /** Stops the job: on the server its process group gets SIGTERM. */
  close(): void
}

/** The facts about a job that failed. */
export interface JobFailure {
  exit: RemoteExit
  report: JobReport
}

export interface JobOptions {
  /** Called with each line of the job's report as it arrives. */
  onReport?: (line: ReportLine) => void
  /** Standard input carries data, so no heartbeats are sent. */
  takesData?: boolean
  /** What the job may wait for a lock, on top of its time. */
  waitMs?: number
  /** Makes the error for the user. */
  explain: (failure: JobFailure) => Error
  /**
   * Stops the job: closes its channel, and `body`, `done` and `input` fail with the reason unless they have already
   * ended. Does not wait for the process, since the channel may stay open until the process ends.
   */
  signal?: AbortSignal | undefined
}

/**
 * Starts a job. Success means three things: exit status 0, the report line `done`, and the end of standard output. ssh2
 * reports a dead connection as a normal end of stream, so the end alone proves nothing. A job that sends more or takes
 * longer than it may (`job-limits.ts`) fails with FailureError, and its channel is closed.
 */
export async function startJob(
  connection: Connection,
  name: ServerJob,
  request: Request,
  options: JobOptions,
): Promise<Job> {
  const { signal, explain, onReport, takesData = false, waitMs = 0 } = options
  signal?.throwIfAborted()
  const stop = new AbortController()
  const fail = (error: Error) => stop.abort(error)
  const forget = onAbort(signal, fail)
  let isWaitingForUs = () => false
  const clock = new JobClock(name, { waitMs, fail, isWaitingForUs: () => isWaitingForUs() })
  const remote = await abortable(connection.exec(bootstrapCommand), stop.signal, late => late.close()).catch(error => {
    forget()
    clock.stop()
    throw error
  })
  const nonce = randomBytes(12).toString('hex')
  const reported = followReport(remote.stderr, {
    ...{ job: name, nonce },
    onReport: line => {
      clock.reported(line)
      onReport?.(line)
    },
  })
  reported.catch(fail)
  remote.stdin.write(serverScript(name))
  remote.stdin.write(encodeRequest([['nonce', nonce], ['job', name], ...request]))

  const done = abortable(proof(remote, reported, explain), stop.signal)
  let failure: Error | undefined
  // Not unhandled: the body fails with it too, and callers that await `done` still see it.
  done.catch((error: Error) => {
    failure = error
  })
  const stopClock = () => clock.stop()
  done.then(stopClock, stopClock)
  if (!takesData) beatUntil(done, remote)

  const gate = new Gate({ job: name, nonce, proof: done, onData: bytes => clock.moved(bytes), fail })
  gate.on('error', () => {}) // A reader of the body sees it, even one that comes later.
  // `drain` comes after a whole buffer.
  if (takesData) for (const event of ['drain', 'finish']) remote.stdin.on(event, () => clock.moved(crumbsBytes))
  isWaitingForUs = () => gate.readableLength > 0 || (takesData && isHungry(remote.stdin))
  const forgetStop = onAbort(stop.signal, reason => {
    const first = failure ?? reason
    gate.destroy(first)
    remote.stdin.destroy(first)
    remote.stderr.destroy()
    remote.close()
  })
  gate.once('close', () => {
    forget()
    forgetStop()
  })
  pipeline(remote.stdout, gate, () => remote.close())
  return {
    body: gate,
    done,
    input: remote.stdin,
    send: line => remote.stdin.write(`${line}\n`),
    close: () => remote.close(),
  }
}

/** Everything that was sent has been taken, and more is to come. */
function isHungry(input: Writable): boolean {
  return input.writableLength === 0 && !input.writableEnded && !input.destroyed
}

/** What a job printed, and its report. */
export interface JobResult {
  text: string
  report: JobReport
}

/** Runs a job to its end and returns its output, which is kept in memory: `job-limits.ts` says how much it may be. */
export async function runJob(
  connection: Connection,
  name: ServerJob,
  request: Request,
  options: JobOptions,
): Promise<JobResult> {
  const job = await startJob(connection, name, request, options)
  const chunks: Buffer[] = []
  for await (const chunk of job.body) chunks.push(chunk)
  return { text: Buffer.concat(chunks).toString('utf8'), report: await job.done }
}

async function proof(
  remote: RemoteProcess,
  reported: Promise<JobReport>,
  explain: JobOptions['explain'],
): Promise<JobReport> {
  const [exit, report] = await Promise.all([remote.exit, reported])
  if (exit.kind !== 'code' || exit.code !== 0 || !report.done) throw explain({ exit, report })
  return report
}

function beatUntil(done: Promise<unknown>, { stdin }: RemoteProcess): void {
  const timer = setInterval(() => stdin.write('\n'), heartbeatMs).unref()
  const stop = () => clearInterval(timer)
  done.then(stop, stop)
}
