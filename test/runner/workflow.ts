import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { command } from '../servers/processes/command'
import { jobToken } from './action-file'
import { type ActionName, actionRun } from './action-run'
import type { ActionRun, RunOptions } from './emulator'

const workflowSchema = z.object({
  on: z.object({
    workflow_dispatch: z
      .object({ inputs: z.record(z.string(), z.object({ default: z.unknown().optional() }).loose()) })
      .partial()
      .nullish(),
  }),
  jobs: z.record(
    z.string(),
    z.object({
      steps: z.array(
        z.strictObject({
          id: z.string().optional(),
          name: z.string().optional(),
          if: z.string().optional(),
          uses: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
          run: z.string().optional(),
          env: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
})

/** What a repository has, and how the workflow was started. */
export interface WorkflowFacts {
  secrets: Readonly<Record<string, string>>
  vars: Readonly<Record<string, string>>
  /** Of a run by hand, where they differ from their defaults. Undefined: a scheduled run, which has no inputs. */
  inputs?: Readonly<Record<string, string | boolean>>
}

/**
 * Runs the steps of a workflow with one job as GitHub does, the actions from `dist/`; after a step that fails only those run whose `if` says so.
 * Returns the runs of the actions, in order. Throws for an expression that is none of `a.b.c`, `'text'`, `true`, `false` and
 * `x || y`.
 */
export async function runWorkflow(
  text: string,
  facts: WorkflowFacts,
  options: Pick<RunOptions, 'env' | 'within'>,
): Promise<ActionRun[]> {
  const { on, jobs } = workflowSchema.parse(parse(text))
  const [job, ...others] = Object.values(jobs)
  if (job === undefined || others.length > 0) throw new Error('A workflow with one job is expected.')
  const defaults = Object.entries(on.workflow_dispatch?.inputs ?? {}).map(([name, input]) => [
    name,
    input.default ?? '',
  ])
  const contexts: Record<string, unknown> = {
    secrets: facts.secrets,
    github: { token: jobToken },
    vars: facts.vars,
    inputs: facts.inputs === undefined ? {} : { ...Object.fromEntries(defaults), ...facts.inputs },
  }
  const runs: ActionRun[] = []
  const outputs: Record<string, unknown> = {}
  for (const step of job.steps) {
    const hasFailed = runs.some(({ conclusion }) => conclusion !== 'success')
    if (!runsNow(step.if, hasFailed, outputs)) continue
    const resolved = (values: Readonly<Record<string, unknown>> = {}) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, resolve(String(value), { ...contexts, steps: outputs })]),
      )
    if (step.run !== undefined) await command('env', [...assignments(resolved(step.env)), 'bash', '-ec', step.run])
    if (step.uses === undefined) continue
    const secrets = Object.values(facts.secrets)
    const run = await actionRun(actionOf(step.uses), { ...options, secrets, inputs: resolved(step.with) })
    runs.push(run)
    if (step.id !== undefined) outputs[step.id] = { outputs: run.main?.outputs ?? {} }
  }
  return runs
}

/** Knows no condition, which is `success()`, and `!cancelled() && steps.x.outputs.y == 'z'`. */
function runsNow(
  condition: string | undefined,
  hasFailed: boolean,
  outputs: Readonly<Record<string, unknown>>,
): boolean {
  if (condition === undefined) return !hasFailed
  const [, path = '', value] =
    /^\$\{\{ !cancelled\(\) && (steps\.[\w-]+\.outputs\.[\w-]+) == '([^']*)' \}\}$/.exec(condition) ?? []
  if (value === undefined) throw new Error(`A condition of another kind: ${condition}`)
  return String(operandValue(path, { steps: outputs })) === value
}

/** The text of an example of this project. */
export function example(name: string): Promise<string> {
  return readFile(join(__dirname, '../../examples', name), 'utf8')
}

function actionOf(uses: string): ActionName {
  const name = /^OWNER\/make-a-backup(?:\/(restore|verify|list))?@v1$/.exec(uses)
  if (name === null) throw new Error(`Not one of our actions: ${uses}`)
  return (name[1] ?? '') as ActionName
}

function assignments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`)
}

function resolve(text: string, contexts: Readonly<Record<string, unknown>>): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => String(evaluated(expression, contexts)))
}

/** The first operand that is true, as GitHub has it: '' and `false` are not. The last one where none is. */
function evaluated(expression: string, contexts: Readonly<Record<string, unknown>>): unknown {
  const operands = expression.split('||').map(each => operandValue(each.trim(), contexts))
  return operands.find(value => value !== '' && value !== false) ?? operands.at(-1)
}

function operandValue(operand: string, contexts: Readonly<Record<string, unknown>>): unknown {
  const literal = /^'([^']*)'$/.exec(operand)
  if (literal !== null) return literal[1]
  if (operand === 'true' || operand === 'false') return operand === 'true'
  if (!/^[a-z]+(\.[\w-]+)+$/.test(operand)) throw new Error(`An expression of another kind: ${operand}`)
  let value: unknown = contexts
  for (const name of operand.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  return value ?? ''
}
