import { wrongInput } from '../../findings/wrong-input'
import { type InputReader, optional } from '../read'

/** The shortest and the longest allowed period. */
export interface PeriodRange {
  min: string
  max: string
}

/** A period such as `90m`, `2h` or `1d`, in milliseconds; undefined when absent. */
export function period(read: InputReader, name: string, { min, max }: PeriodRange): number | undefined {
  const value = optional(read, name)
  if (value === undefined) return undefined
  const rule = 'be a whole number of minutes, hours or days'
  const ms = periodMs(value)
  if (ms === undefined) throw wrongInput(name, rule, value, adviceFor(value))
  if (ms < (periodMs(min) ?? 0) || ms > (periodMs(max) ?? 0)) {
    throw wrongInput(name, `be from ${min} to ${max}`, value)
  }
  return ms
}

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function periodMs(text: string): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? []
  const unitMs = unitsMs[unit]
  return count === undefined || unitMs === undefined ? undefined : Number(count) * unitMs
}

function adviceFor(value: string): string {
  const [, count = '', unit = ''] = /^(\d{1,6})\s*([a-z]*)$/i.exec(value) ?? []
  const letter = unit === '' ? 'h' : unit.charAt(0).toLowerCase()
  const meant = `${Number(count)}${letter}`
  if (count !== '' && periodMs(meant) !== undefined) return `Write the number and m, h or d, as in: ${meant}`
  return 'Write the number and m, h or d, as in: 90m, 2h, 1d'
}
