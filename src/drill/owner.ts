import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process to which a drill's folder or container belongs. */
export interface Owner {
  /** Of the machine: process numbers of another one, or of another container, tell nothing here. */
  host: string
  pid: number
  /** When it started, in clock ticks since the machine did: tells it from a later process with the same number. '' when unknown. */
  started: string
}

export function thisOwner(): Owner {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) ?? '' }
}

/** Whether it is certain that the owner is gone. */
export function isDead({ host, pid, started }: Owner): boolean {
  if (host !== hostname()) return false
  return startOf(pid) !== started
}

/** As one word. */
export function ownerText({ host, pid, started }: Owner): string {
  return `${host}:${pid}:${started}`
}

/** Undefined when it is not what `ownerText` writes. */
export function parseOwner(text: string): Owner | undefined {
  const [, host = '', pid, started = ''] = /^(.+):(\d+):(\d*)$/.exec(text.trim()) ?? []
  return pid === undefined ? undefined : { host, pid: Number(pid), started }
}

/** The 22nd field of /proc/PID/stat, proc(5), of one that has not ended; the second is a name in brackets that may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? undefined : fields[18]
  } catch {
    return undefined
  }
}
