import { randomBytes } from 'node:crypto'
import { pipeline, type Readable, Transform, type TransformCallback, type Writable } from 'node:stream'
import { abortable, onAbort } from '../runtime/abortable'
import { FailureError } from '../runtime/errors'
import type { Connection, RemoteExit, RemoteProcess } from '../ssh/remote'
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
 * reports a dead connection as a normal end of stream, so the end alone proves nothing.
 */
export async function startJob(
  connection: Connection,
  name: ServerJob,
  request: Request,
  options: JobOptions,
): Promise<Job> {
  const { signal, explain, onReport, takesData = false } = options
  signal?.throwIfAborted()
  const remote = await abortable(connection.exec(bootstrapCommand), signal, late => late.close())
  const nonce = randomBytes(12).toString('hex')
  const reported = followReport(remote.stderr, nonce, onReport)
  remote.stdin.write(serverScript(name))
  remote.stdin.write(encodeRequest([['nonce', nonce], ['job', name], ...request]))

  const done = abortable(proof(remote, reported, explain), signal)
  let failure: Error | undefined
  // Not unhandled: the body fails with it too, and callers that await `done` still see it.
  done.catch((error: Error) => {
    failure = error
  })
  if (!takesData) beatUntil(done, remote)

  const gate = new Gate(nonce, done)
  gate.on('error', () => {}) // A reader of the body sees it, even one that comes later.
  const forget = onAbort(signal, reason => {
    const first = failure ?? reason
    gate.destroy(first)
    remote.stdin.destroy(first)
    remote.close()
  })
  gate.once('close', forget)
  pipeline(remote.stdout, gate, () => remote.close())
  return {
    body: gate,
    done,
    input: remote.stdin,
    send: line => remote.stdin.write(`${line}\n`),
    close: () => remote.close(),
  }
}

/** What a job printed, and its report. */
export interface JobResult {
  text: string
  report: JobReport
}

/** Runs a job to its end and returns its output, which is kept in memory. */
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

/** Drops the output of the login shell before the nonce, passes the data, and holds back the end until `proof`. */
class Gate extends Transform {
  private readonly marker: Buffer
  private readonly proof: Promise<unknown>
  private before: Buffer | undefined = Buffer.alloc(0)

  constructor(nonce: string, proof: Promise<unknown>) {
    super({ readableHighWaterMark: 1 << 20, writableHighWaterMark: 1 << 18 })
    this.marker = Buffer.from(`@${nonce}\n`)
    this.proof = proof
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    callback(null, this.before === undefined ? chunk : this.afterMarker(this.before, chunk))
  }

  override _flush(callback: TransformCallback): void {
    this.proof.then(
      () =>
        callback(
          this.before === undefined
            ? null
            : new FailureError('A job on the server ended without its marker on standard output.'),
        ),
      callback,
    )
  }

  /** The data after the marker; undefined until the marker has arrived. */
  private afterMarker(before: Buffer, chunk: Buffer): Buffer | undefined {
    const seen = Buffer.concat([before, chunk])
    const at = seen.indexOf(this.marker)
    if (at < 0) {
      // Keeps only what could be the start of the marker, however much arrives.
      this.before = seen.subarray(Math.max(0, seen.length - this.marker.length))
      return undefined
    }
    this.before = undefined
    const data = seen.subarray(at + this.marker.length)
    return data.length > 0 ? data : undefined
  }
}
