import { type Finding, warning } from '../../findings/finding'
import { quotedName } from '../../findings/quoted-name'
import type { VerifyLevel } from '../../inputs/verify'
import { unlock } from '../../repository/encryption/unlock'
import type { RecoveryPoint } from '../../repository/repository'

/** How deep a recovery point can be looked into. */
export type Openness<P extends RecoveryPoint> = { point: P; isOpen: boolean } | { refused: Finding }

/**
 * Opens a recovery point for its verification. Without any key, every stored byte of it can still be compared; a drill
 * cannot do without, and a key that does not open it is a fault.
 */
export async function openToVerify<P extends RecoveryPoint & { name: string }>(
  point: P,
  level: VerifyLevel,
  note: (warning: Finding) => void,
): Promise<Openness<P>> {
  if (level === 'stored') return { point, isOpen: false }
  const unlocked = await unlock(point, point.name)
  if ('point' in unlocked) return { point: unlocked.point, isOpen: true }
  if (unlocked.hasKey || level === 'restore') return { refused: unlocked.locked }
  note(
    warning(
      'not-looked-at',
      `${quotedName(point.name)} is encrypted, and "decryption-key" is empty: every byte of it was read and is what was stored. Nobody looked at what is in it: whether it unpacks, and its tables and files.`,
      'Let a verification with the private key run now and then, where that key may be: docs/encryption.md shows a way.',
    ),
  )
  return { point, isOpen: false }
}
