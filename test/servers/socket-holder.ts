import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A process that holds a Unix socket open. */
export interface SocketHolder {
  /** Ends it; the socket goes away with it. */
  stop(): Promise<void>
}

/** Makes a socket at `path`, of at most 107 bytes (unix(7)), as a database or PHP leaves one in its folder. */
export async function holdSocket(path: string): Promise<SocketHolder> {
  const program = `require('node:net').createServer().listen(process.argv[1], () => console.log('ready'))`
  const child = spawn(process.execPath, ['-e', program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  if (child.exitCode !== null) throw new Error(`No socket could be made at ${path}.`)
  return {
    stop: async () => {
      child.kill()
      await ended
    },
  }
}
