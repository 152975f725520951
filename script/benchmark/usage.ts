import { readdirSync, readFileSync } from 'node:fs'

/** What a piece of work took on the runner's side: all processes that this process started for it, and theirs. */
export interface Usage {
  wallMs: number
  /** User and system time, as the kernel counted it when the processes had ended. */
  cpuSeconds: number
  /** The peaks of the processes, added up (`VmHWM`). */
  peakRssBytes: number
  /** What they sent to a disk (`write_bytes`). */
  diskWriteBytes: number
  /** Resident memory at times since the start, added up. */
  memory: { atMs: number; rssBytes: number }[]
}

const sampleMs = 100

/** Runs `work` and measures the processes it starts. Only one at a time. */
export async function measure<T>(work: () => Promise<T>): Promise<{ result: T; usage: Usage }> {
  const before = new Set(below(process.pid))
  const seen = new Map<number, { peak: number; written: number }>()
  const memory: Usage['memory'] = []
  const cpuBefore = childrenCpuSeconds()
  const startedAt = performance.now()
  const sample = () => {
    let rssBytes = 0
    for (const pid of below(process.pid, before)) {
      const status = read(pid, 'status')
      rssBytes += kilobytes(status, 'VmRSS')
      const written = Number(/^write_bytes: (\d+)/m.exec(read(pid, 'io'))?.[1] ?? 0)
      const last = seen.get(pid) ?? { peak: 0, written: 0 }
      seen.set(pid, {
        peak: Math.max(last.peak, kilobytes(status, 'VmHWM')),
        written: Math.max(last.written, written),
      })
    }
    memory.push({ atMs: performance.now() - startedAt, rssBytes })
  }
  const timer = setInterval(sample, sampleMs)
  try {
    const result = await work()
    const all = [...seen.values()]
    return {
      result,
      usage: {
        wallMs: performance.now() - startedAt,
        cpuSeconds: childrenCpuSeconds() - cpuBefore,
        peakRssBytes: all.reduce((sum, { peak }) => sum + peak, 0),
        diskWriteBytes: all.reduce((sum, { written }) => sum + written, 0),
        memory,
      },
    }
  } finally {
    clearInterval(timer)
  }
}

/** Of all processes below this one, the servers among them, with those that have ended: user and system time. */
export function allCpuSeconds(): number {
  const ticks = below(process.pid).flatMap(pid => fieldsOf(pid).slice(11, 15))
  return childrenCpuSeconds() + ticks.reduce((sum, each) => sum + Number(each), 0) / 100
}

/** proc_pid_stat(5), fields 16 and 17: the time of children that have ended and were waited for, in ticks of 10 ms. */
function childrenCpuSeconds(): number {
  const fields = fieldsOf(process.pid)
  return (Number(fields[13]) + Number(fields[14])) / 100
}

/** The processes below `root`, past those in `without` and all below them: the servers. */
function below(root: number, without: ReadonlySet<number> = new Set()): number[] {
  const children = new Map<number, number[]>()
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    const parent = Number(fieldsOf(pid)[1])
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [pid])
    else siblings.push(pid)
  }
  const found: number[] = []
  const visit = (pid: number) => {
    for (const child of children.get(pid) ?? []) {
      if (without.has(child)) continue
      found.push(child)
      visit(child)
    }
  }
  visit(root)
  return found
}

/** The fields of /proc/<pid>/stat behind the name, from the state on. */
function fieldsOf(pid: number): string[] {
  return (/^\d+ \(.*\) (.*)$/s.exec(read(pid, 'stat'))?.[1] ?? '').split(' ')
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1024
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It has ended.
    return ''
  }
}
