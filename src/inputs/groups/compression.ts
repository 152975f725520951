import type { CompressionSettings } from '../../pipeline/compression'
import { UserError } from '../../runtime/errors'
import { choice, type InputReader, optional, wholeNumber } from '../read'

/** The inputs `compression` and `compression-level`. */
export function loadCompression(read: InputReader): CompressionSettings {
  const given = optional(read, 'compression-level')
  const kind = choice(read, 'compression', ['gzip', 'zstd', 'none']) ?? 'gzip'
  if (kind === 'none') {
    if (given === undefined) return { kind }
    throw new UserError('Input "compression-level" is set with compression: none.', {
      advice: 'Leave out the level, or choose gzip or zstd.',
    })
  }
  const level = wholeNumber(read, 'compression-level', { min: 1, max: kind === 'gzip' ? 9 : 19 })
  return level === undefined ? { kind } : { kind, level }
}
