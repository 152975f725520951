import { type Finding, warning } from '../../findings/finding'
import { listed } from '../../findings/listed'
import { quotedName } from '../../findings/quoted-name'
import { UserError } from '../../runtime/errors'
import type { Store } from '../../store/store'
import { isDenied } from '../../store/store-error'
import { keysOf } from '../artifact/objects'
import type { Manifest } from '../manifest/manifest'
import { readSlot, type SlotState } from '../manifest/slot-state'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'

/** Something under the prefix that is not this site's. */
export type ForeignFinding =
  /** The newest good recovery point was taken from another host. */
  | { kind: 'host'; host: string; slot: string; takenAt: string }
  /** An object under a key of this run that no recovery point of ours put there. */
  | { kind: 'object'; key: string }

/**
 * Whether the newest good recovery point is another host's; older ones may be from before a move. Check it before
 * recovering an earlier run, which may be the other host's and still running.
 */
export function findForeignHost(newest: Manifest | undefined, host: string): ForeignFinding[] {
  if (newest === undefined || hostForm(newest.host) === hostForm(host)) return []
  return [{ kind: 'host', host: newest.host, slot: newest.slot, takenAt: newest.startedAt }]
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
  const isRenamed = first?.kind === 'host'
  return new UserError(`This prefix is not this site's to write to: ${describe(findings, host)}.`, {
    safe: 'Nothing was written: every object in the bucket is as it was.',
    advice: [
      'If two sites share the prefix, give this one another "s3-prefix".',
      isRenamed
        ? 'If the site moved to a new server, or only "ssh-host" is written differently now, run once with "adopt-prefix: true".'
        : 'If these objects may be overwritten, run once with "adopt-prefix: true".',
    ].join(' '),
  })
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
  const objects =
    keys.length === 0 ? [] : [`${listed(keys, 5)} ${keys.length === 1 ? 'was' : 'were'} not put there by this action`]
  return [...hosts, ...objects].join('; ')
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
