import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.coerce.string().optional() }).loose().nullable()).optional(),
  runs: z.object({
    using: z.literal('node24'),
    main: z.string(),
    post: z.string().optional(),
    'post-if': z.string().default('always()'),
  }),
})

/** What `github.token` is in every job. */
export const jobToken = 'ghs_0123456789abcdefghijklmnopqrstuvwxyz'

/** What the runner takes from an `action.yml`. Paths are absolute. */
export interface ActionFile {
  /** Every declared input; '' where there is no default, as the runner has it. */
  defaults: Readonly<Record<string, string>>
  main: string
  post: string | undefined
  postIf: string
}

/** Reads `action.yml` in `folder`. Throws when it is not a `node24` action, or when a default is an expression. */
export async function readActionFile(folder: string): Promise<ActionFile> {
  const action = actionSchema.parse(parse(await readFile(join(folder, 'action.yml'), 'utf8')))
  const defaults: Record<string, string> = {}
  for (const [name, input] of Object.entries(action.inputs ?? {})) {
    const value = input?.default ?? ''
    const text = value.replace(/^\$\{\{ github\.token \}\}$/, jobToken)
    if (text.includes('${{')) throw new Error(`The default of "${name}" is an expression: ${value}`)
    defaults[name] = text
  }
  return {
    defaults,
    main: resolve(folder, action.runs.main),
    post: action.runs.post === undefined ? undefined : resolve(folder, action.runs.post),
    postIf: action.runs['post-if'],
  }
}

/**
 * The environment variables that carry inputs: `ssh-port` -> `INPUT_SSH-PORT`. Spaces become underscores, dashes stay.
 * Throws for an input that the action does not declare (the runner only warns).
 */
export function inputVariables(
  defaults: Readonly<Record<string, string>>,
  inputs: Readonly<Record<string, string>>,
): Record<string, string> {
  const unknown = Object.keys(inputs).filter(name => !(name in defaults))
  if (unknown.length > 0) throw new Error(`The action declares no input ${unknown.join(', ')}.`)
  const variables = Object.entries({ ...defaults, ...inputs }).map(([name, value]) => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    value,
  ])
  return Object.fromEntries(variables)
}

/** Whether the post step runs, by its `post-if`. Knows the four status functions. */
export function postRuns(postIf: string, conclusion: 'success' | 'failure' | 'cancelled'): boolean {
  const condition = postIf.replace(/^\$\{\{(.*)\}\}$/, '$1').trim()
  if (condition === 'always()') return true
  if (condition === 'success()' || condition === 'failure()' || condition === 'cancelled()') {
    return condition === `${conclusion}()`
  }
  throw new Error(`post-if: ${postIf} is more than this emulator knows.`)
}
