/** The type of a public key in SSH's binary form (RFC 4253, 6.6), or undefined when it is damaged. */
export function keyTypeOf(key: Buffer): string | undefined {
  const fields = readFields(key)
  return fields !== undefined && fields.length > 1 ? fields[0]?.toString('latin1') : undefined
}

/** Splits a sequence of SSH strings (RFC 4251, 5), or undefined when the lengths do not add up. */
export function readFields(data: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = []
  let at = 0
  while (at < data.length) {
    if (at + 4 > data.length) return undefined
    const end = at + 4 + data.readUInt32BE(at)
    if (end > data.length) return undefined
    fields.push(data.subarray(at + 4, end))
    at = end
  }
  return fields
}

/** One SSH string: its length in four bytes, then the bytes. */
export function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
