import type { BackupInputs } from '../../inputs/backup'
import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import { objectMetadata } from '../../repository/manifest/object-metadata'
import type { Repository } from '../../repository/repository'
import type { Runtime } from '../../runtime/runtime'
import type { LockIdentity, Session } from '../session'
import { basesIn } from './bases'
import { betweenHooks } from './hooks'
import type { BackupPlan } from './plan/plan-backup'
import { type Prepared, prepare } from './prepare'
import { streamProgress } from './stream-progress'
import type { UnfinishedRun } from './unfinished-run'

/** The memory that one stream may use for parts; two streams run at once. */
const memoryBudgetBytes = 48 * 2 ** 20

export interface TakeRequest {
  inputs: BackupInputs
  plan: BackupPlan
  session: Session
  identity: LockIdentity
  index: PrefixIndex
  run: UnfinishedRun
  slot: string
  startedAt: Date
  /** It builds on nothing, and nothing on it. */
  isWhole?: boolean
}

/** Streams what was planned, between the hooks. Throws after aborting all uploads. `afterError`: of `after-command`. */
export async function takeArtifacts(
  request: TakeRequest,
  { runtime, repository }: { runtime: Runtime; repository: Repository },
): Promise<{ prepared: Prepared; afterError: unknown }> {
  const { inputs, session, run } = request
  const { result, afterError } = await betweenHooks(() => stream(request, { runtime, repository }), {
    hooks: inputs.hooks,
    server: session.server,
    runtime,
    signal: session.signal,
    onAfterCommandPending: isPending => run.afterCommandPending(isPending),
  })
  return { prepared: result, afterError }
}

async function stream(
  { plan, session, identity, index, run, slot, startedAt, isWhole = false }: TakeRequest,
  { runtime, repository }: { runtime: Runtime; repository: Repository },
): Promise<Prepared> {
  const last = await index.lastArtifacts()
  const recipients = (await index.newestGood())?.encryption?.recipients
  const origin = { slot, run: runtime.run, startedAt: startedAt.toISOString() }
  const progress = streamProgress(runtime, plan)
  try {
    return await prepare(
      plan,
      {
        ...{ connection: session.connection, clock: runtime.clock, ...identity },
        ...{
          startedAt: origin.startedAt,
          ...(isWhole ? {} : { bases: basesIn(repository, runtime, origin.startedAt) }),
        },
        put: { contentType: 'application/octet-stream', metadata: objectMetadata(origin) },
        before: name => ({ artifact: last.get(name), recipients, isReadable: index.isReadable }),
      },
      {
        ...{ repository, clock: runtime.clock, signal: session.signal, memoryBudgetBytes },
        onUpload: upload => run.hasUpload(upload),
        onStart: (name, inspection) => progress.started(name, inspection),
        onFinish: name => progress.finished(name),
      },
    )
  } catch (error) {
    await run.abort()
    throw error
  } finally {
    progress.stop()
  }
}
