import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { FailureError, messageOf } from '../../runtime/errors'
import type { Connection, RemoteExit, RemoteProcess } from '../../ssh/remote'
import { endGroup } from './process-group'
import { ProcessInput } from './process-input'

export interface LocalConnectionOptions {
  /** What stands before `/bin/sh`: `['docker', 'exec', '-i', NAME]` leads into a container. Nothing by default. */
  command?: readonly string[]
  /** All the variables that a command sees. */
  environment: NodeJS.ProcessEnv
}

/**
 * This machine, or a container on it, as if it were a server at the other end of a connection: what runs a job there runs it here. Each
 * command runs under /bin/sh in a process group of its own.
 */
export function localConnection(options: LocalConnectionOptions): Connection {
  const running = new Set<RemoteProcess>()
  let isClosed = false
  return {
    serverVersion: 'this machine',
    exec: async command => {
      if (isClosed) throw new FailureError('The connection to this machine was closed.')
      const started = await start(command, options)
      running.add(started)
      void started.exit.then(() => running.delete(started))
      if (isClosed) started.close()
      return started
    },
    close: () => {
      isClosed = true
      for (const each of running) each.close()
    },
  }
}

async function start(
  text: string,
  { command = [], environment }: LocalConnectionOptions,
): Promise<RemoteProcess> {
  const [program = '/bin/sh', ...words] = [...command, '/bin/sh', '-c', text]
  // The leader of its group: the script ends its whole group when its runner is gone, and only where it leads it.
  const child = spawn(program, words, { env: environment, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const exit = exitOf(child)
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new FailureError(`${program} could not be started: ${messageOf(error)}.`, { cause: error })
  }
  const stdin = new ProcessInput(child.stdin)
  const close = () => {
    stdin.destroy()
    child.stdout.destroy()
    endGroup(child)
  }
  return { stdin, stdout: child.stdout, stderr: child.stderr, exit, close }
}

function exitOf(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<RemoteExit> {
  return new Promise(resolve => {
    child.on('error', error => resolve({ kind: 'lost', reason: error.message }))
    // 'close' and not 'exit': by then all that it printed has been read.
    child.on('close', (code, signal) =>
      resolve(code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'code', code }),
    )
  })
}
