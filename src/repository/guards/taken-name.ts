import { type Finding, problem } from '../../findings/finding'
import { readSlot, type SlotState } from '../manifest/slot-state'
import { slotKeys, suspectFolder } from '../names/keys'
import { manualSlot } from '../names/manual-name'
import { timeStamp } from '../names/safety-key'
import { type Repository, suspectsOf } from '../repository'

/**
 * Why a recovery point of this name may not be written: there is one, which nothing replaces. A suspect one of the name
 * gives way to one that `accept-shrink` lets pass. An intent must have been recovered before. Throws `StoreError`.
 */
export async function takenName(
  repository: Repository,
  name: string,
  { acceptShrink, now }: { acceptShrink: boolean; now: Date },
): Promise<Finding[]> {
  const slot = manualSlot(name)
  const other = `${name.slice(0, 60)}-${timeStamp(now).slice(0, 16)}`
  const own = await readSlot(repository, slot)
  if (own.kind === 'denied') {
    const { manifest } = slotKeys(repository.prefix, slot)
    return [
      problem(
        'name-unknown',
        `Whether there is a recovery point ${slot} already is unknown: the credentials may not read "${manifest}".`,
        'Nothing may replace a recovery point that was named. Allow s3:GetObject on that folder, and s3:ListBucket on the bucket.',
      ),
    ]
  }
  if (!isFree(own)) return [taken(slot, own, `Give this one another name, such as ${other}`)]
  if (acceptShrink) return []
  const suspects = suspectsOf(repository)
  const suspect = await readSlot(suspects, slot)
  if (isFree(suspect) || suspect.kind === 'denied') return []
  return [
    taken(
      `${suspectFolder}/${slot}`,
      suspect,
      `If this is what it should be, run with "accept-shrink: true", otherwise give it another name, such as ${other}`,
    ),
  ]
}

function isFree({ kind }: SlotState): boolean {
  return kind === 'empty' || kind === 'lost'
}

function taken(name: string, state: SlotState, fix: string): Finding {
  const when = 'manifest' in state ? `, taken ${state.manifest.startedAt}` : ''
  return problem(
    'name-taken',
    `There is a recovery point ${name} already${when}, and nothing replaces one that was named.`,
    fix,
  )
}
