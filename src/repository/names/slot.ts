import { UserError } from '../../runtime/errors'
import { printable } from '../../runtime/text/printable'
import { minuteMs } from '../../runtime/times'
import { calendarOf } from './known-timezone'

/**
 * How slots are named: literal text and placeholders in turn. A slot name has letters, digits, `_` and `-` only, never
 * a `.` or a `/`, so it cannot collide with `daily/`, `suspect/` or `README.md`.
 */
export interface Rotation {
  /** As the user wrote it. */
  readonly text: string
  readonly parts: readonly RotationPart[]
}

type RotationPart = { readonly literal: string } | { readonly placeholder: Placeholder }

type Placeholder = 'weekday' | 'hour' | 'minute' | 'date' | 'year' | 'month' | 'day'

/** The input `rotation`: `hour-of-week`, `day-of-week`, `running`, or a template: `{weekday}-{hour}-00`. */
export function parseRotation(text: string): Rotation {
  const template = namedRotations.get(text) ?? text
  if (template === '') throw refused(text, knownRotations)
  if (template.length > longestTemplate) throw refused(text, `Keep it to ${longestTemplate} characters.`)
  const parts = template.split(/(\{[^{}]*\})/).filter(part => part !== '')
  const parsed = parts.map(part => parsePart(part, text))
  if (text !== 'running' && !parsed.some(part => 'placeholder' in part)) {
    throw refused(
      text,
      `${knownRotations} Without a placeholder every run would overwrite the same slot: for that, write running.`,
    )
  }
  return { text, parts: parsed }
}

/** The slot of this moment, by the clock of the IANA zone, in English. The hour repeated in autumn is one slot. */
export function slotName(rotation: Rotation, at: Date, timezone: string): string {
  const fields = calendarFields(at, timezone)
  return rotation.parts.map(part => ('literal' in part ? part.literal : fields[part.placeholder])).join('')
}

/** The slots of all moments from `backMs` before `at` on, newest first; undefined when there are more than two. */
export function twoSlotsBack(rotation: Rotation, at: Date, timezone: string, backMs: number): string[] | undefined {
  // Minutes have names of their own. Otherwise a quarter of an hour is short enough: by no less do zones differ.
  if (rotation.parts.some(part => 'placeholder' in part && part.placeholder === 'minute')) return undefined
  const slots = new Set<string>()
  for (let ms = 0; slots.size <= 2; ms = Math.min(ms + 15 * minuteMs, backMs)) {
    slots.add(slotName(rotation, new Date(at.getTime() - ms), timezone))
    if (ms === backMs) break
  }
  return slots.size > 2 ? undefined : [...slots]
}

const valuesOf: Readonly<Partial<Record<Placeholder, number>>> = { weekday: 7, hour: 24, month: 12, day: 31 }

/** How many slots a rotation has; undefined when names never come round again, or when that depends on the runs. */
export function slotCount({ parts }: Rotation): number | undefined {
  return parts.reduce<number | undefined>((product, part) => {
    const values = 'literal' in part ? 1 : valuesOf[part.placeholder]
    return product === undefined || values === undefined ? undefined : product * values
  }, 1)
}

/** Whether every name is written again within a week, however often runs start. */
export function comesRoundWeekly({ parts }: Rotation): boolean {
  return parts.every(part => 'literal' in part || part.placeholder === 'weekday' || part.placeholder === 'hour')
}

const longestTemplate = 80

const namedRotations: ReadonlyMap<string, string> = new Map([
  ['hour-of-week', '{weekday}-{hour}-00'],
  ['day-of-week', '{weekday}'],
])

const placeholders: readonly Placeholder[] = ['weekday', 'hour', 'minute', 'date', 'year', 'month', 'day']
const placeholderList = placeholders.map(name => `{${name}}`).join(' ')
const knownRotations = `Write hour-of-week, day-of-week, running, or a template of ${placeholderList}.`

function parsePart(part: string, text: string): RotationPart {
  const inner = /^\{(.*)\}$/.exec(part)?.[1]
  if (inner !== undefined) {
    const placeholder = placeholders.find(name => name === inner)
    if (placeholder !== undefined) return { placeholder }
    throw refused(text, `There is no {${visible(inner)}}. The placeholders are ${placeholderList}.`)
  }
  if (/[{}]/.test(part)) throw refused(text, 'A brace is without its other half. Write placeholders as in {weekday}.')
  if (!/^[A-Za-z0-9_-]+$/.test(part)) {
    throw refused(text, 'Apart from placeholders a template may have only letters A to Z, digits, "_" and "-".')
  }
  return { literal: part }
}

function refused(text: string, advice: string): UserError {
  const seen = text === '' ? 'nothing' : `"${visible(text)}"`
  return new UserError(`Input "rotation" must be a rotation or a template of slot names, got ${seen}.`, {
    advice,
  })
}

function visible(text: string): string {
  return printable(text.length > longestTemplate ? `${text.slice(0, longestTemplate)}…` : text)
}

/** The moment by the clock of the IANA zone, in English; `date` is `2026-11-27`. */
export function calendarFields(at: Date, timezone: string): Record<Placeholder, string> {
  const parts = calendarOf(timezone).formatToParts(at)
  const found = new Map(parts.map(({ type, value }) => [type, value]))
  const field = (type: Intl.DateTimeFormatPartTypes): string => {
    const value = found.get(type)
    if (value === undefined) throw new TypeError(`The calendar of this runtime has no ${type}.`)
    return value
  }
  const [weekday, hour, minute] = [field('weekday'), field('hour'), field('minute')]
  const [year, month, day] = [field('year').padStart(4, '0'), field('month'), field('day')]
  return { weekday, hour, minute, date: `${year}-${month}-${day}`, year, month, day }
}
