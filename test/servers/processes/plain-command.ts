import { spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import type { LocalCommand } from '../../../src/runtime/github/local-command'

/** Runs a command without `@actions/exec`, which jest cannot load. */
export const plainCommand: LocalCommand = async (program, words, environment) => {
  const child = spawn(program, words, { env: { ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  const exitCode = new Promise<number>(resolve => {
    child.on('error', () => resolve(127))
    child.on('close', code => resolve(code ?? 128))
  })
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), buffer(child.stderr)])
  return { exitCode: await exitCode, stdout: stdout.toString(), stderr: stderr.toString() }
}
