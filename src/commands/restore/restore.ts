import type { RestoreInputs } from '../../inputs/restore'
import { type ChosenSnapshot, chooseSnapshot } from '../../repository/catalog/choose-snapshot'
import { timeStamp } from '../../repository/names/safety-key'
import type { Runtime, Warning } from '../../runtime/runtime'
import { type RestoreServer, restoreServerOver } from '../../sources/host/restore-server'
import { type Server, serverOver } from '../../sources/host/server'
import type { Store } from '../../store/store'
import { phases } from '../phases'
import { refuseWrong } from '../refuse-wrong'
import { type Connect, lockIdentity, openLooker, openSession, type Session } from '../session'
import { type ChosenParts, chooseParts } from './choose-parts'
import { describeRestore, planLines } from './describe-restore'
import { judgeTarget, type TargetVerdict } from './judge-target'
import type { RereadParts } from './reread-parts'
import { rereadParts } from './reread-parts'
import { restoreDatabases, takeSafetyDumps } from './restore-databases'
import { swapFolders, unpackFolders } from './restore-folders'
import type { RestoreReport } from './restore-report'
import { saveRestoreState } from './restore-state'
import type { RestoreWork } from './restore-work'
import { restoreFailure } from './rollback/restore-failure'
import { wayBack } from './rollback/way-back'

/** What a restore needs of the world; tests pass their own. */
export interface RestoreTools {
  runtime: Runtime
  store: Store
  connect: Connect
}

/**
 * Puts a recovery point back: choose it, read it whole, look at the server, and only then write; files are unpacked beside their places
 * first, databases are replaced with a dump of what they were in the bucket, folders are swapped last. `report` is filled as it goes.
 * Throws what went wrong, when everything that was begun is undone as far as it could be; the error says how far.
 */
export async function restore(
  inputs: RestoreInputs,
  tools: RestoreTools,
  report: RestoreReport,
): Promise<void> {
  const { runtime, store } = tools
  const step = phases(runtime, report)
  const identity = lockIdentity(store.name, inputs.s3.prefix, runtime)
  const session = await step('Connect', () =>
    inputs.isDryRun ? openLooker(inputs, tools) : openSession(inputs, identity, tools),
  )
  try {
    const chosen = await step('Choose the recovery point', () => choose(inputs, tools, report))
    const parts = chooseParts(inputs, chosen.manifest)
    const reread = await step('Read it whole and compare', () =>
      rereadParts(parts, chosen, { ...tools, signal: session.signal }),
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
    await write(
      {
        inputs,
        tools,
        report,
        session,
        server,
        chosen,
        reread,
        verdict,
        owner: identity.owner,
        lock: identity.lock,
      },
      step,
    )
    report.result = 'restored'
  } finally {
    await session.close()
  }
}

interface WriteRequest {
  inputs: RestoreInputs
  tools: RestoreTools
  report: RestoreReport
  session: Session
  server: Server & RestoreServer
  chosen: ChosenSnapshot
  reread: RereadParts
  verdict: TargetVerdict
  owner: string
  lock: string
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

function workOf({
  inputs,
  tools,
  report,
  session,
  server,
  chosen,
  reread,
  verdict,
  owner,
  lock,
}: WriteRequest): RestoreWork {
  const { runtime, store } = tools
  const state: RestoreWork['state'] = {
    stage: 'working',
    lock,
    owner,
    staging: [],
    swaps: [],
    databases: [],
    uploads: [],
  }
  const save = () => saveRestoreState(runtime, state)
  save()
  report.hasBegun = true
  const work: RestoreWork = {
    inputs,
    runtime,
    store,
    server,
    signal: session.signal,
    manifest: chosen.manifest,
    prefix: chosen.prefix,
    reread,
    verdict,
    stamp: timeStamp(report.startedAt),
    owner,
    back: wayBack(),
    state,
    save,
    report,
    reconnect: async () => {
      const { connection } = await openLooker(inputs, tools)
      work.server = { ...serverOver(connection), ...restoreServerOver(connection) }
    },
  }
  return work
}

async function choose(
  { s3, snapshot }: RestoreInputs,
  { runtime, store }: RestoreTools,
  report: RestoreReport,
): Promise<ChosenSnapshot> {
  const chosen = await chooseSnapshot(store, s3.prefix, snapshot, runtime.clock.now())
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
    chosen: ChosenSnapshot
    server: RestoreServer
    session: Session
    runtime: Runtime
  },
  report: RestoreReport,
): Promise<TargetVerdict> {
  const { parts, reread, chosen, server, session, runtime } = facts
  const found = await server.lookAtTarget({
    access: inputs.mysql,
    databases: parts.databases.map(({ target }) => target),
    folders: (parts.files?.folders ?? []).map(({ target }) => target),
    signal: session.signal,
  })
  const verdict = judgeTarget(inputs, parts, found, { manifest: chosen.manifest, reread })
  describeRestore(verdict, { inputs, reread, facts: found }, report)
  for (const line of planLines(report)) runtime.log.info(line)
  const remarks = verdict.findings.filter(({ level }) => level === 'remark')
  // A dry run shows them beside what is wrong.
  if (!inputs.isDryRun)
    note(
      report,
      remarks.map(({ what, fix }) => ({
        code: 'restore-remark',
        message: `${what} ${fix.replaceAll('\n', ' ')}`,
      })),
    )
  return verdict
}

function note(report: RestoreReport, warnings: readonly Warning[]): void {
  report.warnings = [...report.warnings, ...warnings]
}
