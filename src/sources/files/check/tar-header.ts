import { CheckError } from '../../../pipeline/check-error'

/** The unit of a tar file. */
export const blockSize = 512

/** One header block. Names are bytes, one character each (`latin1`). */
export interface TarHeader {
  name: string
  link: string
  type: string
  /** The data after the header, without padding. */
  sizeBytes: number
  /** Old GNU sparse files: further blocks of the map follow the header. */
  isExtended: boolean
}

/** Reads a ustar, GNU or v7 header block (POSIX.1-1988 and the GNU tar manual, "Basic Tar Format"). */
export function parseTarHeader(block: Buffer): TarHeader {
  if (!hasChecksum(block)) throw new CheckError('a header has a wrong checksum')
  const isGnu = block.toString('latin1', 257, 265) === 'ustar  \0'
  const isUstar = !isGnu && block.toString('latin1', 257, 262) === 'ustar'
  const name = text(block, 0, 100)
  const prefix = isUstar ? text(block, 345, 155) : ''
  const type = String.fromCharCode(block[156] ?? 0)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: text(block, 157, 100),
    type: type === '\0' ? '0' : type,
    sizeBytes: number(block, 124, 12),
    isExtended: type === 'S' && block[482] !== 0,
  }
}

/** The permissions in a header block, with set-uid (04000) and set-gid (02000). */
export function tarMode(block: Buffer): number {
  return number(block, 100, 8)
}

/** The size on disk of a sparse file of old GNU tar (type `S`; GNU tar manual, "Basic Tar Format", `realsize`). */
export function sparseSize(block: Buffer): number {
  return number(block, 483, 12)
}

/** Whether another block of a sparse map follows this one. */
export function continuesSparseMap(block: Buffer): boolean {
  return block[504] !== 0
}

export function isZeroBlock(block: Buffer): boolean {
  return block.equals(zeroBlock)
}

const zeroBlock = Buffer.alloc(blockSize)

/** The sum of all bytes, the checksum's own as blanks. Some old programs summed signed bytes. */
function hasChecksum(block: Buffer): boolean {
  let sum = 8 * 0x20
  let high = 0
  for (let at = 0; at < blockSize; at++) {
    if (at >= 148 && at < 156) continue
    const byte = block[at] ?? 0
    sum += byte
    if (byte >= 0x80) high++
  }
  const stored = number(block, 148, 8)
  return stored === sum || stored === sum - high * 256
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end < 0 || end > start + length ? start + length : end)
}

/** Octal digits between blanks, or, with the highest bit set, a big-endian binary number (base-256). */
function number(block: Buffer, start: number, length: number): number {
  let value = 0
  if (block[start] === 0x80) {
    for (let at = start + 1; at < start + length; at++) value = value * 256 + (block[at] ?? 0)
  } else {
    const digits = text(block, start, length).trim()
    if (!/^[0-7]*$/.test(digits)) throw new CheckError('a header has a field that is not a number')
    value = digits === '' ? 0 : Number.parseInt(digits, 8)
  }
  if (!Number.isSafeInteger(value)) throw new CheckError('a header has a number that is too large')
  return value
}
