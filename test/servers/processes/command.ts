import { spawn } from 'node:child_process'

/** What a finished command said. */
export interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

/** Runs a local command to its end with `input` on stdin; a status other than 0 is the caller's to judge. */
export function tryCommand(file: string, args: readonly string[], input: string | Buffer = ''): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    // A command that ends before it has read everything says why by its status.
    child.stdin.on('error', () => {})
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8')
      resolve({
        code: code ?? -1,
        stdout: text(stdout),
        stderr: text(stderr) + (signal ? `killed by ${signal}` : ''),
      })
    })
    child.stdin.end(input)
  })
}

/** Like `tryCommand`, and throws with what the command said when it fails. Returns stdout. */
export async function command(file: string, args: readonly string[], input: string | Buffer = ''): Promise<string> {
  const result = await tryCommand(file, args, input)
  if (result.code !== 0) {
    throw new Error(`${file} ${args.join(' ')} ended with ${result.code}:\n${result.stderr}${result.stdout}`)
  }
  return result.stdout
}
