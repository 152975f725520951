import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import { bytesByKind, sizeHistory } from '../../repository/catalog/size-history'
import type { Manifest } from '../../repository/manifest/manifest'
import { slotKeys } from '../../repository/names/keys'
import { isManualSlot } from '../../repository/names/manual-name'
import type { TierKeep } from '../../repository/names/tier-name'
import type { Repository } from '../../repository/repository'
import { tierAges } from '../../repository/tiers/tier-ages'
import type { BackupResult } from './run-report'

/** How sizes changed, and how far back recovery points go. */
export async function readHistory(
  repository: Repository,
  facts: { keep: TierKeep; index: PrefixIndex; manifest: Manifest },
): Promise<Required<Pick<BackupResult, 'sizes' | 'tiers'>>> {
  const { prefix } = repository
  const { keep, index, manifest } = facts
  const takenAt = new Date(manifest.startedAt)
  const own = slotKeys(prefix, manifest.slot).manifest.replace(/manifest\.json$/, '')
  const others = index.objects.filter(({ key }) => !key.startsWith(own))
  const sizes = [...sizeHistory(prefix, others), { takenAt, bytes: bytesByKind(manifest.artifacts) }]
  const ages = await tierAges(repository, keep)
  const ring = (isManualSlot(manifest.slot) ? sizes.slice(0, -1) : sizes).map(point => point.takenAt.getTime())
  const tiers = [
    ...(ring.length === 0
      ? []
      : [
          {
            ...{ name: 'ring', count: ring.length },
            ...{ newest: new Date(Math.max(...ring)), oldest: new Date(Math.min(...ring)) },
          },
        ]),
    ...ages.map(({ tier, count, newest, oldest }) => ({
      name: tier,
      count,
      newest: newest?.takenAt,
      oldest: oldest?.takenAt,
    })),
  ]
  return { sizes, tiers }
}
