import { CheckError } from '../../../pipeline/check-error'

const blank = 0x20
const zeroDigit = 0x30

/**
 * A number as GNU tar (`from_header`) and busybox (`getOctal`) both read it: octal digits, blanks before them, blanks
 * or zero bytes behind them; a field of zero bytes is 0. Throws CheckError for all else: a mode of blanks is 0 for one
 * of them, and has every bit for the other.
 */
export function octalNumber(block: Buffer, start: number, length: number): number {
  const end = start + length
  let at = start
  while (at < end && block[at] === blank) at++
  const first = at
  let value = 0
  for (; at < end; at++) {
    const digit = (block[at] ?? 0) - zeroDigit
    if (digit < 0 || digit > 7) break
    value = value * 8 + digit
  }
  const isEmpty = at === first
  let isPadding = !isEmpty || first === start
  for (; at < end; at++) isPadding &&= block[at] === 0 || (block[at] === blank && !isEmpty)
  if (!isPadding) throw new CheckError('a header has a field that is not a number')
  return value
}

/** The same, or a binary number behind the byte 0x80, or 0xff for a negative one (GNU tar manual, "base-256"). */
export function largeNumber(block: Buffer, start: number, length: number): number {
  const lead = block[start]
  if (lead !== 0x80 && lead !== 0xff) return octalNumber(block, start, length)
  let value = lead === 0xff ? -1 : 0
  for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0)
  if (!Number.isSafeInteger(value)) throw new CheckError('a header has a number that is too large')
  return value
}
