import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { FailureError, messageOf } from '../../runtime/errors'
import type { Connection, RemoteExit, RemoteProcess } from '../../ssh/remote'
import { endGroup } from './process-group'
import { ProcessInput } from './process-input'

export interface LocalConnectionOptions {
  /** The words before `/bin/sh`: `['docker', 'exec', '-i', NAME]` runs in a container. Empty by default. */
  command?: readonly string[]
  /** The complete environment of a command. */
  environment: NodeJS.ProcessEnv
}

/**
 * A connection to this machine, or to a container on it, so that jobs run here as they do on a server. Each command
 * runs under /bin/sh in its own process group.
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

async function start(text: string, { command = [], environment }: LocalConnectionOptions): Promise<RemoteProcess> {
  const [program = '/bin/sh', ...words] = [...command, '/bin/sh', '-c', text]
  // Must lead its process group: only then does the script end the whole group once its runner is gone.
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
    // 'close', not 'exit': by then all output has been read.
    child.on('close', (code, signal) =>
      resolve(code === null ? { kind: 'signal', signal: signal ?? 'unknown' } : { kind: 'code', code }),
    )
  })
}
