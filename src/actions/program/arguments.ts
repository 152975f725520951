import { parseArgs } from 'node:util'
import { type CommandName, commandNames } from '../../inputs/file/find-step'
import { messageOf, UserError } from '../../runtime/errors'

/** What the program is to do. */
export interface ProgramRequest {
  command: CommandName
  file: string
  step: string | undefined
  summaryFile: string | undefined
  outputsFile: string | undefined
  /** What the form of the workflow would be filled in with. */
  form: ReadonlyMap<string, string>
  isDryRun: boolean
}

/** Reads the arguments; `help` and `version` are to be printed. Throws `UserError`. */
export function readArguments(words: readonly string[]): ProgramRequest | 'help' | 'version' {
  const { values, positionals } = parsed(words)
  if (values.help) return 'help'
  if (values.version) return 'version'
  const [word, ...others] = positionals
  const command = commandNames.find(name => name === word)
  if (command === undefined || others.length > 0) {
    const seen = positionals.length === 0 ? 'nothing' : `"${positionals.join(' ')}"`
    throw new UserError(`The first argument must be backup, restore, verify or list, got ${seen}.`, { advice: help })
  }
  const { with: file, name, summary, outputs, input = [] } = values
  if (file === undefined || file === '') {
    throw new UserError('"--with" is missing: the file with the inputs.', { advice: help })
  }
  return {
    ...{ command, file, step: name, summaryFile: summary, outputsFile: outputs },
    ...{ form: new Map(input.map(formField)), isDryRun: values['dry-run'] ?? false },
  }
}

const help = 'See: make-a-backup --help'

const options = {
  with: { type: 'string' },
  name: { type: 'string' },
  input: { type: 'string', multiple: true },
  summary: { type: 'string' },
  outputs: { type: 'string' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

function parsed(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true })
  } catch (error) {
    // The message may have a value, and a value may be a secret that is in the wrong place.
    const option = /'(-[-\w]+)/.exec(messageOf(error))?.[1] ?? 'an argument'
    throw new UserError(`"${option}" is unknown, or without its value.`, { advice: help })
  }
}

function formField(field: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z_][\w-]*)=(.*)$/s.exec(field) ?? []
  if (name !== undefined && value !== undefined) return [name, value]
  throw new UserError('"--input" must be a name and a value: --input snapshot=Monday-13-00', { advice: help })
}

export const usage = `Usage: make-a-backup backup|restore|verify|list --with FILE [--name STEP] [--input NAME=VALUE]
                     [--dry-run] [--summary FILE] [--outputs FILE]

  --with FILE          a workflow with a step that uses the action, or a plain file of inputs, one "name: value" each
  --name STEP          which step, where several use the action: its name, its id, or its job
  --input NAME=VALUE   what \${{ inputs.NAME }} is, as in the form of the workflow; may be repeated; never a secret
  --dry-run            check everything, change nothing
  --summary FILE       write the job summary there, as Markdown
  --outputs FILE       write the outputs there, as JSON

\${{ secrets.X }} and \${{ vars.X }} are read from the environment variable X, or from the file that X_FILE names.
The status is 0 when the run is green, else 1. docs/without-github.md has the rest.
`
