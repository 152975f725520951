import type { ChildProcess } from 'node:child_process'

/** The time between SIGTERM and SIGKILL. */
const graceMs = 2_000

/** Ends a process started with `detached: true`, and its children unless they left its group. Never throws. */
export function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM')
  setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs).unref()
}

/** Signals the group of a process that still runs: the id of one that has ended may belong to another process. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has just ended.
  }
}
