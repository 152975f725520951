import { UserError } from '../../runtime/errors'
import { printable } from '../../runtime/text/printable'
import { isSlotName, suspectFolder } from './keys'

/** What the input `snapshot` requests. `name`: as `CatalogPoint.name`. */
export type SnapshotChoice =
  | { kind: 'latest' }
  | { kind: 'name'; name: string }
  /** The newest good one at or before this moment. */
  | { kind: 'time'; at: Date }

/**
 * The input `snapshot`: `latest`, a slot (`Monday-13-00`), `daily/2026-11-20`, `manual/before-update`,
 * `suspect/Monday-13-00`, or an ISO time with its zone. Whether that recovery point exists is not checked here. Throws UserError.
 */
export function parseSnapshotChoice(text: string): SnapshotChoice {
  if (text === 'latest') return { kind: 'latest' }
  // No slot can have this name: a template needs a placeholder.
  if (text === 'all') throw refused(text, 'Only the action "verify" takes all of them. Name one, or write latest.')
  const at = timeIn(text)
  if (at !== undefined) return { kind: 'time', at }
  const slot = text.startsWith(`${suspectFolder}/`) ? text.slice(suspectFolder.length + 1) : text
  if (isSlotName(slot)) return { kind: 'name', name: text }
  throw refused(text, adviceFor(text))
}

/** A date and a time of day. No slot has this form, because names of slots have no colon. */
const isoTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/

function timeIn(text: string): Date | undefined {
  if (!isoTime.test(text)) return undefined
  const [, date = '', clock = '', rest = '', zone] =
    /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d)((?::\d\d(?:\.\d{1,9})?)?) ?(Z|z|[+-]\d\d:?\d\d)?$/.exec(text) ?? []
  if (zone === undefined && date !== '') {
    throw refused(
      text,
      `Write the time zone too: ${date}T${clock}${rest || ':00'}Z for UTC, or +01:00 in place of the Z.`,
    )
  }
  const at = new Date(`${date}T${clock}${rest || ':00'}${isoZone(zone ?? '')}`)
  if (!Number.isNaN(at.getTime()) && isOnCalendar(date)) return at
  throw refused(text, 'There is no such moment. A time is written as in: 2026-11-23T13:00:00Z')
}

function isoZone(zone: string): string {
  return zone.toUpperCase().replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')
}

/** `new Date` reads the 31st of February as a day in March. */
function isOnCalendar(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date)
}

function adviceFor(text: string): string {
  if (/\.(manifest|proof)\.json$|\.(sql|tar)(\.gz|\.zst)?$/.test(text))
    return 'Write the name of the slot alone, without what follows its first dot and without the prefix, as in: Monday-13-00'
  if (/^[A-Za-z]+day[ -]\d\d?:\d\d/.test(text)) return 'Slots are written with hyphens, as in: Monday-13-00'
  return 'Write latest, a slot (Monday-13-00), an entry of a tier (daily/2026-11-20, weekly/2026-W47, monthly/2026-11, yearly/2026), manual/ and a name, suspect/ and a slot, or a time (2026-11-23T13:00:00Z).'
}

function refused(text: string, advice: string): UserError {
  const shown = printable(text.length > 120 ? `${text.slice(0, 120)}…` : text)
  return new UserError(`Input "snapshot" must name a recovery point or a time, got "${shown}".`, { advice })
}
