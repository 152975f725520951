import { readAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { isKnownTimezone } from '../../repository/names/known-timezone'
import { isManualName, manualFolder } from '../../repository/names/manual-name'
import { parseRotation, type Rotation } from '../../repository/names/slot'
import { type InputReader, optional } from '../read'

/** The naming of slots and its time zone. */
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

/** The input `name`: of a recovery point of its own. Undefined: the run writes a slot of the ring. */
export function readName(read: InputReader): string | undefined {
  const name = optional(read, 'name')
  if (name === undefined || isManualName(name)) return name
  const bare = name.startsWith(`${manualFolder}/`) ? name.slice(manualFolder.length + 1) : name
  const better = bare
    .replace(/[^A-Za-z0-9_]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 80)
  const advice = `For example: ${better === '' ? 'before-update' : better}`
  throw wrongInput('name', 'have only letters A to Z, digits, "_" and "-", 80 at most', name, advice)
}

function readTimezone(read: InputReader): string {
  const timezone = optional(read, 'timezone') ?? 'UTC'
  const rule = 'be an IANA time zone'
  if (/^(UTC|GMT)?[+-][0-9:]+$/i.test(timezone)) {
    throw wrongInput(
      'timezone',
      rule,
      timezone,
      'An offset has no daylight saving time. Write a place, as in: Europe/Berlin, or UTC.',
    )
  }
  if (!isKnownTimezone(timezone)) throw wrongInput('timezone', rule, timezone, 'For example: UTC or Europe/Berlin')
  return timezone
}
