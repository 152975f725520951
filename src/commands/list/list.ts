import { type Finding, warning } from '../../findings/finding'
import { listed } from '../../findings/listed'
import type { ListInputs } from '../../inputs/list'
import { type CatalogPoint, readCatalog } from '../../repository/catalog/catalog'
import { failedDrill } from '../../repository/catalog/found-proof'
import { type ExpectedPeriods, missingPeriods } from '../../repository/catalog/missing-periods'
import { noSuchRecoveryPoint } from '../../repository/catalog/no-such-recovery-point'
import { isStaleSlot } from '../../repository/catalog/stale-slot'
import { usualInterval } from '../../repository/catalog/usual-interval'
import { listingPrefix } from '../../repository/names/keys'
import type { Repository } from '../../repository/repository'
import { readSignedSlot, signerOf } from '../../repository/signatures/found-signature'
import { abortable } from '../../runtime/abortable'
import { defined } from '../../runtime/defined'
import { UserError } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { formatCount, plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { clockWarning } from '../clock-difference'
import type { ReportedWeek } from '../run-facts'
import { backupAdvice, tooOldError } from './list-error'
import { periodRows, pointLine } from './list-lines'
import { isDated, type ListReport, newestGood, type ReportedPoint, stateOf, unfitPoints } from './list-report'

/** What the command needs of the world; tests pass their own. */
export interface ListTools {
  runtime: Pick<Runtime, 'log' | 'signal' | 'clock'>
  repository: Repository
}

/** What a list has found. */
export interface ListResult
  extends Required<Pick<ListReport, 'now' | 'points' | 'warnings'>>,
    Pick<ListReport, 'expected' | 'week'> {
  /** Fails the run: nothing good, too old, or no manifest that may be read. */
  error?: UserError
}

/** Lists the recovery points, their ages by the store's clock, and the missing ones. Throws when it gives no answer. */
export async function list(inputs: ListInputs, tools: ListTools): Promise<ListResult> {
  const { repository, runtime } = tools
  const { log, signal, clock } = runtime
  const found = await log.group('Read the bucket', () =>
    // A read that hangs would use up the time that a cancelled run has left.
    abortable(readCatalog(repository, { proofs: true, signal }), signal),
  )
  const now = clock.now()
  const signer = await signerOfNewest(found, repository)
  const points = found.map(point => reported(point, now, signer))
  const { expectEveryMs } = inputs
  const expected = expectEveryMs === undefined ? undefined : missingPeriods(found, expectEveryMs, now)
  await log.group(plural(points.length, 'recovery point'), async () => {
    for (const point of points) log.info(pointLine(point, now))
  })
  const listed = { now, points, ...defined({ expected, week: weekOf(found, points, { expected, now }) }) }
  const denied = allDenied(found, inputs)
  if (denied !== undefined) return { ...listed, warnings: [], error: denied }
  const warnings = [
    ...[clockWarning(clock) ?? []].flat(),
    ...missingWarning(listed),
    ...unfitWarning(listed),
    ...futureWarning(found),
    ...failedDrills(listed),
  ]
  if (newestGood(listed) !== undefined) {
    const error = inputs.maxAgeMs === undefined ? undefined : tooOldError({ points, now }, inputs.maxAgeMs)
    return { ...listed, warnings, ...defined({ error }) }
  }
  const error = nothingGood(found, repository, now)
  if (inputs.maxAgeMs !== undefined) return { ...listed, warnings, error }
  return { ...listed, warnings: [warning('nothing-good', error.message), ...warnings] }
}

/** The ring and what was suspect, by the hour. What is missing follows from `expect-every`, or from how often runs usually come. */
function weekOf(
  found: readonly CatalogPoint[],
  points: readonly ReportedPoint[],
  { expected, now }: { expected: ExpectedPeriods | undefined; now: Date },
): ReportedWeek | undefined {
  const ring = points.filter(({ place }) => place === 'ring').filter(isDated)
  if (ring.length === 0) return undefined
  const timezone = found.find(({ place, facts }) => place === 'ring' && facts !== undefined)?.facts?.timezone ?? 'UTC'
  const everyMs = expected?.everyMs ?? usualInterval(ring.map(({ facts }) => facts.takenAt))
  const missing = expected?.missing ?? (everyMs === undefined ? [] : missingPeriods(found, everyMs, now).missing)
  const suspects = points.filter(({ place }) => place === 'suspect').filter(isDated)
  return {
    ...{ timezone, missing, ...defined({ everyMs }) },
    points: [...ring, ...suspects].map(point => ({
      slot: point.name.replace(/^suspect\//, ''),
      takenAt: point.facts.takenAt,
      state: stateOf(point),
    })),
  }
}

/** Without a trust no other signature is read: 168 requests more. */
async function signerOfNewest(
  entries: readonly CatalogPoint[],
  { trust }: Repository,
): Promise<{ of: CatalogPoint; signer: string | undefined } | undefined> {
  const newest = entries.find(({ state }) => state === 'good')
  if (trust !== undefined || newest?.isSigned !== true) return undefined
  const slot = await readSignedSlot(newest.repository, newest.slot)
  return { of: newest, signer: signerOf(slot.signature) }
}

function reported(
  entry: CatalogPoint,
  now: Date,
  newest: { of: CatalogPoint; signer: string | undefined } | undefined,
): ReportedPoint {
  const { name, slot, place, state, facts, problem, proof, isSigned } = entry
  const signer = newest?.of === entry ? newest.signer : entry.signer
  return {
    ...{ name, place, verdict: state, problem, proof, isSigned, signer },
    isStale: place === 'ring' && facts !== undefined && isStaleSlot({ slot, ...facts }, now),
    facts,
  }
}

/** When no manifest could be read, the list must not look as if nothing good exists. */
function allDenied(entries: readonly CatalogPoint[], { s3 }: ListInputs): UserError | undefined {
  if (entries.length === 0 || entries.some(({ state }) => state !== 'denied')) return undefined
  return new UserError(
    `Not one of ${plural(entries.length, 'manifest')} may be read: these credentials lack s3:GetObject.`,
    {
      advice: `Allow s3:GetObject on arn:aws:s3:::${s3.bucket}/${listingPrefix(s3.prefix)}* to the credentials in use, and check for a bucket policy that denies it.`,
    },
  )
}

function nothingGood(entries: readonly CatalogPoint[], repository: Repository, now: Date): UserError {
  const problem = 'There is no good recovery point'
  const none = noSuchRecoveryPoint({ repository, problem, entries, now })
  const advice = entries.length === 0 ? `${none.advice ?? ''} ${backupAdvice}` : `${backupAdvice} ${none.advice ?? ''}`
  return new UserError(none.message, { advice, detail: none.detail })
}

function missingWarning({ expected }: Pick<ListReport, 'expected'>): Finding[] {
  if (expected === undefined || expected.missing.length === 0) return []
  const { missing, everyMs, count } = expected
  const rows = periodRows(missing, everyMs).toReversed()
  const message = `${formatCount(missing.length)} of ${plural(count, 'period')} of ${formatDuration(everyMs)} have no good recovery point; those that begin at ${listed(rows, 10)}.`
  return [warning('recovery-points-missing', message)]
}

function futureWarning(entries: readonly CatalogPoint[]): Finding[] {
  const future = entries.filter(({ doubt }) => doubt?.kind === 'future')
  const [first] = future
  if (first?.doubt === undefined) return []
  const others = future.length === 1 ? '' : ` So ${plural(future.length - 1, 'other is', 'others are')}.`
  return [warning('recovery-point-future', `${first.name} does not count as good. ${first.doubt.what}${others}`)]
}

function failedDrills({ points = [] }: Pick<ListReport, 'points'>): Finding[] {
  const failed = points.flatMap(({ name, proof }) => (proof?.kind === 'failed' ? [failedDrill(name, proof)] : []))
  if (failed.length === 0) return []
  return [warning('drill-failed', listed(failed, 5))]
}

function unfitWarning(report: Pick<ListReport, 'points'>): Finding[] {
  const unfit = unfitPoints(report)
  if (unfit.length === 0) return []
  const named = unfit.map(({ name, verdict }) => `${name} (${verdict})`)
  const all = plural(report.points?.length ?? 0, 'recovery point')
  const message = `${formatCount(unfit.length)} of ${all} cannot be restored: ${listed(named, 10)}. The log says why.`
  return [warning('not-restorable', message)]
}
