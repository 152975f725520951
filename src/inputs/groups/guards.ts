import { mapAll, readAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import type { MaxShrink } from '../../repository/guards/shrink'
import { type BlindSpotKind, blindSpotKinds } from '../../sources/mysql/inventory/blind-spots'
import { flag, type InputReader, lines, optional } from '../read'

/** The settings of the guards against bad recovery points. */
export interface GuardSettings {
  maxShrink: MaxShrink
  /** Accepts this recovery point, however much smaller, as the new baseline. */
  acceptShrink: boolean
  /** Continues in a prefix that another host has written. */
  adoptPrefix: boolean
  allowedBlindSpots: ReadonlySet<BlindSpotKind>
}

/** The inputs `max-shrink`, `accept-shrink`, `adopt-prefix` and `allow-blind-spots`. */
export function loadGuards(read: InputReader): GuardSettings {
  return readAll({
    maxShrink: () => readMaxShrink(read),
    acceptShrink: () => flag(read, 'accept-shrink') ?? false,
    adoptPrefix: () => flag(read, 'adopt-prefix') ?? false,
    allowedBlindSpots: () => readBlindSpots(read),
  })
}

function readMaxShrink(read: InputReader): MaxShrink {
  const value = optional(read, 'max-shrink') ?? '50%'
  if (value === 'off') return { kind: 'off' }
  const [, digits, sign] = /^(0|[1-9][0-9]*)( ?%)?$/.exec(value) ?? []
  const percent = Number(digits ?? Number.NaN)
  if (percent <= 100 && sign !== undefined) return { kind: 'percent', percent }
  // A bare number could also mean bytes, tables or files.
  const advice = percent <= 100 ? `If you mean percent, write: ${percent}%` : 'For example: 50%'
  throw wrongInput('max-shrink', 'be a whole percentage from 0% to 100%, or off', value, advice)
}

function readBlindSpots(read: InputReader): ReadonlySet<BlindSpotKind> {
  const words = lines(read, 'allow-blind-spots').flatMap(line => line.split(/[\s,]+/).filter(word => word !== ''))
  const known = `${blindSpotKinds.slice(0, -1).join(', ')} or ${blindSpotKinds.at(-1)}`
  return new Set(
    mapAll(words, word => {
      const found = blindSpotKinds.find(each => each === word)
      if (found !== undefined) return found
      throw wrongInput('allow-blind-spots', `name ${known}, one per line`, word)
    }),
  )
}
