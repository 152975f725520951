import { type Finding, isError } from '../../findings/finding'
import type { RestoreInputs } from '../../inputs/restore'
import { type ChosenRecoveryPoint, chooseRecoveryPoint } from '../../repository/catalog/choose-recovery-point'
import { timeStamp } from '../../repository/names/safety-key'
import type { Runtime } from '../../runtime/runtime'
import { type RestoreServer, restoreServerOver } from '../../sources/host/restore-server'
import { serverOver } from '../../sources/host/server'
import { phases } from '../phases'
import { refuseWrong } from '../refuse-wrong'
import {
  type CommandTools,
  type LockIdentity,
  lockIdentity,
  openReadOnlySession,
  openSession,
  type Session,
} from '../session'
import { checkTarget, type TargetVerdict } from './check-target'
import { type ChosenParts, chooseParts } from './choose-parts'
import { describeRestore, planLines } from './describe-restore'
import { type RereadParts, rereadParts } from './reread-parts'
import { restoreDatabases, takeSafetyDumps } from './restore-databases'
import { swapFolders, unpackFolders } from './restore-folders'
import type { RestoreReport } from './restore-report'
import { saveRestoreState } from './restore-state'
import type { RestoreWork } from './restore-work'
import { restoreFailure } from './rollback/restore-failure'
import { rollbackLog } from './rollback/rollback-log'

/**
 * Puts a recovery point back: choose it, read it whole, look at the server, and only then write; files are unpacked beside their places
 * first, databases are replaced with a dump of what they were in the bucket, folders are swapped last. `report` is filled as it goes.
 * Throws what went wrong, when everything that was begun is undone as far as it could be; the error says how far.
 */
export async function restore(
  inputs: RestoreInputs,
  tools: CommandTools,
  report: RestoreReport,
): Promise<void> {
  const { runtime, repository } = tools
  const step = phases(runtime, report)
  const identity = lockIdentity(repository, runtime)
  const session = await step('Connect', () =>
    inputs.isDryRun ? openReadOnlySession(inputs, tools) : openSession(inputs, identity, tools),
  )
  try {
    const chosen = await step('Choose the recovery point', () => choose(inputs, tools, report))
    const parts = chooseParts(inputs, chosen.manifest)
    const reread = await step('Read it whole and compare', () =>
      rereadParts(parts, chosen, { runtime, signal: session.signal }),
    )
    const server = { ...session.server, ...restoreServerOver(session.connection) }
    const verdict = await step('Look at the server', () =>
      look(inputs, { parts, reread, chosen, server, session, runtime }, report),
    )
    if (inputs.isDryRun) {
      report.result = 'dry-run'
      return
    }
    refuseWrong(verdict)
    await write({ inputs, tools, report, session, server, chosen, reread, verdict, identity }, step)
    report.result = 'restored'
  } finally {
    await session.close()
  }
}

interface WriteRequest extends Pick<RestoreWork, 'inputs' | 'report' | 'server' | 'reread' | 'verdict'> {
  tools: CommandTools
  session: Session
  chosen: ChosenRecoveryPoint
  identity: LockIdentity
}

async function write(request: WriteRequest, step: ReturnType<typeof phases>): Promise<void> {
  const work = workOf(request)
  try {
    const folders = await step('Unpack the files beside their places', () => unpackFolders(work))
    const safety = await step('Dump what is to be replaced', () => takeSafetyDumps(work))
    await step('Import the databases', () => restoreDatabases(work, safety))
    work.signal.throwIfAborted()
    await step('Put the folders into their places', () => swapFolders(folders, work))
    work.state.stage = 'clean'
    work.save()
  } catch (error) {
    throw await restoreFailure(error, work)
  }
}

function workOf({ tools, session, chosen, identity, ...shared }: WriteRequest): RestoreWork {
  const { runtime, repository } = tools
  const { inputs, report } = shared
  const begun = { staging: [], swaps: [], databases: [], uploads: [] }
  const state: RestoreWork['state'] = { stage: 'working', ...identity, ...begun }
  const save = () => saveRestoreState(runtime, state)
  save()
  report.hasBegun = true
  const work: RestoreWork = {
    ...shared,
    runtime,
    repository,
    signal: session.signal,
    point: chosen,
    stamp: timeStamp(report.startedAt),
    owner: identity.owner,
    back: rollbackLog(),
    state,
    save,
    reconnect: async () => {
      const { connection } = await openReadOnlySession(inputs, tools)
      work.server = { ...serverOver(connection), ...restoreServerOver(connection) }
    },
  }
  return work
}

async function choose(
  { snapshot }: RestoreInputs,
  { runtime, repository }: CommandTools,
  report: RestoreReport,
): Promise<ChosenRecoveryPoint> {
  const chosen = await chooseRecoveryPoint(repository, snapshot, runtime.clock.now())
  const { manifest } = chosen
  report.snapshot = {
    name: chosen.name,
    takenAt: new Date(manifest.startedAt),
    host: manifest.host,
    runUrl: manifest.run.url,
  }
  note(report, chosen.warnings)
  runtime.log.info(`${chosen.name}, taken ${manifest.startedAt} from ${manifest.host}.`)
  return chosen
}

async function look(
  inputs: RestoreInputs,
  facts: {
    parts: ChosenParts
    reread: RereadParts
    chosen: ChosenRecoveryPoint
    server: RestoreServer
    session: Session
    runtime: Runtime
  },
  report: RestoreReport,
): Promise<TargetVerdict> {
  const { parts, reread, chosen, server, session, runtime } = facts
  const found = await server.targetFacts({
    access: inputs.mysql,
    databases: parts.databases.map(({ target }) => target),
    folders: (parts.files?.folders ?? []).map(({ target }) => target),
    signal: session.signal,
  })
  const verdict = checkTarget(inputs, parts, found, { manifest: chosen.manifest, reread })
  describeRestore(verdict, { inputs, reread, facts: found }, report)
  for (const line of planLines(report)) runtime.log.info(line)
  // A dry run shows them beside what is wrong.
  if (!inputs.isDryRun)
    note(
      report,
      verdict.findings
        .filter(finding => !isError(finding))
        .map(finding => ({ ...finding, code: 'restore-remark' })),
    )
  return verdict
}

function note(report: RestoreReport, warnings: readonly Finding[]): void {
  report.warnings = [...report.warnings, ...warnings]
}
