import type { ListedObject } from '../../store/store'
import { parseKey } from '../names/keys'

/**
 * What each recovery point of the ring stores, read off a listing of the prefix alone: no further request. Dated by its
 * manifest; a slot without one is no recovery point and is left out. Oldest first.
 */
export function sizeHistory(prefix: string, objects: Iterable<ListedObject>): SizePoint[] {
  const slots = new Map<string, Partial<SizePoint>>()
  for (const { key, sizeBytes, lastModified } of objects) {
    const parsed = parseKey(prefix, key)
    // The entries of a tier are copies of what the ring held.
    if (parsed === undefined || parsed.slot.includes('/')) continue
    const point = slots.get(parsed.slot) ?? {}
    slots.set(parsed.slot, point)
    if (parsed.what === 'manifest') point.takenAt = lastModified
    else if (parsed.what === 'artifact' && parsed.kind === 'database')
      point.databaseBytes = (point.databaseBytes ?? 0) + sizeBytes
    else if (parsed.what === 'artifact') point.filesBytes = (point.filesBytes ?? 0) + sizeBytes
  }
  return [...slots.values()]
    .flatMap(({ takenAt, databaseBytes, filesBytes }) =>
      takenAt === undefined ? [] : [{ takenAt, databaseBytes, filesBytes }],
    )
    .sort((one, other) => one.takenAt.getTime() - other.takenAt.getTime())
}

/** What one recovery point stored. */
export interface SizePoint {
  takenAt: Date
  /** Of all its database objects together; undefined when it has none. */
  databaseBytes: number | undefined
  /** Of its files object; undefined when it has none. */
  filesBytes: number | undefined
}
