import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process to which a drill's folder or container belongs. */
export interface Owner {
  /** Of the machine: process numbers of another one, or of another container, mean nothing here. */
  host: string
  pid: number
  /**
   * When it started, in clock ticks since the machine did: distinguishes it from a later process with the same number.
   * '' when unknown.
   */
  started: string
}

export function thisOwner(): Owner {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) ?? '' }
}

/**
 * Whether it is certain that the owner is gone. `proc`: where the machine lists its processes, which may be hidden or
 * not there.
 */
export function isDead({ host, pid, started }: Owner, proc = '/proc'): boolean {
  if (host !== hostname()) return false
  const found = startOf(pid, proc)
  return found === undefined || started === '' ? !isThere(pid) : found !== started
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

/**
 * The 22nd field of /proc/PID/stat, proc(5); the second is a name in brackets that may hold anything. `ended` of one
 * whose parent has not heard of its end yet; undefined when it cannot be seen.
 */
function startOf(pid: number, proc = '/proc'): string | undefined {
  try {
    const text = readFileSync(`${proc}/${pid}/stat`, 'utf8')
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? 'ended' : fields[18]
  } catch {
    return undefined
  }
}

/** Asks without sending anything. The process of another user may not be signalled, and is there. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM'
  }
}
