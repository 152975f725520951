import { CheckError } from '../../../pipeline/check-error'
import { largeNumber, octalNumber } from './header-number'

/** The unit of a tar file. */
export const blockSize = 512

/** One header block. Names are bytes, one character each (`latin1`). */
export interface TarHeader {
  name: string
  link: string
  type: string
  /** The data after the header, without padding. */
  sizeBytes: number
  /** With set-uid (04000), set-gid (02000) and the sticky bit (01000). */
  mode: number
  uid: number
  gid: number
  /** Of a device: its numbers. */
  device: { major: number; minor: number } | undefined
}

/** The types of entries that GNU tar and busybox both know, and those of what may precede one. */
const knownTypes = '01234567LKxg'

/** Of user and group; the last one, -1, means "leave it as it is". */
const ownerMax = 2 ** 32 - 2

/**
 * Reads a header block of ustar, GNU or v7 (POSIX.1-1988 and the GNU tar manual, "Basic Tar Format"). Throws CheckError
 * for one that GNU tar and busybox may read differently: see `list.c` of the one, `get_header_tar.c` of the other.
 */
export function parseTarHeader(block: Buffer): TarHeader {
  if (!hasChecksum(block)) throw new CheckError('a header has a wrong checksum')
  const format = formatOf(block)
  const typeByte = block[156] || 0x30
  const type = String.fromCharCode(typeByte)
  if (!knownTypes.includes(type)) throw new CheckError(`an entry is of the unknown type ${JSON.stringify(type)}`)
  // busybox takes it for the end of the archive.
  if (block[0] === 0) throw new CheckError('a header has no name')
  // busybox believes a prefix in every format.
  if (format !== 'ustar' && block[345] !== 0)
    throw new CheckError('a header has a prefix, which its format does not know')
  const name = text(block, 0, 100)
  const sizeBytes = largeNumber(block, 124, 12)
  if (sizeBytes < 0) throw new CheckError('a header has a negative size')
  // The time only has to be one.
  largeNumber(block, 136, 12)
  return {
    name: block[345] === 0 ? name : `${text(block, 345, 155)}/${name}`,
    link: block[157] === 0 ? '' : text(block, 157, 100),
    ...{ type, sizeBytes },
    mode: octalNumber(block, 100, 8) & 0o7777,
    uid: owner(block, 108),
    gid: owner(block, 116),
    device: deviceOf(block, type, format),
  }
}

type Format = 'ustar' | 'gnu' | 'v7'

function formatOf(block: Buffer): Format {
  const magic = block.toString('latin1', 257, 265)
  if (magic === 'ustar  \0') return 'gnu'
  if (magic === 'ustar\x0000') return 'ustar'
  if (magic === '\0\0\0\0\0\0\0\0') return 'v7'
  throw new CheckError('a header has an unknown format')
}

function owner(block: Buffer, start: number): number {
  const value = largeNumber(block, start, 8)
  if (value < 0 || value > ownerMax) throw new CheckError('a header has an owner that cannot be')
  return value
}

/** busybox gives a device without numbers those of the device before it, and reads the numbers of every entry. */
function deviceOf(block: Buffer, type: string, format: Format): TarHeader['device'] {
  const isDevice = type === '3' || type === '4'
  if (block[329] === 0) {
    if (isDevice) throw new CheckError('a device has no numbers')
    return undefined
  }
  const device = { major: octalNumber(block, 329, 8), minor: octalNumber(block, 337, 8) }
  if (!isDevice) return undefined
  if (format === 'v7') throw new CheckError('a device has no numbers')
  return device
}

/** Changes the mode in a header block. */
export function changeMode(block: Buffer, mode: number): void {
  block.write(`${mode.toString(8).padStart(7, '0')}\0`, 100, 'latin1')
  block.write(`${sumOf(block).sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

/** Whether a block has only zero bytes. */
export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.equals(zeroBlock)
}

const zeroBlock = Buffer.alloc(blockSize)

/** Some old programs summed signed bytes. */
function hasChecksum(block: Buffer): boolean {
  const { sum, high } = sumOf(block)
  const stored = octalNumber(block, 148, 8)
  return stored === sum || stored === sum - high * 256
}

/** The sum of all bytes, the checksum's own as blanks, and how many of them are 128 or more. */
function sumOf(block: Buffer): { sum: number; high: number } {
  let sum = 0
  let high = 0
  for (let at = 0; at < blockSize; at++) {
    const byte = block[at] ?? 0
    sum += byte
    high += byte >> 7
  }
  for (let at = 148; at < 156; at++) {
    const byte = block[at] ?? 0
    sum += 0x20 - byte
    high -= byte >> 7
  }
  return { sum, high }
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end < 0 || end > start + length ? start + length : end)
}
