import { type Finding, problem } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import type { BackupInputs } from '../../../inputs/backup'
import { ActionError, messageOf } from '../../../runtime/errors'
import type { Runtime } from '../../../runtime/runtime'
import type { HostFacts } from '../../../sources/host/host-facts'
import type { ServerInventory } from '../../../sources/host/parse-inventory'
import type { Server } from '../../../sources/host/server'
import { preflightDatabase } from '../../../sources/mysql/plan/preflight-database'
import { planProblems } from '../plan/plan-problems'
import { describeInventory } from './describe-inventory'
import { preflightMachine } from './preflight-machine'

/**
 * Looks at tools, folders, disk and databases of a server, and names everything that a backup would trip over. `estimates`: also how
 * much the mirror needs, for which rsync walks through all folders; without it the look takes a second or two.
 */
export async function preflightServer(
  inputs: BackupInputs,
  server: Server,
  { clock, signal }: Pick<Runtime, 'clock' | 'signal'>,
  { estimates }: { estimates: boolean },
): Promise<PreflightReport> {
  const findings: Finding[] = []
  const orFinding = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work
    } catch (error) {
      signal.throwIfAborted()
      findings.push(findingOf(error))
      return undefined
    }
  }
  const { mysql: access, databases, dumpOptions, files } = inputs
  const client = { access, databases, dumpOptions, signal }
  const startedMs = clock.now().getTime()
  const hostFacts = await orFinding(server.preflight({ ...client, ...files, estimates }))
  const endedMs = clock.now().getTime()
  if (hostFacts !== undefined) findings.push(...hostFacts.problems.map(findingOf))

  const listed = canListDatabases(inputs, hostFacts)
    ? await orFinding(server.inventory({ ...client, paths: [], compression: 'none' }))
    : undefined
  const found = { ...(listed ?? nothingFound), paths: hostFacts?.paths ?? [] }
  // Databases that could not be listed are not missing.
  const asked: BackupInputs = listed === undefined ? { ...inputs, databases: [] } : inputs
  const machine =
    hostFacts === undefined
      ? { findings: [], facts: [] }
      : preflightMachine(inputs, hostFacts, { startedMs, endedMs })
  return {
    findings: [
      ...findings,
      ...machine.findings,
      ...planProblems(asked, found),
      ...preflightDatabase(asked, found, hostFacts?.brokenViews ?? []),
    ],
    facts: [...describeInventory(found).filter(line => line !== ''), ...machine.facts],
  }
}

const nothingFound: ServerInventory = {
  os: '',
  paths: [],
  visible: [],
  canIgnoreTableData: false,
  defaults: [],
}

/** Missing tools are told by the examination. */
function canListDatabases({ databases }: BackupInputs, hostFacts: HostFacts | undefined): boolean {
  const { tools } = hostFacts ?? {}
  return databases.length > 0 && (tools === undefined || (tools.has('client') && tools.has('dump-tool')))
}

/** Throws what was not made for a person: a fault of this program. */
function findingOf(error: unknown): Finding {
  if (!(error instanceof ActionError)) throw error
  const fix = error.advice ?? 'Look into the log for what the server said, and run the workflow again.'
  return problem('not-examined', messageOf(error), fix)
}
