import { type Finding, warning } from '../../findings/finding'
import { listed } from '../../findings/listed'
import { quotedName } from '../../findings/quoted-name'
import { UserError } from '../../runtime/errors'
import type { RunIdentity } from '../../runtime/runtime'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import { keysOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { readSlot, type SlotState } from '../manifest/slot-state'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { type ArtifactBaseline, baselineOf } from './baseline'
import type { ScopedArtifact } from './scoped-baseline'

/** Something under the prefix that is not this site's. */
export type ForeignFinding =
  /** The newest good recovery point was taken from another host. */
  | { kind: 'host'; host: string; slot: string; takenAt: string }
  /** The newest good recovery point has what this run does not back up, and is not of an earlier run of this step. */
  | { kind: 'contents'; has: readonly string[]; slot: string; takenAt: string; workflow: string | undefined }
  /** An object under a key of this run that no recovery point of ours put there. */
  | { kind: 'object'; key: string }

/**
 * Whether the newest good recovery point is another host's; older ones may be from before a move. Check it before
 * recovering an earlier run, which may be the other host's and still running.
 */
export function findForeignHost(newest: Manifest | undefined, host: string): ForeignFinding[] {
  if (newest === undefined || isSameHost(newest.host, host)) return []
  return [{ kind: 'host', host: newest.host, slot: newest.slot, takenAt: newest.startedAt }]
}

/**
 * Whether the newest good recovery point is that of another workflow, or another step, that shares the prefix: in the same
 * slot each would remove what the other stored. It is when it has something that this run does not back up, and another
 * step wrote it, or this very run did in another job. Where that is unknown, it is when the two have nothing in common.
 */
export function findShared(
  newest: Manifest | undefined,
  scope: (before: ArtifactBaseline) => ScopedArtifact,
  run: RunIdentity,
): ForeignFinding[] {
  if (newest === undefined) return []
  const { slot, startedAt: takenAt } = newest
  const scoped = baselineOf(newest).artifacts.map(scope)
  const has = scoped.flatMap(({ dropped = [] }) => dropped)
  const isDisjoint = scoped.length > 0 && scoped.every(({ isGone }) => isGone)
  const isOther = isOtherStep(newest.run, run) ?? isDisjoint
  if (has.length === 0 || !isOther) return []
  return [{ kind: 'contents', has, slot, takenAt, workflow: newest.run.workflow }]
}

/** Undefined: unknown. */
function isOtherStep(one: RunIdentity, other: RunIdentity): boolean | undefined {
  if (one.workflow === undefined || other.workflow === undefined) return undefined
  const isSameStep = one.repository === other.repository && one.workflow === other.workflow && one.step === other.step
  return !isSameStep || (one.id === other.id && one.attempt === other.attempt)
}

/** A slot that is about to be written, and by whom. */
interface SlotToWrite {
  slot: string
  host: string
  /** The newest good recovery point under the prefix. */
  newest: Manifest | undefined
  /** The keys of the data objects. */
  keysToWrite: readonly string[]
}

/**
 * Everything that forbids writing this slot: another host's recovery points, and objects under its keys that neither
 * its manifest names nor our metadata marks; denied ones are not found. Throws `StoreError`.
 */
export async function findForeign(
  repository: Repository,
  { slot, host, newest, keysToWrite }: SlotToWrite,
): Promise<ForeignFinding[]> {
  const { store, prefix } = repository
  const state = await readSlot(repository, slot)
  const findings = findForeignHost(newest ?? manifestIn(state), host)
  if (isStranger(state)) findings.push({ kind: 'object', key: slotKeys(prefix, slot).manifest })
  const ours = keysNamedBy(manifestIn(state))
  const unnamed = keysToWrite.filter(key => !ours.has(key))
  const strangers = await Promise.all(unnamed.map(key => isStrangersObject(store, key)))
  return [...findings, ...unnamed.filter((_, index) => strangers[index]).map(key => ({ kind: 'object' as const, key }))]
}

/** The refusal to write there. */
export function foreignError(findings: readonly ForeignFinding[], host: string): UserError {
  const [first] = findings
  return new UserError(`This prefix is not this site's to write to: ${describe(findings, host)}.`, {
    safe: 'Nothing was written: every object in the bucket is as it was.',
    advice: adviceOf[first?.kind ?? 'object'],
  })
}

const twoSites = 'If two sites share the prefix, give this one another "s3-prefix".'

const adviceOf: Readonly<Record<ForeignFinding['kind'], string>> = {
  host: `${twoSites} If the site moved to a new server, or only "ssh-host" is written differently now, run once with "adopt-prefix: true".`,
  contents:
    'If two workflows or two steps share the prefix, give this one an "s3-prefix" of its own, or back up everything in one step, as one recovery point. If what is backed up was changed on purpose, run once with "adopt-prefix: true".',
  object: `${twoSites} If these objects may be overwritten, run once with "adopt-prefix: true".`,
}

/** The warning when `adopt-prefix` let it pass; undefined when there was nothing to adopt. */
export function adoptedPrefix(findings: readonly ForeignFinding[], host: string): Finding | undefined {
  if (findings.length === 0) return undefined
  return warning(
    'prefix-adopted',
    `Went on in this prefix as "adopt-prefix" says, although ${describe(findings, host)}. Take "adopt-prefix" out again.`,
  )
}

function describe(findings: readonly ForeignFinding[], host: string): string {
  const keys = findings.flatMap(finding => (finding.kind === 'object' ? [quotedName(finding.key)] : []))
  const hosts = findings.flatMap(finding =>
    finding.kind === 'host'
      ? [
          `its newest recovery point (slot ${finding.slot}, taken ${finding.takenAt}) comes from the host ${quotedName(finding.host)}, and this run backs up ${quotedName(host)}`,
        ]
      : [],
  )
  const contents = findings.flatMap(finding =>
    finding.kind === 'contents'
      ? [
          `its newest recovery point (slot ${finding.slot}, taken ${finding.takenAt}${finding.workflow === undefined ? '' : ` by ${quotedName(finding.workflow)}`}) has ${listed(finding.has, 5)}, which this run does not back up and would remove from the same slot`,
        ]
      : [],
  )
  const objects =
    keys.length === 0 ? [] : [`${listed(keys, 5)} ${keys.length === 1 ? 'was' : 'were'} not put there by this action`]
  return [...hosts, ...contents, ...objects].join('; ')
}

export function isSameHost(one: string, other: string): boolean {
  return hostForm(one) === hostForm(other)
}

/** Host names have no letter case, and a dot at the end changes nothing. */
function hostForm(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

function manifestIn(state: SlotState): Manifest | undefined {
  return 'manifest' in state ? state.manifest : undefined
}

/** One of ours that is damaged, or of a later version, still says what it is. */
function isStranger(state: SlotState): boolean {
  return state.kind === 'unreadable' && !/"format"\s*:\s*"make-a-backup\//.test(state.text)
}

/** An intent also counts for the recovery point it replaces. */
function keysNamedBy(manifest: Manifest | undefined): ReadonlySet<string> {
  const manifests = [manifest, manifest?.previous].filter(each => each != null)
  return new Set(manifests.flatMap(keysOf))
}

async function isStrangersObject(store: Pick<Store, 'head'>, key: string): Promise<boolean> {
  try {
    const object = await store.head(key)
    return object !== undefined && object.metadata['make-a-backup-slot'] === undefined
  } catch (error) {
    if (isDenied(error)) return false
    throw error
  }
}
