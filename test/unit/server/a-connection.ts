import { PassThrough, Writable } from 'node:stream'
import type { Connection, RemoteExit, RemoteProcess } from '../../../src/ssh/remote'

/** A connection whose commands a test plays by hand, with streams in memory. */
export interface TestConnection extends Connection {
  /** What was started on it, in order. */
  readonly processes: TestProcess[]
  readonly isClosed: boolean
  /** Called by `exec`, which waits for it. */
  beforeExec: () => Promise<void> | void
}

/** One command. As over SSH, a channel that is closed from this side stays open until its process ends. */
export interface TestProcess extends RemoteProcess {
  readonly received: string
  readonly isClosed: boolean
  /** What tells the job's own lines from what others print. */
  readonly nonce: string
  /** Writes to standard output as it stands. */
  prints(text: string | Buffer): void
  /** Begins the data of the job. */
  begins(): void
  /** A line of its report. */
  reports(line: string): void
  /** A line of a tool on standard error. */
  complains(line: string): void
  /** Ends both outputs; the exit comes with `exits`. */
  endsOutput(): void
  exits(exit: RemoteExit | number): void
  /** Does all it was asked for. */
  succeeds(text?: string): void
}

export function aConnection(): TestConnection {
  const processes: TestProcess[] = []
  let isClosed = false
  const connection: TestConnection = {
    serverVersion: 'SSH-2.0-Test',
    processes,
    get isClosed() {
      return isClosed
    },
    beforeExec: () => {},
    exec: async () => {
      await connection.beforeExec()
      const process = aProcess()
      processes.push(process)
      return process
    },
    close: () => {
      isClosed = true
      for (const process of processes) process.close()
    },
  }
  return connection
}

function aProcess(): TestProcess {
  const { promise: exit, resolve } = Promise.withResolvers<RemoteExit>()
  const stdout = new PassThrough()
  const stderr = new PassThrough()
  let received = ''
  let isClosed = false
  const stdin = new Writable({
    write: (chunk, _encoding, done) => {
      received += String(chunk)
      done()
    },
  })
  stdin.on('error', () => {})
  const process: TestProcess = {
    ...{ stdin, stdout, stderr, exit },
    get received() {
      return received
    },
    get isClosed() {
      return isClosed
    },
    get nonce() {
      return /^nonce=([0-9a-f]+)$/m.exec(received)?.[1] ?? 'no nonce was sent'
    },
    close: () => {
      isClosed = true
    },
    prints: text => {
      stdout.write(text)
    },
    begins: () => process.prints(`@${process.nonce}\n`),
    reports: line => {
      stderr.write(`@${process.nonce} ${line}\n`)
    },
    complains: line => {
      stderr.write(`${line}\n`)
    },
    endsOutput: () => {
      stdout.end()
      stderr.end()
    },
    exits: how => resolve(typeof how === 'number' ? { kind: 'code', code: how } : how),
    succeeds: (text = '') => {
      process.begins()
      process.prints(text)
      process.reports('done')
      process.endsOutput()
      process.exits(0)
    },
  }
  return process
}
