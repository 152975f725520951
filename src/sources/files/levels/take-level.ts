import { encodedBy } from '../../../pipeline/codec'
import type { BegunUpload } from '../../../repository/artifact/writer'
import type { ChainObject } from '../../../repository/manifest/manifest'
import type { BaseName } from '../../../repository/names/base-name'
import { artifactName, baseKey } from '../../../repository/names/keys'
import { artifactPlan } from '../../artifact-plan'
import type { Bases, Host, TakenArtifact, TakeRequest } from '../../backup-part'
import type { StreamContext } from '../../stream-artifact'
import { editsOf } from '../mirror/edits-reader'
import type { LevelRequest } from '../mirror/open-archive'
import { type ArchiveSteps, archiveSteps } from '../plan/archive-steps'
import { archiveKey, type FolderSettings } from '../plan/folder-settings'
import { baseNote, levelNote, reasonsFor, uselessHere, wholeNote } from './level-words'
import { type LevelPlan, planLevel } from './plan-level'

/** What an archive of the folders is taken for, and how. */
export interface LevelTask {
  settings: FolderSettings
  slot: string
  host: Host
  request: TakeRequest
  context: StreamContext
}

type Chain = readonly ChainObject[]

/**
 * Takes the archive of a slot: what changed since the base that the bucket knows and the server can build on. A new base is an
 * archive of its own, and the slot's builds on it, taken right behind it, with next to nothing in it. Where there can be no
 * base, the slot's is whole.
 */
export async function takeLevel(task: LevelTask): Promise<TakenArtifact> {
  const passes: ArchiveSteps[] = []
  const taken = await takePlanned({ ...task, passes })
  // What one pass has copied, the next one finds unchanged.
  const edited = editsOf(passes.map(pass => pass.edited?.()))
  return edited === undefined ? taken : { ...taken, edited }
}

interface LevelPasses extends LevelTask {
  /** Those over the mirror, as far as they have begun. */
  passes: ArchiveSteps[]
}

async function takePlanned(task: LevelPasses): Promise<TakenArtifact> {
  const { bases } = task.request
  if (bases === undefined) return take(stepsOf(task), task)
  const plan = await planOf(task, bases)
  if (plan.base === 'never') return withNote(await take(stepsOf(task), task), plan, [uselessHere(plan.reason ?? '')])
  try {
    return await takeOnBase(task, plan, bases)
  } catch (error) {
    if (error instanceof NoName) return withoutBase(task, plan, 'every name that a base can have is in use')
    throw error
  }
}

function planOf(
  { settings: { files, timezone, compression, encryptTo }, request: { before }, host }: LevelTask,
  bases: Bases,
): Promise<LevelPlan> {
  const { artifact, isReadable } = before
  return planLevel({
    ...{ every: files.fullEvery, now: host.clock.now(), timezone, paths: files.paths, exclude: files.exclude },
    before: artifact !== undefined && 'paths' in artifact ? artifact : undefined,
    encoded: encodedBy(compression, encryptTo),
    hasSameReaders: isSameSet(
      before.recipients ?? [],
      encryptTo.map(({ line }) => line),
    ),
    ...{ isReadable, isThere: object => bases.has(object) },
  })
}

/** A base and what builds on it, or what builds on an earlier one. Throws NoName. */
async function takeOnBase(task: LevelPasses, plan: LevelPlan, bases: Bases): Promise<TakenArtifact> {
  const { request, context } = task
  // Before the server begins: it would have to begin again.
  const name = plan.base === 'always' ? await nameOf(task, bases, plan.chains.length > 0) : undefined
  let base: BaseName | undefined
  const uploads: BegunUpload[] = []
  const made = stepsOf(task, { standOn: tipsOf(plan.chains), base: plan.base }, async ({ standsOn }) => {
    if (plan.base !== 'always' && standsOn !== undefined) return ownPlace(task)
    const isAsPlanned = name !== undefined && (standsOn !== undefined) === plan.chains.length > 0
    base = isAsPlanned ? name : await nameOf(task, bases, standsOn !== undefined)
    return { key: keyOf(task, base), put: bases.put(base) }
  })
  const onUpload: StreamContext['onUpload'] = begun => {
    uploads.push(begun)
    context.onUpload(begun)
  }
  const taken = await take(made, { ...task, context: { ...context, onUpload } })
  const { standsOn, snapshot } = made.facts
  const chain = plan.chains.find(each => each.at(-1)?.snapshot === standsOn) ?? []
  const reasons = [...(plan.reason === undefined ? [] : [plan.reason]), ...reasonsFor(made.facts)]
  if (base === undefined) return standing(taken, chain, reasons, made)
  const entry = { level: chain.length, takenAt: request.startedAt, snapshot: snapshot ?? '' }
  const { key, sha256, bytes, etag, versionId, upload } = taken.artifact
  const whole: ChainObject = { ...entry, key, sha256, bytes, etag, versionId, upload }
  const own = snapshot === undefined ? undefined : await takeOn(compared(task, taken), [...chain, whole])
  if (own === undefined) {
    // Nothing will name it.
    for (const begun of uploads) await begun.abort()
    return withoutBase(task, { ...plan, meanwhile: [] }, 'the server kept no notes about the new base')
  }
  return { ...own, warnings: [...taken.warnings, ...own.warnings], notes: [baseNote(whole, reasons)] }
}

/** The archive of the slot on this chain, whose last one was made a moment ago; undefined when it does not build on it. */
async function takeOn(task: LevelPasses, chain: Chain): Promise<TakenArtifact | undefined> {
  const keep = chain.map(({ snapshot }) => snapshot)
  const own = stepsOf(task, { standOn: tipsOf([chain]), base: 'never', keep }, async () => ownPlace(task))
  const uploads: BegunUpload[] = []
  const onUpload: StreamContext['onUpload'] = begun => {
    uploads.push(begun)
    task.context.onUpload(begun)
  }
  const taken = await take(own, { ...task, context: { ...task.context, onUpload } })
  if (own.facts.standsOn !== undefined) return { ...taken, artifact: { ...taken.artifact, chain: [...chain] } }
  for (const begun of uploads) await begun.abort()
  return undefined
}

/** On what there is, until a name is free; otherwise whole. */
async function withoutBase(task: LevelPasses, plan: LevelPlan, reason: string): Promise<TakenArtifact> {
  const own = stepsOf(task, { standOn: tipsOf(plan.meanwhile), base: 'never' }, async () => ownPlace(task))
  const taken = await take(own, task)
  const chain = plan.meanwhile.find(each => each.at(-1)?.snapshot === own.facts.standsOn) ?? []
  return standing(taken, chain, [...(plan.reason === undefined ? [] : [plan.reason]), reason], own)
}

/** Every name that a new base could have is in use. */
class NoName extends Error {}

async function nameOf({ settings }: LevelTask, bases: Bases, standsOnWhole: boolean): Promise<BaseName> {
  const name = await bases.free(settings.files.fullEvery === 'week' && !standsOnWhole ? 'week' : 'day')
  if (name === undefined) throw new NoName()
  return name
}

/** In any order. */
function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every(each => other.includes(each))
}

function keyOf({ settings: { s3, compression, encryptTo } }: LevelTask, base: BaseName): string {
  return baseKey(s3.prefix, base, artifactName('files'), 'files', encodedBy(compression, encryptTo))
}

function ownPlace({ settings, slot, request: { put } }: LevelTask) {
  return { key: archiveKey(settings, slot), put }
}

function stepsOf(
  { settings, slot, host, request, passes }: LevelPasses,
  level?: Omit<LevelRequest, 'keep'> & { keep?: readonly string[] },
  place?: Parameters<typeof archiveSteps>[2]['place'],
): ArchiveSteps {
  const known = request.before.artifact?.chain?.map(({ snapshot }) => snapshot) ?? []
  const steps = archiveSteps(settings, host, {
    ...{ name: artifactName('files'), key: archiveKey(settings, slot) },
    ...(level === undefined ? {} : { level: { ...level, keep: [...known, ...(level.keep ?? [])] } }),
    ...(place === undefined ? {} : { place }),
  })
  passes.push(steps)
  return steps
}

/** For a pass right behind the one that made this: contents are compared once. */
function compared(task: LevelPasses, { artifact }: TakenArtifact): LevelPasses {
  const { settings, request } = task
  const { before } = request
  if (!('paths' in artifact) || artifact.contentsComparedAt === undefined) return task
  const { chain: _, ...whole } = artifact
  const earlier = before.artifact !== undefined && 'paths' in before.artifact ? before.artifact : whole
  const known = { ...earlier, contentsComparedAt: artifact.contentsComparedAt }
  return {
    ...task,
    settings: { ...settings, files: { ...settings.files, compareContents: 'never' } },
    request: { ...request, before: { ...before, artifact: known } },
  }
}

function take(made: ArchiveSteps, { request, context }: LevelTask): Promise<TakenArtifact> {
  return artifactPlan(made).take(request, context)
}

function tipsOf(chains: readonly Chain[]): string[] {
  return chains.flatMap(chain => chain.at(-1)?.snapshot ?? [])
}

function standing(
  taken: TakenArtifact,
  chain: Chain,
  reasons: readonly string[],
  { facts }: ArchiveSteps,
): TakenArtifact {
  if (chain.length > 0)
    return { ...taken, artifact: { ...taken.artifact, chain: [...chain] }, notes: [levelNote(chain)] }
  const lacking = facts.notOn.some(({ reason }) => reason === 'tools')
  const useless = lacking ? [uselessHere(reasonsFor(facts).join('; '))] : []
  return { ...taken, warnings: [...taken.warnings, ...useless], notes: [wholeNote(reasons)] }
}

function withNote(taken: TakenArtifact, { reason }: LevelPlan, useless: TakenArtifact['warnings']): TakenArtifact {
  return {
    ...taken,
    warnings: [...taken.warnings, ...useless],
    notes: [wholeNote(reason === undefined ? [] : [reason])],
  }
}
