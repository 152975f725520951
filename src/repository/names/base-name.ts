/** The folder next to the ring for archives that several slots build on. */
export const baseFolder = 'base'

/** The names of whole archives of a week, and of archives of a day. */
export const weekNames = ['week-0', 'week-1'] as const
export const dayNames = [
  ...(['day-00', 'day-01', 'day-02', 'day-03', 'day-04', 'day-05', 'day-06'] as const),
  ...(['day-07', 'day-08', 'day-09', 'day-10', 'day-11', 'day-12', 'day-13'] as const),
] as const

export type BaseName = (typeof weekNames)[number] | (typeof dayNames)[number]

export const baseNames: readonly BaseName[] = [...weekNames, ...dayNames]

/** What the metadata of a base has in place of a slot: `base/week-0`. */
export function baseSlot(base: BaseName): string {
  return `${baseFolder}/${base}`
}
