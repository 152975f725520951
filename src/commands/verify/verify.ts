import { type Finding, warning } from '../../findings/finding'
import type { VerifyInputs } from '../../inputs/verify'
import { lastDrills, type RecordedDrill } from '../../repository/catalog/last-drills'
import { indexPrefix } from '../../repository/catalog/prefix-index'
import type { Repository } from '../../repository/repository'
import { FailureError, UserError } from '../../runtime/errors'
import { limit } from '../../runtime/limit'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { SharedReadings } from '../../sources/shared-readings'
import { clockWarning } from '../clock-difference'
import type { Drill, PointName, PointToDrill } from './point'
import { pointsToVerify } from './points-to-verify'
import { verifyError } from './verify-error'
import { pointLines } from './verify-lines'
import { verifyPoint } from './verify-point'
import { verifyProgress } from './verify-progress'
import type { VerifiedPoint, VerifyAttempt, VerifyFacts } from './verify-result'

/** What the command needs of the world; tests pass their own. */
export interface VerifyTools {
  runtime: Runtime
  repository: Repository
  drill: Drill
  /** Ends early, with the reason of the signal. */
  wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** Verifies the requested recovery points. Throws all faults at the end, but at once when the store gives no answer. */
export async function verify(inputs: VerifyInputs, tools: VerifyTools, attempt: VerifyAttempt): Promise<VerifyFacts> {
  const { log, clock } = tools.runtime
  const { points, warnings } = await log.group('Read the bucket', () => pointsToVerify(tools.repository, inputs, clock))
  attempt.learn({ requested: points.length })
  attempt.warn([clockWarning(clock), ...warnings])
  const verified = await log.group(`Verify ${plural(points.length, 'recovery point')}`, () =>
    verifyEach(points, inputs, tools, attempt),
  )
  if (verified.length === 0) throw gone(points)
  attempt.warn(verified.flatMap(staleWarning))
  if (inputs.level === 'restore') attempt.learn({ lastDrills: await readDrills(tools.repository) })
  if (verified.some(({ status }) => status === 'failed')) throw verifyError(verified)
  return { requested: verified.length, points: verified }
}

const drillsShown = 8

/** They are only shown: a store that fails now does not change the result. */
async function readDrills(repository: Repository): Promise<RecordedDrill[]> {
  try {
    const { objects } = await indexPrefix(repository)
    return await lastDrills(repository, objects, drillsShown)
  } catch (error) {
    if (error instanceof FailureError) return []
    throw error
  }
}

/** Streams at once: each holds some megabytes, and more than four do not decompress faster. */
const streamsAtOnce = 4
/** HEAD requests at once, which use no memory. */
const headsAtOnce = 16

/** Several at a time. A point that cannot be verified because the store fails stops the others and is thrown. */
async function verifyEach(
  points: readonly PointName[],
  { level, allowedEntries }: VerifyInputs,
  { runtime, drill, wait }: VerifyTools,
  attempt: VerifyAttempt,
): Promise<readonly VerifiedPoint[]> {
  const atOnce = level === 'stored' ? headsAtOnce : streamsAtOnce
  const stopped = new AbortController()
  const signal = AbortSignal.any([runtime.signal, stopped.signal])
  const progress = verifyProgress(runtime, points.length)
  const oneByOne = limit(1)
  const streams = limit(atOnce)
  // A drill reads all of it again.
  const shared = level === 'read' ? new SharedReadings(atOnce, streams) : undefined
  const tools = {
    ...{ runtime, signal, progress, allowedEntries, limit: streams },
    drill: (point: PointToDrill) => oneByOne(() => drill(point, signal)),
    note: (warning: Finding | undefined) => attempt.warn([warning]),
  }
  const verified = verifiedPoints(points.length, runtime, attempt)
  let unfinished: Unfinished[] = []
  const rest = points.entries()
  const lane = async (): Promise<void> => {
    for (const [index, point] of rest) {
      signal.throwIfAborted()
      const result = await (shared === undefined
        ? verifyPoint(point, level, tools)
        : shared.run(reader => verifyPoint(point, level, { ...tools, reader })))
      if (isUnfinished(result)) unfinished.push({ index, point, result })
      else verified.add(index, asRequested(result, points.length))
      progress.done()
    }
  }
  // Who waits for an object that is shared makes room for another one.
  const lanes = Array.from({ length: shared === undefined ? Math.min(atOnce, points.length) : points.length }, () =>
    lane().catch(error => {
      stopped.abort(error)
      throw error
    }),
  )
  try {
    await Promise.allSettled(lanes)
    signal.throwIfAborted()
    for (let retry = 1; unfinished.length > 0; retry++) {
      if (unfinished.some(({ result }) => isYoung(result, runtime))) await waitForBackup(wait, tools)
      const still: Unfinished[] = []
      for (const { index, point } of unfinished) {
        const result = await verifyPoint(point, level, tools)
        const isWaitedFor = retry < retriesAtMost && isUnfinished(result) && isYoung(result, runtime)
        if (isWaitedFor) still.push({ index, point, result })
        else verified.add(index, asRequested(result, points.length))
      }
      unfinished = still
    }
    return verified.all()
  } finally {
    progress.stop()
  }
}

/** Among all a stale one is a matter of course; one that was named must be there. */
function asRequested(result: VerifiedPoint | undefined, requested: number): VerifiedPoint | undefined {
  return result?.status === 'stale' && requested === 1 ? { ...result, status: 'failed' } : result
}

function staleWarning({ name, status, findings }: VerifiedPoint): Finding[] {
  const [found] = findings
  return status === 'stale' && found !== undefined ? [warning('recovery-point-stale', `${name}: ${found.what}`)] : []
}

interface Unfinished {
  index: number
  point: PointName
  result: VerifiedPoint
}

/** A backup publishes within seconds; large uploads take the store some minutes to complete. */
const retryAfterMs = 30_000
const retriesAtMost = 2
const youngMs = 15 * 60_000

/** A run that began to publish so recently is most likely still running. */
function isYoung({ publishingSince }: VerifiedPoint, { clock }: Pick<Runtime, 'clock'>): boolean {
  return publishingSince !== undefined && clock.now().getTime() - Date.parse(publishingSince) < youngMs
}

async function waitForBackup(
  wait: VerifyTools['wait'],
  { runtime, signal }: { runtime: Runtime; signal: AbortSignal },
): Promise<void> {
  runtime.log.info('A backup is publishing at this moment: waiting until it is done.')
  try {
    await wait(retryAfterMs, signal)
  } finally {
    signal.throwIfAborted()
  }
}

function isUnfinished(result: VerifiedPoint | undefined): result is VerifiedPoint {
  return result?.findings.some(({ code }) => code === 'unfinished') ?? false
}

/** Keeps the results in the order of the points, and logs each. */
function verifiedPoints(requested: number, { log, clock }: Runtime, { learn }: VerifyAttempt) {
  const results: (VerifiedPoint | undefined)[] = []
  let removed = 0
  const all = () => results.filter(result => result !== undefined)
  return {
    all,
    add(index: number, result: VerifiedPoint | undefined): void {
      results[index] = result
      // Removed since it was listed, as old entries of tiers are.
      if (result === undefined) removed++
      else for (const line of pointLines(result, clock.now())) log.info(line)
      learn({ requested: requested - removed, points: all() })
    },
  }
}

function gone(points: readonly PointName[]): UserError {
  return new UserError(`The recovery point ${points[0]?.name ?? ''} was removed before it could be verified.`, {
    advice: 'A backup with longer tiers removes old entries. Run the workflow again.',
  })
}
