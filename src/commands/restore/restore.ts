import { errorsFirst, isError } from '../../findings/finding'
import type { RestoreInputs } from '../../inputs/restore'
import { type ChosenRecoveryPoint, chooseRecoveryPoint } from '../../repository/catalog/choose-recovery-point'
import { indexPrefix } from '../../repository/catalog/prefix-index'
import { withSafetyEncryption } from '../../repository/encryption/safety-encryption'
import { testKeys } from '../../repository/encryption/test-object'
import type { Repository } from '../../repository/repository'
import { signerOf } from '../../repository/signatures/found-signature'
import type { RestoredItem } from '../../sources/restore-item'
import type { LookedAt, RestorePart, RestoringPart } from '../../sources/restore-part'
import { clockWarning } from '../clock-difference'
import { openPoint } from '../open-point'
import { refuseErrors } from '../refuse-errors'
import { type CommandTools, lockIdentity, openReadOnlySession, openSession } from '../session'
import { chooseParts } from './choose-parts'
import { planLines, planOf, type RestorePlan } from './plan-restore'
import { readParts } from './read-parts'
import { restoreFailure } from './restore-failure'
import type { RestoreAttempt, RestoredPoint, RestoreResult } from './restore-result'
import { type BeginRequest, beginRestore, writeParts } from './write-parts'

/**
 * Restores a recovery point: reads it whole and checks the server before it writes. Throws after everything that was
 * begun is rolled back as far as possible; the error says how far.
 */
export async function restore(
  inputs: RestoreInputs,
  tools: CommandTools,
  attempt: RestoreAttempt,
): Promise<RestoreResult> {
  const { step } = attempt
  const identity = lockIdentity(tools.repository, tools.runtime)
  const session = await step('Connect', () =>
    inputs.isDryRun ? openReadOnlySession(inputs, tools) : openSession(inputs, identity, tools),
  )
  try {
    const chosen = await step('Choose the recovery point', () => choose(inputs, tools, attempt))
    attempt.learn({ point: describePoint(chosen) })
    const parts = chooseParts(inputs, chosen.manifest)
    const { isAuthentic } = chosen
    const target = { connection: session.connection, signal: session.signal, isAuthentic }
    const looked = await step('Look at the server', () => Promise.all(parts.map(part => part.look(target))))
    const own = { ...tools, repository: await safelyKept(inputs, tools, chosen) }
    const work: RestoreWork = { inputs, tools: own, attempt, session, identity, chosen, parts, looked }
    return inputs.isDryRun ? await tryOut(work) : await carryOut(work)
  } finally {
    await session.close()
  }
}

async function choose(
  { snapshot }: RestoreInputs,
  { runtime, repository }: CommandTools,
  attempt: RestoreAttempt,
): Promise<ChosenRecoveryPoint> {
  const chosen = await openPoint(await chooseRecoveryPoint(repository, snapshot, runtime.clock))
  const { name, takenAt, manifest, signature, warnings } = chosen
  attempt.warn([clockWarning(runtime.clock), ...warnings])
  const signer = signerOf(signature)
  const signed = signer === undefined ? 'It is not signed.' : `It is signed by ${signer}.`
  runtime.log.info(`${name}, taken ${takenAt.toISOString()} from ${manifest.host}. ${signed}`)
  return chosen
}

/** As what it keeps of the server is stored: encrypted where the backups are, also when an older one is not yet. */
async function safelyKept(
  { overwrite, safetyBackup }: RestoreInputs,
  { repository }: CommandTools,
  { manifest, isAuthentic }: ChosenRecoveryPoint,
): Promise<Repository> {
  if (!overwrite || !safetyBackup) return repository
  const newest = manifest.encryption === undefined ? await (await indexPrefix(repository)).newestGood() : manifest
  return withSafetyEncryption(repository, { recorded: newest?.encryption?.recipients ?? [], isAuthentic })
}

function describePoint({ name, takenAt, manifest, signature, isAuthentic }: ChosenRecoveryPoint): RestoredPoint {
  const { host, run } = manifest
  return { name, takenAt, host, runUrl: run.url, signer: signerOf(signature), isAuthentic }
}

interface RestoreWork extends BeginRequest {
  chosen: ChosenRecoveryPoint
  parts: readonly RestorePart[]
  looked: readonly LookedAt[]
}

/**
 * What is in use is touched after every object was read whole and compared. Where nothing is, and nothing speaks against
 * it, one reading writes along.
 */
async function carryOut(work: RestoreWork): Promise<RestoreResult> {
  const { attempt, looked, chosen } = work
  const begun = beginRestore(work)
  const expected = planOf(
    looked.map(each => each.expected),
    chosen.name,
  )
  const canWriteAlong = !expected.checks.findings.some(isError)
  let isReading = true
  try {
    const plan = await planRestore(work, canWriteAlong ? begun.parts : [])
    attempt.warn(serverWarnings(plan))
    refuseErrors(plan.checks)
    isReading = false
    return resultOf(work, plan, await writeParts(plan, begun, attempt))
  } catch (error) {
    throw attempt.facts.hasBegun === true ? await restoreFailure(error, { ...begun, isReading }) : error
  }
}

/** A dry run also tries the keys on the newest recipients, which may be others than those of this recovery point. */
async function tryOut(work: RestoreWork): Promise<RestoreResult> {
  const plan = await planRestore(work)
  const { prefix } = work.tools.repository
  const keys = await testKeys({ ...work.chosen.repository, prefix })
  const findings = errorsFirst([...plan.checks.findings, ...keys.findings])
  const checks = { ...plan.checks, findings, facts: [...keys.facts, ...plan.checks.facts] }
  work.attempt.learn({ checks })
  return resultOf(work, { ...plan, checks }, [])
}

/** Reads every object whole, and compares the server with what was read. `restoring`: what writes along. */
async function planRestore(work: RestoreWork, restoring: readonly RestoringPart[] = []): Promise<RestorePlan> {
  const { tools, attempt, session, chosen, parts, looked } = work
  const { runtime } = tools
  const toRead = parts.map((part, index) => ({ part, restoring: restoring[index] }))
  const sound = await attempt.step('Read and compare the objects', () =>
    readParts(toRead, chosen, { runtime, signal: session.signal }),
  )
  const plan = await attempt.step('Check the server', async () => {
    const seen = await Promise.all(looked.map((each, index) => each.see(sound[index] ?? [])))
    const found = planOf(seen, chosen.name)
    for (const line of planLines(found)) runtime.log.info(line)
    return found
  })
  const { items, checks, nextSteps } = plan
  attempt.learn({ items, checks, nextSteps })
  return plan
}

/** `restored`: [] for a dry run. */
function resultOf(
  { inputs, attempt, chosen }: RestoreWork,
  plan: RestorePlan,
  restored: readonly RestoredItem[],
): RestoreResult {
  const { checks, nextSteps } = plan
  const { safetyKeys = [], differences = [] } = attempt.facts
  const items = inputs.isDryRun ? plan.items : restored
  const result = inputs.isDryRun ? 'dry-run' : 'restored'
  return { result, point: describePoint(chosen), items, checks, nextSteps, safetyKeys, differences }
}

/** A dry run shows them with the errors. */
function serverWarnings({ checks }: RestorePlan) {
  return checks.findings.filter(finding => !isError(finding)).map(finding => ({ ...finding, code: 'restore-remark' }))
}
