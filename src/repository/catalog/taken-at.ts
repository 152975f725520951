import { isDenied } from '../../store/store-error'
import type { Manifest } from '../manifest/manifest'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'

/**
 * When a recovery point was taken: its own start, and never later than its manifest was stored, by the store's clock.
 * Every age is counted from here.
 */
export function takenAt({ startedAt }: Pick<Manifest, 'startedAt'>, storedAt: Date): Date {
  return new Date(Math.min(Date.parse(startedAt), storedAt.getTime()))
}

/**
 * When a manifest was stored. `listedAt`: as a listing shows it; one that cannot be as old as that was written since,
 * and is asked for its age. Throws `StoreError`.
 */
export async function storedWhen(
  { store, prefix }: Repository,
  { slot, startedAt }: Pick<Manifest, 'slot' | 'startedAt'>,
  listedAt: Date,
): Promise<Date> {
  if (Date.parse(startedAt) <= listedAt.getTime()) return listedAt
  try {
    return (await store.head(slotKeys(prefix, slot).manifest))?.lastModified ?? listedAt
  } catch (error) {
    if (isDenied(error)) return listedAt
    throw error
  }
}
