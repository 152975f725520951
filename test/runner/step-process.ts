import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * When to act on a step: so many milliseconds after its start, at the first line of output for which this is true, or
 * when the promise resolves.
 */
export type Moment = number | ((line: string) => boolean) | Promise<unknown>

/** What the runner waits after SIGINT, then after SIGTERM (actions/runner, `ProcessInvoker`). */
const sigintTimeoutMs = 7_500
const sigtermTimeoutMs = 2_500

export interface ProcessEnd {
  /** As a shell counts: 128 + n after signal n. */
  exitCode: number
  signal: NodeJS.Signals | null
  durationMs: number
  /** The most memory the process held at once (`VmHWM`); what its children held does not count. */
  peakRssBytes: number
  /** What the process sent to a disk (`write_bytes` of /proc/<pid>/io); 0 on a file system in memory. */
  diskWriteBytes: number
  /** The signals sent to it, in order. */
  signals: NodeJS.Signals[]
}

/** The Node 24 that runs actions, by `script/node24`. */
export function node24(): string {
  node24Path ??= execFileSync('bash', [join(__dirname, '../../script/node24')], { encoding: 'utf8' }).trim()
  return node24Path
}

let node24Path: string | undefined

interface StepOptions {
  /** What is put before the command. */
  within: readonly string[]
  cwd: string
  env: Record<string, string>
  onPoll: () => void
}

/** One step's process: started, cancelled or killed as the runner does it, and measured while it runs. */
export class StepProcess {
  readonly child: ChildProcess
  readonly end: Promise<ProcessEnd>
  private readonly signals: NodeJS.Signals[] = []
  private readonly timers: NodeJS.Timeout[] = []
  private readonly onPoll: () => void
  private peakRssBytes = 0
  private diskWriteBytes = 0

  constructor(script: string, options: StepOptions) {
    this.onPoll = options.onPoll
    const [program = '', ...args] = [...options.within, node24(), script]
    const startedAt = performance.now()
    this.child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.timers.push(setInterval(() => this.measure(), 50))
    this.end = new Promise((resolve, reject) => {
      this.child.once('error', reject)
      // close and not exit: the last lines may still be on their way.
      this.child.once('close', (code, signal) => {
        for (const timer of this.timers) clearTimeout(timer)
        resolve({
          exitCode: code ?? 128 + (signal === null ? 0 : signalNumber(signal)),
          signal,
          durationMs: performance.now() - startedAt,
          peakRssBytes: this.peakRssBytes,
          diskWriteBytes: this.diskWriteBytes,
          signals: this.signals,
        })
      })
    })
  }

  /** SIGINT; 7.5 s later SIGTERM; 2.5 s later the process and all below it are killed. Only the first call counts. */
  cancel(): void {
    if (this.signals.length > 0) return
    this.send('SIGINT')
    this.later(sigintTimeoutMs, () => this.send('SIGTERM'))
    this.later(sigintTimeoutMs + sigtermTimeoutMs, () => this.kill())
  }

  /** SIGKILL at once, without warning, to the process and all below it. */
  kill(): void {
    const below = this.child.pid === undefined ? [] : descendants(this.child.pid)
    this.send('SIGKILL')
    for (const pid of below) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
  }

  later(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, ms))
  }

  private send(signal: NodeJS.Signals): void {
    this.signals.push(signal)
    this.child.kill(signal)
  }

  private measure(): void {
    this.onPoll()
    const { pid } = this.child
    if (pid === undefined) return
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readProc(pid, 'status'))?.[1]
    const bytes = /^write_bytes: (\d+)/m.exec(readProc(pid, 'io'))?.[1]
    if (kilobytes !== undefined) this.peakRssBytes = Math.max(this.peakRssBytes, Number(kilobytes) * 1024)
    if (bytes !== undefined) this.diskWriteBytes = Math.max(this.diskWriteBytes, Number(bytes))
  }
}

function readProc(pid: number | string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function descendants(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    // proc_pid_stat(5): the parent stands second behind the name, which is in brackets and may hold anything.
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(/^\d+$/.test(entry) ? readProc(entry, 'stat') : '')?.[1]
    if (parent !== undefined) parents.set(Number(entry), Number(parent))
  }
  const found = [pid]
  for (const one of found) {
    for (const [child, parent] of parents) if (parent === one) found.push(child)
  }
  return found.slice(1)
}

function signalNumber(signal: NodeJS.Signals): number {
  return signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 0
}
