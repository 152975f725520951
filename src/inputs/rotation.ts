import { isKnownTimezone } from '../snapshot/known-timezone'
import { parseRotation, type Rotation } from '../snapshot/slot'
import { type InputReader, optional, wrongInput } from './read'
import { readAll } from './read-all'

/** How slots are named, and by which clock. */
export interface RotationSettings {
  rotation: Rotation
  /** An IANA name that the runtime knows. */
  timezone: string
}

/** The inputs `rotation` and `timezone`. */
export function loadRotation(read: InputReader): RotationSettings {
  return readAll({
    rotation: () => parseRotation(optional(read, 'rotation') ?? 'hour-of-week'),
    timezone: () => readTimezone(read),
  })
}

function readTimezone(read: InputReader): string {
  const timezone = optional(read, 'timezone') ?? 'UTC'
  const rule = 'be an IANA time zone'
  if (/^(UTC|GMT)?[+-][0-9:]+$/i.test(timezone)) {
    throw wrongInput(
      'timezone',
      rule,
      timezone,
      'An offset knows no summer time. Write the place, as in: Europe/Berlin, or UTC.',
    )
  }
  if (!isKnownTimezone(timezone))
    throw wrongInput('timezone', rule, timezone, 'For example: UTC or Europe/Berlin')
  return timezone
}
