import type { Random } from '../random'

/** The fields of a header that are not made up. */
export interface HeaderFields {
  name: string
  type: string
  link?: string
  prefix?: string
  magic?: string
  /** The size that the header says. */
  sizeBytes: number
}

/** Makes header blocks in which most fields are as they should be, and some are not: one of about `rarity`. */
export class HeaderMaker {
  private readonly random: Random
  private readonly rarity: number

  constructor(random: Random, rarity: number) {
    this.random = random
    this.rarity = rarity
  }

  isOdd(times = 1): boolean {
    return this.random.once(this.rarity * times)
  }

  block({ name, type, link = '', prefix = '', magic, sizeBytes }: HeaderFields): Buffer {
    const { random } = this
    const block = Buffer.alloc(512)
    const owner = random.pick(['', '', 'root', 'nobody'])
    const fields: [string | Buffer, number, number][] = [
      [name, 0, 100],
      [this.number(random.pick(modes), 8), 100, 8],
      [this.number(random.below(70_000), 8), 108, 8],
      [this.number(random.below(70_000), 8), 116, 8],
      [this.number(sizeBytes, 12), 124, 12],
      [this.number(random.below(2 ** 31), 12), 136, 12],
      [type, 156, 1],
      [link, 157, 100],
      [magic ?? this.magic(), 257, 8],
      [owner, 265, 32],
      [owner, 297, 32],
      [this.deviceNumbers(type), 329, 16],
      [this.isOdd(3) ? random.pick(['p', 'site', '/']) : prefix, 345, 155],
    ]
    for (const [value, at, length] of fields) {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value
      bytes.copy(block, at, 0, length)
    }
    if (this.isOdd(3)) block[random.below(512)] = random.below(256)
    Buffer.from(this.checksum(block), 'latin1').copy(block, 148, 0, 8)
    return block
  }

  magic(): string {
    return this.random.pick(this.isOdd(2) ? oddMagics : ['ustar\x0000', 'ustar  \0'])
  }

  /** A number as programs write it, or nearly so. */
  private number(value: number, length: number): Buffer {
    const { random } = this
    const digits = value.toString(8)
    if (this.isOdd(8)) return Buffer.from(random.pick(oddNumbers(digits, length)).slice(0, length), 'latin1')
    if (length === 12 && random.once(5)) {
      const wide = Buffer.alloc(length)
      wide[0] = 0x80
      wide.writeUInt32BE(value, length - 4)
      return wide
    }
    const padded = digits.padStart(length - 1, '0')
    return Buffer.from(
      random.pick([`${padded}\0`, `${padded} `, digits.padStart(length - 2), digits.padStart(length, '0')]),
    )
  }

  private deviceNumbers(type: string): string {
    const { random } = this
    const isDevice = '34'.includes(type)
    if (isDevice && this.isOdd()) return random.pick(oddDevices)
    return isDevice || random.once(3) ? random.pick(devices) : ''
  }

  private checksum(block: Buffer): string {
    const { random } = this
    block.fill(' ', 148, 156)
    const isSigned = this.isOdd(3)
    const sum = block.reduce((total, byte) => total + (isSigned && byte > 127 ? byte - 256 : byte), 0)
    const digits = Math.max(0, sum).toString(8)
    const padded = digits.padStart(6, '0')
    if (this.isOdd(8))
      return random.pick([`${padded}  `, '      \0 ', `${padded}\0x`, `\0${padded}`, `-${padded}`, `${padded}8`])
    return random.pick([`${padded}\0 `, `${padded} \0`, ` ${padded}\0`, digits.padStart(8, '0')])
  }
}

/** All with what a program run by somebody else than root needs to write into its own folders. */
const modes = [0o644, 0o755, 0o4755, 0o2775, 0o1777, 0o700, 0o100644].map(mode => mode | 0o700) as [number, ...number[]]

const devices = ['0000001\x000000003\0', '0000010\x000000021\0', '     10      21 '] as const

const oddDevices = ['', '\0\0\0\0\0\0\0\x000000003\0', '        0000003\0', '0000001\0', 'x'] as const

const oddMagics = [
  ...(['ustar\0\0\0', 'ustar 00', 'ustarxyz', 'ustar  x', '\0ustar\0\0', 'USTAR\x0000', 'ustar\x0001'] as const),
  ...(['\0\0\0\0\0\0\0\0', '\0\0\0\0\0\0\0x'] as const),
] as const

function oddNumbers(digits: string, length: number): readonly [string, ...string[]] {
  return [
    ...([' '.repeat(length), `\0${digits}`, `-${digits}`, `+${digits}`, `${digits}x`, `0x${digits}`] as const),
    ...([`\t${digits}`, `${digits}\0\x07`, `${digits} 7`, `\x80${digits}`, '\xff'.repeat(length)] as const),
    ...(['7'.repeat(length), `\x80${'\xff'.repeat(length - 1)}`, `\xc0${'\0'.repeat(length - 1)}`] as const),
    ...([`${digits}8`, 'A'] as const),
  ]
}
