import { CheckError } from '../../../pipeline/check-error'
import { accountName, type Owner, ownerNumberMax } from '../owners/owner'
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
  owner: Owner
  /** Of a device: its numbers. */
  device: { major: number; minor: number } | undefined
}

/** The types of entries that GNU tar and busybox both know, and those of what may precede one. */
const knownTypes = '01234567LKxg'

/**
 * Reads a header block of ustar or GNU (POSIX.1-1988 and the GNU tar manual, "Basic Tar Format"). Throws CheckError for
 * one that GNU tar and busybox may read differently: see `list.c` of the one, `get_header_tar.c` of the other. Not every
 * busybox reads v7, and sums of signed bytes.
 */
export function parseTarHeader(block: Buffer): TarHeader {
  if (!hasChecksum(block)) throw new CheckError('a header has a wrong checksum')
  const isUstar = hasUstarFormat(block)
  const typeByte = block[156] || 0x30
  const type = String.fromCharCode(typeByte)
  if (!knownTypes.includes(type)) throw new CheckError(`an entry is of the unknown type ${JSON.stringify(type)}`)
  // busybox takes it for the end of the archive.
  if (block[0] === 0) throw new CheckError('a header has no name')
  // busybox believes a prefix in every format.
  if (!isUstar && block[345] !== 0) throw new CheckError('a header has a prefix, which its format does not know')
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
    owner: ownerOf(block),
    device: deviceOf(block, type),
  }
}

/** Throws CheckError when it is neither ustar nor GNU. */
function hasUstarFormat(block: Buffer): boolean {
  const magic = block.toString('latin1', 257, 265)
  if (magic === 'ustar  \0') return false
  if (magic === 'ustar\x0000') return true
  throw new CheckError('a header has an unknown format')
}

function ownerOf(block: Buffer): Owner {
  return { user: nameIn(block, 265), group: nameIn(block, 297), uid: numberIn(block, 108), gid: numberIn(block, 116) }
}

/** A name that fills the field may be the beginning of a longer one. */
function nameIn(block: Buffer, start: number): string | undefined {
  const name = text(block, start, 32)
  return name.length === 32 ? undefined : accountName(name)
}

function numberIn(block: Buffer, start: number): number {
  const value = largeNumber(block, start, 8)
  if (value < 0 || value > ownerNumberMax) throw new CheckError('a header has an owner that cannot be')
  return value
}

/** busybox gives a device without numbers those of the device before it, and reads the numbers of every entry. */
function deviceOf(block: Buffer, type: string): TarHeader['device'] {
  const isDevice = type === '3' || type === '4'
  if (block[329] === 0) {
    if (isDevice) throw new CheckError('a device has no numbers')
    return undefined
  }
  const device = { major: octalNumber(block, 329, 8), minor: octalNumber(block, 337, 8) }
  return isDevice ? device : undefined
}

/** The header of a file of root's that nobody else may read. */
export function fileHeader(name: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(blockSize)
  block.write(name, 0, 'latin1')
  block.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  block.write(`${'0'.repeat(11)}\0`, 136, 'latin1')
  block.write('0', 156, 'latin1')
  block.write('ustar\x0000', 257, 'latin1')
  changeHeader(block, { mode: 0o600, uid: 0, gid: 0 })
  return block
}

/** Changes a header block. */
export function changeHeader(block: Buffer, { mode, uid, gid }: { mode?: number; uid?: number; gid?: number }): void {
  if (mode !== undefined) writeNumber(block, mode, 100)
  if (uid !== undefined) writeNumber(block, uid, 108)
  if (gid !== undefined) writeNumber(block, gid, 116)
  block.write(`${sumOf(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
}

/** In a field of 8 bytes, as `largeNumber` reads it. */
function writeNumber(block: Buffer, value: number, start: number): void {
  if (value < 0o10000000) {
    block.write(`${value.toString(8).padStart(7, '0')}\0`, start, 'latin1')
    return
  }
  block.fill(0, start, start + 8)
  block[start] = 0x80
  block.writeUInt32BE(value, start + 4)
}

/** Whether a block has only zero bytes. */
export function isZeroBlock(block: Buffer): boolean {
  return block[0] === 0 && block.equals(zeroBlock)
}

const zeroBlock = Buffer.alloc(blockSize)

/** Whether a header has its own checksum. */
export function hasChecksum(block: Buffer): boolean {
  return octalNumber(block, 148, 8) === sumOf(block)
}

/** The sum of all bytes, the checksum's own as blanks. */
function sumOf(block: Buffer): number {
  let sum = 0
  for (let at = 0; at < blockSize; at++) sum += block[at] ?? 0
  for (let at = 148; at < 156; at++) sum += 0x20 - (block[at] ?? 0)
  return sum
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('latin1', start, end < 0 || end > start + length ? start + length : end)
}
