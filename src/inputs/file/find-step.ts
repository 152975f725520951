import { UserError } from '../../runtime/errors'
import { isMap } from './yaml-text'

/** The actions by their name as commands. */
export const commandNames = ['backup', 'restore', 'verify', 'list'] as const
export type CommandName = (typeof commandNames)[number]

/** What a file says about one run, before anything is filled in. */
export interface FoundStep {
  with: Readonly<Record<string, unknown>>
  /** Of the workflow, the job and the step. */
  env: Readonly<Record<string, unknown>>
  /** The form of the workflow, by name: the defaults. */
  form: ReadonlyMap<string, FormInput>
}

interface FormInput {
  default: unknown
  isRequired: boolean
  options?: readonly string[]
}

/** Which file it is, and which step of it is wanted. */
export interface StepChoice {
  file: string
  command: CommandName
  /** The input `--name`: the name or the id of a step, or the job that it is in. */
  step: string | undefined
}

/**
 * The step of a workflow that uses the action of a command, or a file of inputs alone. Throws `UserError`, also when several
 * steps use it and none was named.
 */
export function findStep(document: unknown, choice: StepChoice): FoundStep {
  if (!isMap(document)) {
    throw new UserError(`"${choice.file}" has neither a workflow nor inputs.`, {
      advice: 'Write a workflow with a step that uses the action, or one "name: value" for each input.',
    })
  }
  const { jobs } = document
  if (!isMap(jobs)) return { with: document, env: {}, form: new Map() }
  const uses = stepsOf(jobs).filter(({ action }) => action === choice.command)
  const used = chooseStep(uses, choice, stepsOf(jobs))
  const env = [document['env'], used.job['env'], used.step['env']].filter(isMap)
  return { with: withOf(used, choice.file), env: Object.assign({}, ...env), form: formOf(document) }
}

interface UsedStep {
  step: Readonly<Record<string, unknown>>
  job: Readonly<Record<string, unknown>>
  jobName: string
  action: CommandName
  /** How `--name` may call it, the best first. */
  names: readonly string[]
}

function stepsOf(jobs: Readonly<Record<string, unknown>>): UsedStep[] {
  return Object.entries(jobs).flatMap(([jobName, job]) => {
    const steps = isMap(job) && Array.isArray(job['steps']) ? job['steps'].filter(isMap) : []
    const ours = steps.flatMap(step => {
      const action = actionOf(step['uses'])
      return action === undefined ? [] : [{ step, action }]
    })
    return ours.map(({ step, action }, at) => ({
      ...{ step, action, jobName, job: isMap(job) ? job : {} },
      names: [step['name'], step['id'], ...(ours.length === 1 ? [jobName] : []), `${jobName}/${at + 1}`].flatMap(
        name => (typeof name === 'string' && name !== '' ? [name] : []),
      ),
    }))
  })
}

/** `OWNER/make-a-backup/restore@v1`, or a path to a copy of it: `./restore`. */
function actionOf(uses: unknown): CommandName | undefined {
  if (typeof uses !== 'string') return undefined
  const [, folder = ''] = /^[^/\s]+\/make-a-backup(?:\/([a-z]+))?@\S+$/.exec(uses) ??
    /^\.{1,2}(?:\/(?:.*\/)?(?:make-a-backup\/?)?(restore|verify|list)?\/?)?$/.exec(uses) ?? [undefined, 'none']
  const name = folder === '' ? 'backup' : folder
  return commandNames.find(known => known === name)
}

function chooseStep(
  uses: readonly UsedStep[],
  { file, command, step }: StepChoice,
  all: readonly UsedStep[],
): UsedStep {
  const named = step === undefined ? uses : uses.filter(({ names }) => names.includes(step))
  const [only, ...others] = named
  if (only !== undefined && others.length === 0) return only
  const choices = (named.length > 0 ? named : uses).map(each => distinct(each, uses))
  if (choices.length > 0) {
    const which = step === undefined ? '' : ` by the name "${step}"`
    throw new UserError(`"${file}" has ${named.length} steps${which} that use the action for a ${command}.`, {
      advice: `Choose one: ${choices.map(name => `--name '${name}'`).join(', ')}`,
    })
  }
  const found = [...new Set(all.map(({ action }) => action))]
  throw new UserError(`"${file}" has no step that uses the action for a ${command}.`, {
    advice:
      found.length === 0
        ? 'A step uses it by "uses: OWNER/make-a-backup@v1", or with /restore, /verify or /list before the @.'
        : `It has one for: ${found.join(', ')}.`,
  })
}

/** A name that no other step has. */
function distinct(one: UsedStep, all: readonly UsedStep[]): string {
  const isShared = (name: string) => all.some(other => other !== one && other.names.includes(name))
  return one.names.find(name => !isShared(name)) ?? one.jobName
}

function withOf({ step }: UsedStep, file: string): FoundStep['with'] {
  const inputs = step['with'] ?? {}
  if (isMap(inputs)) return inputs
  throw new UserError(`"${file}": what is below "with:" must be inputs, one "name: value" each.`)
}

function formOf(document: Readonly<Record<string, unknown>>): FoundStep['form'] {
  const on = document['on']
  const dispatch = isMap(on) ? on['workflow_dispatch'] : undefined
  const inputs = isMap(dispatch) && isMap(dispatch['inputs']) ? dispatch['inputs'] : {}
  return new Map(
    Object.entries(inputs).map(([name, input]) => {
      const fields = isMap(input) ? input : {}
      const options = Array.isArray(fields['options']) ? fields['options'].map(String) : undefined
      // The form of GitHub begins with the first of a choice.
      const preset = fields['default'] ?? (fields['type'] === 'choice' ? options?.[0] : undefined)
      return [name, { default: preset, isRequired: fields['required'] === true, ...(options && { options }) }]
    }),
  )
}
