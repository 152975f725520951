import type { ArtifactPlan, EarlierArtifact, TakenArtifact, TakeRequest } from '../../sources/backup-part'
import type { StreamContext } from '../../sources/stream-artifact'
import type { BackupPlan } from './plan/plan-backup'

/** What is prepared for one recovery point, a list for each part of the plan; nothing of it is visible yet. */
export type Prepared = readonly (readonly TakenArtifact[])[]

export interface PrepareRequest extends Omit<TakeRequest, 'signal' | 'before'> {
  before(name: string): EarlierArtifact
}

/** Takes the artifacts of each source in turn, the sources in parallel. The first failure stops all and is thrown. */
export async function prepare(
  { parts }: Pick<BackupPlan, 'parts'>,
  request: PrepareRequest,
  context: StreamContext,
): Promise<Prepared> {
  const failed = new AbortController()
  const signal = AbortSignal.any([context.signal, failed.signal])
  const lanes = parts.map(({ artifacts }) =>
    takeEach(artifacts, request, { ...context, signal }).catch(error => {
      failed.abort(error)
      throw error
    }),
  )
  await Promise.allSettled(lanes)
  signal.throwIfAborted()
  return Promise.all(lanes)
}

async function takeEach(
  plans: readonly ArtifactPlan[],
  request: PrepareRequest,
  context: StreamContext,
): Promise<TakenArtifact[]> {
  const taken: TakenArtifact[] = []
  for (const plan of plans) {
    const before = request.before(plan.name)
    taken.push(await plan.take({ ...request, before, signal: context.signal }, context))
  }
  return taken
}
