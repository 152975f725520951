import { readAll } from '../../findings/read-all'
import type { TierKeep } from '../../repository/names/tier-name'
import { type InputReader, wholeNumber } from '../read'

/** The inputs `keep-daily`, `keep-weekly`, `keep-monthly` and `keep-yearly`; 0 when empty. */
export function loadTiers(read: InputReader): TierKeep {
  const count = (name: string) => wholeNumber(read, name, { min: 0, max: 10_000 }) ?? 0
  return readAll({
    daily: () => count('keep-daily'),
    weekly: () => count('keep-weekly'),
    monthly: () => count('keep-monthly'),
    yearly: () => count('keep-yearly'),
  })
}
