/** A tar header block and its data, byte by byte as the formats have it; a test overrides what it is about. */
export interface Entry {
  name?: string | Buffer
  type?: string
  data?: Buffer
  /** What the header says, where it differs from the data. */
  sizeField?: Buffer | string
  link?: string
  prefix?: string
  magic?: string
  checksum?: number
  patch?: (block: Buffer) => void
}

export function entry(options: Entry = {}): Buffer {
  const { name = 'site/file', type = '0', data = Buffer.alloc(0), magic = 'ustar\x0000' } = options
  const block = Buffer.alloc(512)
  Buffer.from(name).copy(block, 0)
  block.write('0000644\x000000000\x000000000\0', 100, 'latin1')
  const size = options.sizeField ?? `${data.length.toString(8).padStart(11, '0')}\0`
  Buffer.from(size).copy(block, 124)
  block.write('14000000000\0', 136, 'latin1')
  block.write(type, 156, 'latin1')
  block.write(options.link ?? '', 157, 'latin1')
  block.write(magic, 257, 'latin1')
  block.write(options.prefix ?? '', 345, 'latin1')
  options.patch?.(block)
  block.fill(' ', 148, 156)
  const sum = options.checksum ?? block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([block, data, Buffer.alloc((512 - (data.length % 512)) % 512)])
}

export function folder(name: string): Buffer {
  return entry({ name, type: '5', patch: block => void block.write('0000755\0', 100, 'latin1') })
}

export function pax(type: 'x' | 'g', records: Record<string, string>): Buffer {
  const data = Object.entries(records).map(([keyword, value]) => {
    const rest = Buffer.from(` ${keyword}=${value}\n`)
    let length = rest.length + 1
    while (String(length).length + rest.length !== length) length++
    return Buffer.concat([Buffer.from(String(length)), rest])
  })
  return entry({ name: 'PaxHeaders/x', type, data: Buffer.concat(data) })
}

export function archive(...entries: Buffer[]): Buffer {
  return Buffer.concat([...entries, Buffer.alloc(1024)])
}
