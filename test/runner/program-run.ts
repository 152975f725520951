import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { stringify } from 'yaml'
import type { ActionName } from './action-run'
import { encryptionInputs } from './encryption-switch'
import { node24 } from './step-process'

/** How a run of the command line program from `dist/` ended. */
export interface ProgramRun {
  exitCode: number | null
  /** Standard output, and standard error. */
  log: string
  refusal: string
  outputs: Record<string, string>
  summary: string
}

export interface ProgramOptions {
  inputs: Readonly<Record<string, string>>
  arguments?: readonly string[]
  /** Sends SIGTERM once the log has this. */
  stopAfter?: RegExp
}

/** Inputs that a workflow has from a secret; the first of them comes from a file. */
const secrets = ['ssh-key', 'mysql-password', 's3-secret-access-key', 'decryption-key']

/**
 * Runs the program with a workflow of one step. It gets no variable of a runner and none of the test but PATH. Throws when
 * a secret showed.
 */
export async function programRun(action: ActionName, options: ProgramOptions): Promise<ProgramRun> {
  const folder = await mkdtemp(join(tmpdir(), 'program-'))
  const place = (name: string) => join(folder, name)
  try {
    const inputs = { ...encryptionInputs(action), ...options.inputs }
    const variable = (input: string) => input.toUpperCase().replaceAll('-', '_')
    const used = secrets.filter(input => inputs[input] !== undefined)
    const step = {
      uses: `OWNER/make-a-backup${action === '' ? '' : `/${action}`}@v1`,
      with: { ...inputs, ...Object.fromEntries(used.map(input => [input, `\${{ secrets.${variable(input)} }}`])) },
    }
    await writeFile(place('workflow.yml'), stringify({ on: {}, jobs: { site: { steps: [step] } } }))
    await writeFile(place('key'), `${inputs['ssh-key'] ?? ''}\n`)
    const set = used.map(input =>
      input === 'ssh-key' ? ['SSH_KEY_FILE', place('key')] : [variable(input), inputs[input]],
    )
    const words = [action === '' ? 'backup' : action, '--with', place('workflow.yml'), ...(options.arguments ?? [])]
    const results = ['--summary', place('summary'), '--outputs', place('outputs')]
    const child = spawn(node24(), [join(__dirname, '../../dist/cli.js'), ...words, ...results], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...Object.fromEntries(set) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let log = ''
    let isStopped = false
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk
      if (isStopped || options.stopAfter?.test(log) !== true) return
      // Once: at its very end, a process no longer handles signals.
      isStopped = true
      child.kill('SIGTERM')
    })
    const [[exitCode], refusal] = await Promise.all([once(child, 'close'), text(child.stderr)])
    const read = (name: string) => readFile(place(name), 'utf8').catch(() => '')
    const [outputs, summary] = [await read('outputs'), await read('summary')]
    const shown = [log, refusal, outputs, summary].join('\n')
    const leaked = used.filter(input => shown.includes(secretPart(inputs[input] ?? '')))
    if (leaked.length > 0) throw new Error(`The program showed ${leaked.join(', ')}:\n${shown}`)
    return { exitCode, log, refusal, outputs: outputs === '' ? {} : JSON.parse(outputs), summary }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Of a key its second line, of a file of age keys the first that is secret: the other lines are no secret. */
function secretPart(value: string): string {
  const lines = value.trim().split('\n')
  return lines.find(line => line.startsWith('AGE-SECRET-KEY-')) ?? lines[1] ?? value
}
