import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandName } from '../../inputs/file/find-step'
import { readStep, type StepInputs } from '../../inputs/file/read-step'
import { describeFailure } from '../../report/failure'
import { messageOf, UserError } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { type TerminalRun, type TerminalSteps, terminalSteps } from '../../runtime/terminal/terminal-runtime'
import { printable } from '../../runtime/text/printable'
import { tool } from '../../runtime/version'
import { actions } from '../actions'
import type { ActionEnd } from '../run-action'
import { type ProgramRequest, readArguments, usage } from './arguments'

type ProgramProcess = TerminalRun['process'] & {
  env: Record<string, string | undefined>
  stderr: { write(text: string): unknown }
}

/** The command line program: runs the step that a file describes, and its post step, as GitHub's runner would. */
export async function runProgram(words: readonly string[], process: ProgramProcess): Promise<ActionEnd> {
  let request: ProgramRequest
  let steps: TerminalSteps
  try {
    const asked = readArguments(words)
    if (asked === 'help' || asked === 'version') {
      process.stdout.write(asked === 'help' ? usage : `${tool.name} ${tool.version}\n`)
      return { isGood: true, isSettled: true }
    }
    request = asked
    steps = stepsOf(request, process)
  } catch (error) {
    process.stderr.write(refusal(error))
    return { isGood: false, isSettled: true }
  }
  const main = await actions[request.command](steps.main)
  const end = main.isSettled ? await afterwards(request.command, main, steps) : leftUndone(main, steps.main)
  steps.finish()
  return end
}

const postSteps = { backup: 'backup-post', restore: 'restore-post', verify: 'verify-post', list: undefined } as const

async function afterwards(command: CommandName, main: ActionEnd, steps: TerminalSteps): Promise<ActionEnd> {
  const name = postSteps[command]
  if (name === undefined) return main
  const post = await actions[name](steps.post())
  return { isGood: main.isGood && post.isGood, isSettled: post.isSettled }
}

/** The work hangs: a clean-up beside it would meet it. */
function leftUndone(main: ActionEnd, { log }: Runtime): ActionEnd {
  log.warning('What it left is cleaned up by the next run.', 'The run did not end in time')
  return main
}

function stepsOf(request: ProgramRequest, process: ProgramProcess): TerminalSteps {
  const { file, command, summaryFile, outputsFile } = request
  const texts = { text: readText(file), actionText: readFileSync(join(__dirname, 'actions', `${command}.yml`), 'utf8') }
  const step = readStep({ ...request, ...texts, environment: process.env })
  Object.assign(process.env, step.env)
  forget(step, process.env)
  return terminalSteps({ process, inputs: step.inputs, secrets: step.secrets, summaryFile, outputsFile })
}

/** Programs that this one starts need no secrets in their environment. */
function forget({ secretVariables }: StepInputs, env: Record<string, string | undefined>): void {
  for (const name of secretVariables) delete env[name]
}

const fileBytesMax = 1024 * 1024

function readText(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(`The file "${file}" cannot be read: ${messageOf(error)}`, { advice: 'Check "--with".' })
  }
  if (text.length <= fileBytesMax) return text
  throw new UserError(`The file "${file}" has more than 1 MiB: that is no workflow.`, { advice: 'Check "--with".' })
}

/** On standard error: nothing has begun. */
function refusal(error: unknown): string {
  const context = { safe: 'Nothing was done.', isCancelled: false, scrub: (text: string) => text }
  const { what, advice, detail } = describeFailure(error, context)
  // The first line of the details is the message itself.
  const lines = [`Error: ${what}`, ...detail.slice(1), ...advice.split('\n').map(line => `  ${line}`)]
  return `${lines.map(printable).join('\n')}\n`
}
