import { CheckError } from '../../../pipeline/check-error'
import { largeNumber } from '../check/header-number'
import { blockSize, changeHeader, hasChecksum } from '../check/tar-header'

/**
 * The header of an incremental archive as every tar reads it (GNU tar manual, "Dumpdir", and `oldgnu_header` in its tar.h): a
 * copy without the times of reading and of change, which others take for the beginning of the name, and with the type of a folder in
 * place of that of a folder with its list. Throws CheckError for what GNU tar does not write there.
 */
export function plainHeader(block: Buffer): { plain: Buffer; isListed: boolean; listBytes: number } {
  if (!hasChecksum(block)) throw new CheckError('a header has a wrong checksum')
  if (block.toString('latin1', 257, 265) !== 'ustar  \0') throw new CheckError('a header is not one of GNU tar')
  for (const start of [timesStart, timesStart + 12]) largeNumber(block, start, 12)
  if (block.subarray(timesStart + 24).some(byte => byte !== 0))
    throw new CheckError('a header has more than it should have')
  const plain = Buffer.from(block)
  plain.fill(0, timesStart, blockSize)
  const isListed = block[156] === 'D'.charCodeAt(0)
  const listBytes = isListed ? largeNumber(block, 124, 12) : 0
  if (listBytes < 0) throw new CheckError('a header has a negative size')
  if (isListed) {
    plain[156] = '5'.charCodeAt(0)
    plain.write(`${'0'.repeat(11)}\0`, 124, 'latin1')
  }
  changeHeader(plain, {})
  return { plain, isListed, listBytes }
}

/** Of the two times, 12 bytes each. */
const timesStart = 345
