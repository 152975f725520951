import type { ArtifactPlan, TakenArtifact, TakeRequest } from '../../sources/backup-part'
import type { StreamContext } from '../../sources/stream-artifact'
import type { BackupPlan } from './plan/plan-backup'

/** What is prepared for one recovery point, a list for each part of the plan; nothing of it is visible yet. */
export type Prepared = readonly (readonly TakenArtifact[])[]

export interface PrepareRequest extends Omit<TakeRequest, 'signal' | 'lastBytes'> {
  /** The size an artifact had in the last good recovery point. */
  lastBytes(name: string): number | undefined
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
    const lastBytes = request.lastBytes(plan.name)
    taken.push(await plan.take({ ...request, lastBytes, signal: context.signal }, context))
  }
  return taken
}
