import { randomBytes } from 'node:crypto'
import { pipeline, type Readable, Transform, type TransformCallback, type Writable } from 'node:stream'
import { abortable, onAbort } from '../runtime/abortable'
import { FailureError } from '../runtime/errors'
import type { Connection, RemoteExit, RemoteProcess } from '../ssh/remote'
import { followReport, type JobReport, type ReportLine } from './job-report'
import { encodeRequest, type Request } from './request'
import { bootstrapCommand, type ServerJob, serverScript } from './server-script'

/** How often a job hears that its runner lives. The script takes a lock for dead after two minutes of silence. */
const heartbeatMs = 15_000

/** One job of the server script, running. `docs/protocol.md` says what goes over the wire. */
export interface Job {
  /**
   * What the job prints. It ends only after the job has proven its success; otherwise it fails with the error that
   * `explain` made. This is the gate: nothing behind it can take a cut stream for a whole one.
   */
  readonly body: Readable
  /** How it went, once the job has proven its success. Rejects with the same error as `body`. */
  readonly done: Promise<JobReport>
  /** The job's standard input, for jobs that take data. */
  readonly input: Writable
  /** Sends a line to the job's standard input. */
  send(line: string): void
  /** Ends the job now: on the server its whole process group is told to stop. */
  close(): void
}

/** What is known of a job that did not succeed. */
export interface JobFailure {
  exit: RemoteExit
  report: JobReport
}

export interface JobOptions {
  /** Called with each line of the job's report as it comes. */
  onReport?: (line: ReportLine) => void
  /** Its standard input carries data, so no heartbeats are sent. */
  takesData?: boolean
  /** Makes the error that the person reads. */
  explain: (failure: JobFailure) => Error
  /**
   * Ends the job: its channel is closed, and `body`, `done` and `input` fail with the reason, unless they had failed or ended before. Nobody
   * waits for the process: a channel that is closed from here may stay open until it ends.
   */
  signal?: AbortSignal | undefined
}

/**
 * Starts a job. It has succeeded when three things are seen: the exit status 0, received; the line `done`, written last; and
 * the end of standard output. ssh2 reports a dead link as a normal end of stream, so the end alone proves nothing.
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
  // The body fails with it as well; whoever awaits `done` still sees it.
  done.catch((error: Error) => {
    failure = error
  })
  if (!takesData) beatUntil(done, remote)

  const gate = new Gate(nonce, done)
  gate.on('error', () => {}) // Whoever reads the body sees it, also later.
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

/** Runs a job to its end and returns what it printed; for small answers. */
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

/** Drops what a login shell printed before the nonce, passes the data, and holds back the end until `proof` is there. */
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
            : new FailureError('A job on the server ended without a word on its standard output.'),
        ),
      callback,
    )
  }

  /** What follows the marker, once it has come; until then nothing. */
  private afterMarker(before: Buffer, chunk: Buffer): Buffer | undefined {
    const seen = Buffer.concat([before, chunk])
    const at = seen.indexOf(this.marker)
    if (at < 0) {
      // Of endless noise only so much is kept as could begin the marker.
      this.before = seen.subarray(Math.max(0, seen.length - this.marker.length))
      return undefined
    }
    this.before = undefined
    const data = seen.subarray(at + this.marker.length)
    return data.length > 0 ? data : undefined
  }
}
