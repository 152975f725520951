import { type Encoded, splitSuffix, suffixOf } from '../../pipeline/codec'
import type { Kind } from '../manifest/kinds/kind'
import { type Artifact, type KindName, kindOf, kinds } from '../manifest/kinds/kinds'
import { type BaseName, baseFolder, baseNames } from './base-name'
import { isManualSlot } from './manual-name'
import { tierOf } from './tier-name'

/** The folder next to the ring for what did not pass the shrink guard; its slots are named as the ring's. */
export const suspectFolder = 'suspect'

/** An artifact's name, with its source where there are several: `database`, `shop.database`, `codebase`. */
export function artifactName(kind: KindName, source?: string): string {
  const { artifactName: name } = kindOf({ kind })
  return source === undefined ? name : `${encodeURIComponent(source)}.${name}`
}

/** Whether a slot may have this name: one of the ring (`Monday-13-00`), of a tier (`daily/2026-11-23`), or `manual/…`. */
export function isSlotName(name: string): boolean {
  return /^[A-Za-z0-9_-]+$/.test(name) || tierOf(name) !== undefined || isManualSlot(name)
}

/** The keys of a slot that every one has. `prefix` has no slash at either end and may be ''. */
export function slotKeys(prefix: string, slot: string): { manifest: string; proof: string } {
  const stem = slotStem(prefix, slot)
  return { manifest: `${stem}manifest.json`, proof: `${stem}proof.json` }
}

/** The key of the signature of a manifest or a proof. */
export function signatureKey(signed: string): string {
  return `${signed}.sig`
}

/** The key of a data object, e.g. `running-backups/Monday-13-00.shop.database.sql.gz`. */
export function artifactKey(prefix: string, slot: string, name: string, kind: KindName, encoded: Encoded): string {
  return `${slotStem(prefix, slot)}${name}.${kindOf({ kind }).extension}${suffixOf(encoded)}`
}

/** The key that a data object has in another slot of the prefix. */
export function keyInSlot(prefix: string, key: string, slot: string): string {
  const parsed = parseKey(prefix, key)
  if (parsed?.what !== 'artifact') throw new RangeError(`"${key}" is not the key of a data object.`)
  return `${slotStem(prefix, slot)}${key.slice(slotStem(prefix, parsed.slot).length)}`
}

/** The key of a whole or daily archive that slots build on: `running-backups/base/week-0.codebase.tar.gz`. */
export function baseKey(prefix: string, base: BaseName, name: string, kind: KindName, encoded: Encoded): string {
  return `${listingPrefix(prefix)}${baseFolder}/${base}.${name}.${kindOf({ kind }).extension}${suffixOf(encoded)}`
}

/** The key that an object of a chain has where a slot has its whole chain: `…/daily/2026-11-23.level-0.codebase.tar.gz`. */
export function chainKeyInSlot(prefix: string, key: string, slot: string, level: number): string {
  const parsed = parseBaseKey(prefix, key)
  if (parsed === undefined) throw new RangeError(`"${key}" is not the key of a base.`)
  const { name, kind, encoded } = parsed
  return `${slotStem(prefix, slot)}level-${level}.${name}.${kindOf({ kind }).extension}${suffixOf(encoded)}`
}

/** Whether a slot may build on the object of this key: one of `base/`, or of its own. */
export function isChainKeyOf(prefix: string, slot: string, key: string): boolean {
  return parseBaseKey(prefix, key) !== undefined || isArtifactKeyOf(prefix, slot, key)
}

/** Reads the key of a base back; undefined for every other one. */
export function parseBaseKey(
  prefix: string,
  key: string,
): { base: BaseName; kind: KindName; name: string; encoded: Encoded } | undefined {
  const folder = `${listingPrefix(prefix)}${baseFolder}/`
  if (!key.startsWith(folder)) return undefined
  const [, name, rest = ''] = /^([a-z0-9-]+)\.(.+)$/s.exec(key.slice(folder.length)) ?? []
  const base = baseNames.find(each => each === name)
  const artifact = artifactIn(rest)
  return base === undefined || artifact === undefined ? undefined : { base, ...artifact }
}

/** The key of the recovery instructions in the bucket. */
export function readmeKey(prefix: string): string {
  return `${listingPrefix(prefix)}README.md`
}

/** The key of what shows whether somebody still has a private key of the backups. */
export function encryptionTestKey(prefix: string): string {
  return `${listingPrefix(prefix)}encryption-test.age`
}

/** The keys of what is known of a prefix: for programs, and as a page for people. */
export function statusKeys(prefix: string): { document: string; page: string } {
  const folder = listingPrefix(prefix)
  return { document: `${folder}status.json`, page: `${folder}index.html` }
}

/** What every key of the prefix starts with: '' or `<prefix>/`. */
export function listingPrefix(prefix: string): string {
  return prefix === '' ? '' : `${prefix}/`
}

/** What a key says about its object. */
export type ParsedKey =
  | { slot: string; what: 'manifest' | 'manifest-signature' | 'proof' | 'proof-signature' }
  | { slot: string; what: 'artifact'; kind: KindName; name: string; encoded: Encoded }

/**
 * Reads a key back. Undefined for every key that this action would not have written under the prefix, in the ring, in
 * a tier or with a name: only what is parsed here may ever be removed, aborted or overwritten.
 */
export function parseKey(prefix: string, key: string): ParsedKey | undefined {
  const folder = listingPrefix(prefix)
  if (!key.startsWith(folder)) return undefined
  const [, slot, rest] = /^([A-Za-z0-9_/-]+)\.([^/]+)$/s.exec(key.slice(folder.length)) ?? []
  if (slot === undefined || rest === undefined || !isSlotName(slot)) return undefined
  if (rest === 'manifest.json') return { slot, what: 'manifest' }
  if (rest === 'manifest.json.sig') return { slot, what: 'manifest-signature' }
  if (rest === 'proof.json') return { slot, what: 'proof' }
  if (rest === 'proof.json.sig') return { slot, what: 'proof-signature' }
  const artifact = artifactIn(rest.replace(/^level-[01]\./, ''))
  return artifact === undefined ? undefined : { slot, what: 'artifact', ...artifact }
}

/** What follows a slot or a base in a key: `codebase.tar.gz`. */
function artifactIn(rest: string): { kind: KindName; name: string; encoded: Encoded } | undefined {
  const { stem, encoded } = splitSuffix(rest)
  for (const each of kinds) {
    const name = stem.endsWith(`.${each.extension}`) ? stem.slice(0, -each.extension.length - 1) : ''
    if (isNameIn(each, name)) return { kind: each.kind, name, encoded }
  }
  return undefined
}

/** Whether the key is a data object of this very slot. */
export function isArtifactKeyOf(prefix: string, slot: string, key: string): boolean {
  const parsed = parseKey(prefix, key)
  return parsed?.what === 'artifact' && parsed.slot === slot
}

function slotStem(prefix: string, slot: string): string {
  if (!isSlotName(slot)) {
    throw new RangeError(
      `A slot's name has only letters, digits, "_" and "-", or is that of a tier's entry or a name behind "manual/", got "${slot}".`,
    )
  }
  return `${listingPrefix(prefix)}${slot}.`
}

/** Whether `artifactName` gives this name for a source of the kind. */
function isNameIn({ artifactName: only, sources }: Kind<Artifact>, name: string): boolean {
  if (name === only) return true
  if (!('noun' in sources) || !name.endsWith(`.${only}`)) return false
  const encoded = name.slice(0, -only.length - 1)
  try {
    return encoded !== '' && encodeURIComponent(decodeURIComponent(encoded)) === encoded
  } catch {
    return false
  }
}
