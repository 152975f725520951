import type { Finding } from '../../findings/finding'
import type { VerifyInputs } from '../../inputs/verify'
import { type Place, places } from '../../repository/catalog/catalog'
import { chooseRecoveryPoint } from '../../repository/catalog/choose-recovery-point'
import { listingPrefix, parseKey } from '../../repository/names/keys'
import type { Repository } from '../../repository/repository'
import { UserError } from '../../runtime/errors'
import type { WallClock } from '../../runtime/runtime'
import type { PointName } from './point'

/** The requested recovery points. Throws `UserError` when there is none. */
export async function pointsToVerify(
  repository: Repository,
  { snapshot }: VerifyInputs,
  clock: Pick<WallClock, 'now'>,
): Promise<{ points: PointName[]; warnings: readonly Finding[] }> {
  if (snapshot !== 'all') {
    const { name, slot, repository: own, warnings } = await chooseRecoveryPoint(repository, snapshot, clock)
    return { points: [{ name, slot, repository: own }], warnings }
  }
  const points = await everyPoint(repository)
  if (points.length > 0) return { points, warnings: [] }
  const { store, prefix } = repository
  throw new UserError(`There is no recovery point under "${listingPrefix(prefix)}" in ${store.name}.`, {
    advice: 'Check the inputs "s3-bucket" and "s3-prefix": they must be those of the backup.',
  })
}

/** The ring, then the tiers, then those with names, then the suspect ones; the newest of each first, as the store dates their manifests. */
async function everyPoint(repository: Repository): Promise<PointName[]> {
  return (await Promise.all(places(repository).map(pointsIn))).flat()
}

async function pointsIn({ repository, folder, lead }: Place): Promise<PointName[]> {
  const { store, prefix } = repository
  const found: { slot: string; storedAt: Date }[] = []
  const proofs = new Set<string>()
  for await (const { key, lastModified } of store.list(folder)) {
    const parsed = parseKey(prefix, key)
    if (parsed?.what === 'manifest') found.push({ slot: parsed.slot, storedAt: lastModified })
    if (parsed?.what === 'proof') proofs.add(parsed.slot)
  }
  found.sort((a, b) => b.storedAt.getTime() - a.storedAt.getTime())
  return found.map(({ slot, storedAt }) => ({
    ...{ name: `${lead}${slot}`, repository, slot, storedAt },
    hasProof: proofs.has(slot),
  }))
}
