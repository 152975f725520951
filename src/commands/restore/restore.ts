import { isError } from '../../findings/finding'
import type { RestoreInputs } from '../../inputs/restore'
import { type ChosenRecoveryPoint, chooseRecoveryPoint } from '../../repository/catalog/choose-recovery-point'
import { signerOf } from '../../repository/signatures/found-signature'
import type { RestoreTarget } from '../../sources/restore-part'
import { clockWarning } from '../clock-difference'
import { refuseErrors } from '../refuse-errors'
import { type CommandTools, lockIdentity, openReadOnlySession, openSession } from '../session'
import { chooseParts } from './choose-parts'
import { planLines, planRestore, type RestorePlan } from './plan-restore'
import { type ReadPart, readParts } from './read-parts'
import type { RestoreAttempt, RestoredPoint, RestoreResult } from './restore-result'
import { writeParts } from './write-parts'

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
    const point = describePoint(chosen)
    attempt.learn({ point })
    const parts = chooseParts(inputs, chosen.manifest)
    const read = await step('Read and compare the objects', () =>
      readParts(parts, chosen, { runtime: tools.runtime, signal: session.signal }),
    )
    const { isAuthentic } = chosen
    const target = { connection: session.connection, signal: session.signal, isAuthentic }
    const plan = await step('Check the server', () => checkServer(read, target, chosen.name, tools))
    const { items, checks, nextSteps } = plan
    attempt.learn({ items, checks, nextSteps })
    if (inputs.isDryRun) return { result: 'dry-run', point, items, checks, nextSteps, safetyKeys: [], differences: [] }
    attempt.warn(serverWarnings(plan))
    refuseErrors(checks)
    const restored = await writeParts({ inputs, tools, attempt, session, identity, chosen, plan })
    const { safetyKeys = [], differences = [] } = attempt.facts
    return { result: 'restored', point, items: restored, checks, nextSteps, safetyKeys, differences }
  } finally {
    await session.close()
  }
}

async function choose(
  { snapshot }: RestoreInputs,
  { runtime, repository }: CommandTools,
  attempt: RestoreAttempt,
): Promise<ChosenRecoveryPoint> {
  const chosen = await chooseRecoveryPoint(repository, snapshot, runtime.clock)
  const { name, takenAt, manifest, signature, warnings } = chosen
  attempt.warn([clockWarning(runtime.clock), ...warnings])
  const signer = signerOf(signature)
  const signed = signer === undefined ? 'It is not signed.' : `It is signed by ${signer}.`
  runtime.log.info(`${name}, taken ${takenAt.toISOString()} from ${manifest.host}. ${signed}`)
  return chosen
}

function describePoint({ name, takenAt, manifest, signature, isAuthentic }: ChosenRecoveryPoint): RestoredPoint {
  const { host, run } = manifest
  return { name, takenAt, host, runUrl: run.url, signer: signerOf(signature), isAuthentic }
}

async function checkServer(
  read: readonly ReadPart[],
  target: RestoreTarget,
  name: string,
  { runtime }: CommandTools,
): Promise<RestorePlan> {
  const plan = await planRestore(read, target, name)
  for (const line of planLines(plan)) runtime.log.info(line)
  return plan
}

/** A dry run shows them with the errors. */
function serverWarnings({ checks }: RestorePlan) {
  return checks.findings.filter(finding => !isError(finding)).map(finding => ({ ...finding, code: 'restore-remark' }))
}
