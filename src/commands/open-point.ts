import { unlock } from '../repository/encryption/unlock'
import type { RecoveryPoint } from '../repository/repository'
import { UserError } from '../runtime/errors'

/** A recovery point whose contents can be read. Throws UserError that says which keys could open it. */
export async function openPoint<P extends RecoveryPoint & { name: string }>(chosen: P): Promise<P> {
  const unlocked = await unlock(chosen, chosen.name)
  if ('point' in unlocked) return unlocked.point
  const { what, fix } = unlocked.locked
  throw new UserError(what, { advice: fix })
}
