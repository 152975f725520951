import { readFileSync } from 'node:fs'
import { listed } from '../../findings/listed'
import { mapAll } from '../../findings/read-all'
import { messageOf, UserError } from '../../runtime/errors'
import type { Environment } from '../read'
import { type ExpressionValues, fillIn } from './expressions'
import { type FoundStep, findStep, type StepChoice } from './find-step'
import { valueText } from './value-text'
import { isMap, parseYaml } from './yaml-text'

/** What the runner would give to a step. */
export interface StepInputs {
  /** Each input of the action, defaults included. */
  inputs: ReadonlyMap<string, string>
  /** Values that no log may show. */
  secrets: readonly string[]
  /** The environment variables that they came from. */
  secretVariables: readonly string[]
  /** Settings of AWS and of proxies that the workflow sets for the step. */
  env: Readonly<Record<string, string>>
}

export interface StepRequest extends StepChoice {
  /** The text of the file. */
  text: string
  /** The `action.yml` of the command. */
  actionText: string
  /** What the form of the workflow would be filled in with. */
  form: ReadonlyMap<string, string>
  isDryRun: boolean
  environment: Environment
}

/** Reads the inputs of a step as GitHub's runner does. Throws one `UserError` for all that is wrong. */
export function readStep(request: StepRequest): StepInputs {
  const { file, command, form, isDryRun, environment } = request
  const defaults = defaultsIn(request.actionText)
  const step = findStep(parseYaml(request.text, file), request)
  refuseUnknown(Object.keys(step.with), defaults, command)
  refuseForm(form, step, file)
  const secrets = new Map<string, string>()
  const missing = new Set<string>()
  const values = valuesFrom(environment, { step, form, secrets, missing })
  const given = new Map(
    mapAll(Object.entries(step.with), ([name, value]) => [name, fillIn(valueText(value, name), values)] as const),
  )
  if (isDryRun) {
    if (!defaults.has('dry-run')) {
      throw new UserError(`There is no dry run of a ${command}.`, { advice: 'Leave out --dry-run.' })
    }
    given.set('dry-run', 'true')
  }
  const preset = [...defaults].filter(([name]) => !given.has(name))
  const inputs = new Map([...preset.map(([name, value]) => [name, fillIn(value, values)] as const), ...given])
  const known = Object.entries(step.env).filter(([name]) => /^(AWS_\w+|https?_proxy|no_proxy)$/i.test(name))
  const env = Object.fromEntries(known.map(([name, value]) => [name, fillIn(valueText(value, name), values)]))
  refuseMissing([...missing], file)
  return { inputs, secrets: [...secrets.values()], secretVariables: [...secrets.keys()], env }
}

/** Names and defaults of the inputs in an `action.yml`; '' where there is none. */
function defaultsIn(actionText: string): ReadonlyMap<string, string> {
  const action = parseYaml(actionText, 'action.yml')
  const inputs = isMap(action) && isMap(action['inputs']) ? action['inputs'] : {}
  return new Map(
    Object.entries(inputs).map(([name, input]) => [name, valueText(isMap(input) ? input['default'] : '', name)]),
  )
}

function refuseUnknown(names: readonly string[], known: ReadonlyMap<string, string>, command: string): void {
  const unknown = names.filter(name => !known.has(name))
  if (unknown.length === 0) return
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]|s$/g, '')
  const meant = unknown.flatMap(name => [...known.keys()].find(each => bare(each) === bare(name)) ?? [])
  const shown = listed(
    unknown.map(name => JSON.stringify(name)),
    5,
  )
  throw new UserError(`A ${command} has no input ${shown}.`, {
    advice: meant.length > 0 ? `Did you mean ${listed(meant, 5)}?` : `docs/inputs.md lists the inputs of a ${command}.`,
  })
}

function refuseMissing(names: readonly string[], file: string): void {
  const [first] = names
  if (first === undefined) return
  const are = names.length === 1 ? 'An environment variable is' : 'Environment variables are'
  throw new UserError(
    `${are} not set, and "${file}" needs ${names.length === 1 ? 'it' : 'them'}: ${names.join(', ')}.`,
    {
      advice: `Set ${first}, or ${first}_FILE to the path of a file that has the value; where it is to be empty: ${first}=`,
    },
  )
}

function refuseForm(form: ReadonlyMap<string, string>, step: FoundStep, file: string): void {
  for (const [name, value] of form) {
    const field = step.form.get(name)
    if (field === undefined) {
      const known = [...step.form.keys()]
      throw new UserError(`The form of "${file}" has no "${name}".`, {
        advice:
          known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has none: write the value into the file itself.',
      })
    }
    if (field.options !== undefined && !field.options.includes(value)) {
      throw new UserError(`"${name}" of "${file}" must be one of its options, got "${value}".`, {
        advice: `They are: ${field.options.join(', ')}.`,
      })
    }
  }
}

function valuesFrom(
  environment: Environment,
  facts: { step: FoundStep; form: ReadonlyMap<string, string>; secrets: Map<string, string>; missing: Set<string> },
): ExpressionValues {
  const { step, form, secrets, missing } = facts
  const variable = (name: string) => readVariable(environment, name)
  return {
    variable,
    missing: name => void missing.add(name),
    secret: name => {
      const value = variable(name)
      if (value !== undefined) secrets.set(name, value)
      return value
    },
    input: name => {
      const field = step.form.get(name)
      const value = form.get(name) ?? valueText(field?.default, name)
      if (value !== '' || field?.isRequired !== true) return value
      throw new UserError(`The workflow asks for "${name}", and nothing was given.`, {
        advice: `Add --input ${name}=VALUE`,
      })
    },
  }
}

/** The value of an environment variable, or of the file that `<name>_FILE` names; GitHub's names have no letter case. */
function readVariable(environment: Environment, name: string): string | undefined {
  for (const each of [name, name.toUpperCase()]) {
    const value = environment[each]
    if (value !== undefined) return value
    const path = environment[`${each}_FILE`]
    if (path !== undefined && path !== '') return readValue(path, `${each}_FILE`)
  }
  return undefined
}

const valueBytesMax = 1024 * 1024

function readValue(path: string, variable: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new UserError(`The file that ${variable} names cannot be read: ${messageOf(error)}`, {
      advice: 'Check its path and its owner, or set the variable without _FILE to the value itself.',
    })
  }
  if (text.length <= valueBytesMax) return text.replace(/\r?\n$/, '')
  throw new UserError(`The file that ${variable} names has more than 1 MiB.`, { advice: 'It must have one value.' })
}
