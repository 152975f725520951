import type { ListedObject } from '../../store/store'
import type { KindName } from '../manifest/kinds/kinds'
import { parseKey } from '../names/keys'

/** What one recovery point stored: the bytes of all objects of a kind, for the kinds that it has. */
export interface SizePoint {
  slot: string
  takenAt: Date
  bytes: ReadonlyMap<KindName, number>
}

/** What each recovery point of the ring stored, from a listing alone: dated by its manifest, left out without one. */
export function sizeHistory(prefix: string, objects: Iterable<ListedObject>): SizePoint[] {
  const slots = new Map<string, { takenAt?: Date; stored: StoredBytes[] }>()
  for (const { key, sizeBytes, lastModified } of objects) {
    const parsed = parseKey(prefix, key)
    // The entries of a tier are copies of recovery points of the ring.
    if (parsed === undefined || parsed.slot.includes('/')) continue
    const slot = slots.get(parsed.slot) ?? { stored: [] }
    slots.set(parsed.slot, slot)
    if (parsed.what === 'manifest') slot.takenAt = lastModified
    if (parsed.what === 'artifact') slot.stored.push({ kind: parsed.kind, bytes: sizeBytes })
  }
  return [...slots]
    .flatMap(([slot, { takenAt, stored }]) =>
      takenAt === undefined ? [] : [{ slot, takenAt, bytes: bytesByKind(stored) }],
    )
    .sort((one, other) => one.takenAt.getTime() - other.takenAt.getTime())
}

/** Sizes added up for each kind. */
export function bytesByKind(stored: readonly StoredBytes[]): Map<KindName, number> {
  const sums = new Map<KindName, number>()
  for (const { kind, bytes } of stored) sums.set(kind, (sums.get(kind) ?? 0) + bytes)
  return sums
}

interface StoredBytes {
  kind: KindName
  bytes: number
}
