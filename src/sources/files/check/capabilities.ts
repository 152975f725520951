import { CheckError } from '../../../pipeline/check-error'

/**
 * The capabilities of a file as setcap(8) takes them: `10,12+ep`. `value`: the extended attribute, bytes, one character
 * each (`struct vfs_cap_data` in linux/capability.h). Throws CheckError when it is none.
 */
export function capabilitiesOf(value: string): string {
  const data = Buffer.from(value, 'latin1')
  const revision = data.length < 4 ? 0 : data.readUInt32LE(0) >>> 24
  if (revision < 1 || revision > 3 || data.length !== [12, 20, 24][revision - 1])
    throw new CheckError('The archive has an entry with capabilities that make no sense.')
  const effective = (data.readUInt32LE(0) & 1) === 1 ? 'e' : ''
  const words = revision === 1 ? 1 : 2
  const sets = [
    { flag: 'p', first: 4 },
    { flag: 'i', first: 8 },
  ]
  return sets
    .map(({ flag, first }) => ({ flag, numbers: bitsOf(data, first, words) }))
    .filter(({ numbers }) => numbers.length > 0)
    .map(({ flag, numbers }) => `${numbers.join(',')}+${effective}${flag}`)
    .join(' ')
}

/** The bits of a set, whose words of 32 are 8 bytes apart. */
function bitsOf(data: Buffer, first: number, words: number): number[] {
  const bits = Array.from({ length: words * 32 }, (_, bit) => bit)
  return bits.filter(bit => ((data.readUInt32LE(first + 8 * (bit >> 5)) >>> (bit & 31)) & 1) === 1)
}
