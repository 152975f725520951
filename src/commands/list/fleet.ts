import { type Finding, warning } from '../../findings/finding'
import { quotedName } from '../../findings/quoted-name'
import type { ListInputs } from '../../inputs/list'
import { defined } from '../../runtime/defined'
import { ActionError, asOne, CancelledError, FailureError, UserError } from '../../runtime/errors'
import { type ListResult, type ListTools, list } from './list'

/** What is listed of one server of a fleet. */
export interface ListedServer {
  prefix: string
  /** Undefined: the store gave no answer about it. */
  result: Omit<ListResult, 'error'> | undefined
  /** Why it fails the run. */
  error: ActionError | undefined
}

/** Lists each prefix of a fleet, one after the other. A prefix that fails does not stop the others. */
export async function listFleet(
  inputs: ListInputs,
  fleet: readonly string[],
  { runtime, repository }: ListTools,
): Promise<{ servers: ListedServer[]; warnings: Finding[]; error: ActionError | undefined }> {
  const servers: ListedServer[] = []
  for (const prefix of fleet) {
    const own = { ...inputs, s3: { ...inputs.s3, prefix } }
    try {
      const { error, ...result } = await list(own, { runtime, repository: { ...repository, prefix } })
      servers.push({ prefix, result, error: error && ofServer(prefix, error) })
    } catch (error) {
      if (!(error instanceof ActionError) || error instanceof CancelledError || runtime.signal.aborted) throw error
      servers.push({ prefix, result: undefined, error: ofServer(prefix, error) })
    }
  }
  const warnings = servers.flatMap(({ prefix, result }) =>
    (result?.warnings ?? []).map(({ code, what, fix }) => warning(code, `${quotedName(prefix)}: ${what}`, fix)),
  )
  return { servers, warnings, error: asOne(servers.flatMap(({ error }) => error ?? [])) }
}

function ofServer(prefix: string, error: ActionError): ActionError {
  const { title, safe, advice, detail } = error
  const facts = { title: `${quotedName(prefix)}: ${title}`, advice, detail, cause: error, ...defined({ safe }) }
  const message = `${quotedName(prefix)}: ${error.message}`
  return error instanceof UserError ? new UserError(message, facts) : new FailureError(message, facts)
}
