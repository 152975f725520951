import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process to which a drill's folder or container belongs. */
export interface Owner {
  /** The machine or container: process numbers of another one mean nothing here. */
  host: string
  pid: number
  /** Clock ticks from boot to its start: distinguishes processes with the same number. '' when unknown. */
  started: string
}

export function thisOwner(): Owner {
  return { host: hostname(), pid: process.pid, started: startOf(process.pid) ?? '' }
}

/** Whether the owner is certainly gone. `proc`: the process list of the machine, which may be hidden or absent. */
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

/** Field 22 of /proc/PID/stat, proc(5), or `ended` for a zombie; undefined when it cannot be read. */
function startOf(pid: number, proc = '/proc'): string | undefined {
  try {
    // The second field is a name in brackets that may contain anything.
    const text = readFileSync(`${proc}/${pid}/stat`, 'utf8')
    const [state, ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' || state === 'X' ? 'ended' : fields[18]
  } catch {
    return undefined
  }
}

/** Sends no signal. EPERM: it is a process of another user. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM'
  }
}
