import type { ChildProcess } from 'node:child_process'

/** How long a group that was told to stop may tidy up. */
const graceMs = 2_000

/** Ends a process that was started with `detached: true`, and all that it started and did not part from itself. Never throws. */
export function endGroup(child: ChildProcess): void {
  tellGroup(child, 'SIGTERM')
  setTimeout(() => tellGroup(child, 'SIGKILL'), graceMs).unref()
}

/** Sends a signal to the group of a process that has not ended: the number of one that has may be somebody else's by now. */
export function tellGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has ended in this very moment.
  }
}
