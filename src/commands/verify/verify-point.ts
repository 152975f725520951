import { type Finding, problem, warning } from '../../findings/finding'
import { quotedName } from '../../findings/quoted-name'
import type { VerifyLevel } from '../../inputs/verify'
import { objectsOf } from '../../repository/artifact/objects'
import { type Doubt, doubtAbout } from '../../repository/catalog/doubts'
import { failedDrill, readProof } from '../../repository/catalog/found-proof'
import { lookAtArtifact } from '../../repository/catalog/look-at-artifact'
import { storedWhen, takenAt } from '../../repository/catalog/taken-at'
import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import { ManifestError } from '../../repository/manifest/manifest-codec'
import { slotKeys } from '../../repository/names/keys'
import type { RecoveryPoint } from '../../repository/repository'
import { readSignedSlot, type SignedSlot, signerOf } from '../../repository/signatures/found-signature'
import { defined } from '../../runtime/defined'
import type { Limit } from '../../runtime/limit'
import type { Runtime } from '../../runtime/runtime'
import { newestFirst } from '../../sources/read-joined'
import { sourceOf } from '../../sources/registry'
import { type Reread, rereadStored, soundArtifacts } from '../../sources/reread-artifact'
import { rereadWhole } from '../../sources/reread-chain'
import type { ChainReader } from '../../sources/shared-readings'
import { isArchivedFault, StoreError } from '../../store/store-error'
import { openToVerify } from './open-to-verify'
import type { Drill, PointName, PointToDrill } from './point'
import { storeFailure, storeProof } from './store-proof'
import type { VerifyProgress } from './verify-progress'
import type { VerifiedPoint } from './verify-result'

export interface PointTools {
  runtime: Runtime
  signal: AbortSignal
  /** How many objects are read at once. */
  limit: Limit
  progress: VerifyProgress
  /** How what several of them build on is read, where that is not for each by itself. */
  reader?: ChainReader
  /** Kinds of contents that are not refused. */
  allowedEntries: ReadonlySet<string>
  drill: Drill
  note: (warning: Finding | undefined) => void
}

/**
 * Verifies one recovery point; every fault is a finding. Undefined: gone since it was listed. Throws when the store
 * gives no answer, and the signal's reason.
 */
export async function verifyPoint(
  point: PointName,
  level: VerifyLevel,
  tools: PointTools,
): Promise<VerifiedPoint | undefined> {
  const { clock } = tools.runtime
  const startedMs = clock.monotonicMs()
  let state = await stateOf(point)
  for (let attempt = 1; ; attempt++) {
    if (state.kind === 'empty') return undefined
    const checked = await checkPoint(point, state, level, tools)
    tools.signal.throwIfAborted()
    const now = checked.findings.length === 0 ? state : await stateOf(point)
    // A backup may have written this slot meanwhile: then the findings are about what is gone.
    if (isSame(state, now) || attempt === attemptsAtMost) {
      if (isDisproven(checked)) await disprove(point, state, checked, level, tools)
      return { name: point.name, ...checked, durationMs: clock.monotonicMs() - startedMs }
    }
    tools.runtime.log.info(`${point.name} was written again while it was verified: verifying it once more.`)
    state = now
  }
}

const attemptsAtMost = 3

/** Nothing is wrong with it, and it can be restored no more. */
function isStale(findings: readonly Finding[]): boolean {
  return findings.every(({ code }) => code === 'stale')
}

/** What could not be read or opened, is not finished or is stale proves nothing either way. */
function isDisproven({ status, findings }: CheckedPoint): boolean {
  if (status === 'stale') return false
  return findings.some(({ code }) => !['denied', 'unfinished', 'encrypted'].includes(code))
}

/** A proof is of a manifest; without one that can be read, or be believed, there is none that counts. */
async function disprove(
  point: PointName,
  state: SignedSlot,
  { findings }: CheckedPoint,
  level: VerifyLevel,
  { runtime, note }: PointTools,
): Promise<void> {
  if (state.kind !== 'complete' || findings.some(({ code }) => code === 'untrusted')) return
  const isDrill = level === 'restore'
  const warning = await storeFailure({ ...point, manifest: state.manifest }, findings, { runtime, isDrill })
  if (warning !== undefined) note(warning)
}

/** A manifest that is too large, or archived (cold storage), is a fault of this recovery point and not of the store. */
async function stateOf({ repository, slot }: PointName): Promise<SignedSlot> {
  try {
    return await readSignedSlot(repository, slot)
  } catch (error) {
    if (!isArchivedFault(error) && !(error instanceof StoreError && error.code === 'TooLong')) throw error
    const { message, advice } = error
    return { kind: 'unreadable', text: '', error: new ManifestError(message, { advice }) }
  }
}

type CheckedPoint = Omit<VerifiedPoint, 'name' | 'durationMs'>

async function checkPoint(
  point: PointName,
  state: Exclude<SignedSlot, { kind: 'empty' }>,
  level: VerifyLevel,
  tools: PointTools,
): Promise<CheckedPoint> {
  if (state.kind !== 'complete') return unverifiable(point, state)
  const { manifest, signature } = state
  const { artifacts, verdict } = manifest
  const storedAt = await storedAtOf(point, manifest)
  const facts = {
    ...{ verdict, takenAt: takenAt(manifest, storedAt).toISOString(), objects: objectsOf(manifest).length },
    storedBytes: objectsOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
    ...defined({ signer: signerOf(signature) }),
  }
  const doubt = await doubtAbout({ ...point, manifest, signature, storedAt })
  if (doubt !== undefined) return { ...facts, status: 'failed', findings: [untrusted(point, doubt)] }
  const opened = await openToVerify({ ...point, manifest }, level, tools.note)
  if ('refused' in opened) return { ...facts, status: 'failed', findings: [opened.refused] }
  const seen = await Promise.all(
    artifacts.map(artifact => limitOf(artifact, tools)(() => checkArtifact(opened, artifact, level, tools))),
  )
  const findings: Finding[] = artifacts.length === 0 ? [holdsNothing(point)] : seen.flatMap(each => each.findings)
  if (findings.length > 0) return { ...facts, status: isStale(findings) ? 'stale' : 'failed', findings }
  if (level !== 'restore') {
    tools.note(await lastDrill(point, manifest))
    return { ...facts, status: 'proven', findings }
  }
  const sound = soundArtifacts(seen.flatMap(each => each.reread ?? []))
  return { ...facts, ...(await tryToRestore({ ...opened.point, sound }, tools)) }
}

/** What waits for others while it is read keeps nobody else from reading. */
function limitOf({ chain }: Artifact, { limit, reader }: PointTools): Limit {
  return chain !== undefined && reader !== undefined ? work => work() : limit
}

/** What a level below does not try, and a drill has found to be wrong. */
async function lastDrill(
  { name, repository, slot, hasProof }: PointName,
  manifest: Manifest,
): Promise<Finding | undefined> {
  if (hasProof === false) return undefined
  const proof = await readProof({ repository, slot, manifest })
  return proof?.kind === 'failed' ? warning('drill-failed', failedDrill(name, proof)) : undefined
}

function untrusted({ name }: PointName, { what }: Doubt): Finding {
  return problem('untrusted', `${quotedName(name)} is not to be trusted. ${what}`)
}

async function storedAtOf({ repository, slot, storedAt }: PointName, manifest: Manifest): Promise<Date> {
  if (storedAt !== undefined) return storedWhen(repository, manifest, storedAt)
  const stored = await repository.store.head(slotKeys(repository.prefix, slot).manifest)
  return stored?.lastModified ?? new Date(manifest.finishedAt)
}

async function tryToRestore(
  point: PointToDrill,
  { runtime, signal, drill, note }: PointTools,
): Promise<Pick<VerifiedPoint, 'status' | 'findings' | 'restoreSeconds' | 'drill'>> {
  const result = await drill(point, signal)
  const { findings, restoreSeconds, warnings, shown, tables, files, server } = result
  const known = { findings, restoreSeconds, drill: { ...shown, tables, files, ...defined({ server }) } }
  for (const warning of warnings) note(warning)
  if (findings.length > 0) return { status: 'failed', ...known }
  const warning = await storeProof(point, result, runtime)
  if (warning !== undefined) note(warning)
  return { status: 'proven', ...known }
}

/** It is read as a restore reads it, so that the drill need not read it again; which finds itself what it would refuse. */
async function checkArtifact(
  { point, isOpen }: { point: PointName & RecoveryPoint; isOpen: boolean },
  artifact: Artifact,
  level: VerifyLevel,
  { signal, progress, allowedEntries, ...tools }: PointTools,
): Promise<{ findings: readonly Finding[]; reread?: Reread }> {
  signal.throwIfAborted()
  const reader = artifact.chain === undefined ? {} : defined({ reader: tools.reader })
  if (level === 'stored') {
    const looks = await Promise.all(newestFirst(artifact).map(object => lookAtArtifact(point, object)))
    return { findings: looks.flatMap(({ findings }) => findings) }
  }
  const reading = progress.reading(`${point.name} ${artifact.name}`, artifact.bytes)
  const { check, compare, refusals, join } = sourceOf(artifact).reading
  try {
    if (!isOpen)
      return await rereadStored(point, artifact, { signal, ...reader, onProgress: bytes => reading.moved(bytes, 0) })
    const reread = await rereadWhole(point, artifact, {
      ...{ check: check(artifact), compare, join, signal, ...reader },
      onProgress: reading.moved,
    })
    const { content } = reread
    const refused = level === 'restore' || content === undefined ? [] : refusals(artifact, content, allowedEntries)
    return { findings: [...reread.findings, ...refused], reread }
  } finally {
    reading.ended()
  }
}

async function unverifiable(
  point: PointName,
  state: Exclude<SignedSlot, { kind: 'empty' | 'complete' }>,
): Promise<CheckedPoint> {
  const { name, repository, slot } = point
  const nothing = { status: 'failed', objects: 0, storedBytes: 0 } as const
  if (state.kind === 'denied') {
    const message = `The credentials may not read the manifest of ${quotedName(name)}.`
    const finding = problem('denied', message, `Allow s3:GetObject on every key under "${repository.prefix}".`)
    return { ...nothing, verdict: 'unknown', takenAt: undefined, findings: [finding] }
  }
  if (state.kind === 'unreadable') {
    const finding = problem('unreadable', state.error.message, state.error.advice)
    return { ...nothing, verdict: 'unknown', takenAt: undefined, findings: [finding] }
  }
  const { verdict } = state.manifest
  const taken = takenAt(state.manifest, await storedAtOf(point, state.manifest))
  const [reason, advice] =
    state.kind === 'intent'
      ? [
          'a run began to store it and did not finish',
          'The next backup finishes it or rolls it back. If one is running now, verify again when it is done.',
        ]
      : [
          'a run that did not finish could be neither completed nor rolled back',
          `The slot "${slot}" has no recovery point until a backup writes it again.`,
        ]
  const finding = problem('unfinished', `${quotedName(name)} cannot be verified: ${reason}.`, advice)
  const publishing = state.kind === 'intent' ? { publishingSince: state.manifest.finishedAt } : {}
  return { ...nothing, ...publishing, verdict, takenAt: taken.toISOString(), findings: [finding] }
}

function holdsNothing({ name }: PointName): Finding {
  return problem('empty', `The manifest of ${quotedName(name)} names no objects.`)
}

function isSame(one: SignedSlot, other: SignedSlot): boolean {
  const textOf = (state: SignedSlot) => ('text' in state ? state.text : state.kind)
  return textOf(one) === textOf(other)
}
