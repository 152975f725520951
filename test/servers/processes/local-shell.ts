import { spawn } from 'node:child_process'
import type { Connection, RemoteExit } from '../../../src/ssh/remote'

/**
 * A connection without SSH: each command runs on this machine through `shell`, which stands for both the login shell
 * and /bin/sh. For tests of the server script under one shell after the other.
 */
export function localShell(
  shell: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Connection & { kill(): void } {
  const running = new Set<() => void>()
  return {
    serverVersion: 'local',
    exec: async command => {
      const [program = 'sh', ...options] = shell
      const child = spawn(program, [...options, '-c', command.replace('/bin/sh', shell.join(' '))], {
        env: environment,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      child.stdin.on('error', () => {}) // A job that ended does not read its heartbeats.
      const exit = new Promise<RemoteExit>(resolve => {
        child.on('error', error => resolve({ kind: 'lost', reason: error.message }))
        child.on('close', (code, signal) => {
          running.delete(close)
          resolve(code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'code', code })
        })
      })
      const close = () => {
        child.stdin.end()
        child.stdout.destroy()
      }
      running.add(close)
      return { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, exit, close }
    },
    close: () => {
      for (const close of running) close()
    },
    /** As sshd does when a link dies: the pipes are closed. */
    kill: () => {
      for (const close of running) close()
    },
  }
}
