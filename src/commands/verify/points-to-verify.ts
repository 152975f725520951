import type { Finding } from '../../findings/finding'
import type { VerifyInputs } from '../../inputs/verify'
import { chooseSnapshot } from '../../repository/catalog/choose-snapshot'
import { listingPrefix, parseKey, suspectFolder } from '../../repository/names/keys'
import { tiers } from '../../repository/names/tier-name'
import { UserError } from '../../runtime/errors'
import type { Store } from '../../store/store'
import type { PointName } from './point'

/** The recovery points that are asked for. Throws `UserError` when there is none. */
export async function pointsToVerify(
  store: Store,
  { s3, snapshot }: VerifyInputs,
  now: Date,
): Promise<{ points: PointName[]; warnings: readonly Finding[] }> {
  if (snapshot !== 'all') {
    const { name, prefix, slot, warnings } = await chooseSnapshot(store, s3.prefix, snapshot, now)
    return { points: [{ name, prefix, slot }], warnings }
  }
  const points = await everyPoint(store, s3.prefix)
  if (points.length > 0) return { points, warnings: [] }
  throw new UserError(`There is no recovery point under "${listingPrefix(s3.prefix)}" in ${store.name}.`, {
    advice: 'Check the inputs "s3-bucket" and "s3-prefix": they must be those of the backup.',
  })
}

/** The ring, then the tiers, then the suspect ones; the newest of each first, as the store dates their manifests. */
async function everyPoint(store: Store, prefix: string): Promise<PointName[]> {
  const root = listingPrefix(prefix)
  const suspect = `${root}${suspectFolder}`
  return [
    ...(await pointsIn(store, prefix, root)),
    ...(await Promise.all(tiers.map(tier => pointsIn(store, prefix, `${root}${tier}/`)))).flat(),
    ...(await pointsIn(store, suspect, `${suspect}/`, `${suspectFolder}/`)),
  ]
}

async function pointsIn(store: Store, prefix: string, folder: string, lead = ''): Promise<PointName[]> {
  const found: { slot: string; writtenMs: number }[] = []
  for await (const { key, lastModified } of store.list(folder)) {
    const parsed = parseKey(prefix, key)
    if (parsed?.what === 'manifest') found.push({ slot: parsed.slot, writtenMs: lastModified.getTime() })
  }
  found.sort((a, b) => b.writtenMs - a.writtenMs)
  return found.map(({ slot }) => ({ name: `${lead}${slot}`, prefix, slot }))
}
