/** The type of a public key in SSH's binary form (RFC 4253, 6.6), or undefined when it is damaged. */
export function keyTypeOf(key: Buffer): string | undefined {
  const fields = readFields(key)
  return fields !== undefined && fields.length > 1 ? fields[0]?.toString('latin1') : undefined
}

/** The bits of an RSA key's modulus (RFC 4253, 6.6: type, exponent, modulus); undefined for a key of another type. */
export function rsaBitsOf(key: Buffer): number | undefined {
  const [type, , modulus] = readFields(key) ?? []
  if (type?.toString('latin1') !== 'ssh-rsa' || modulus === undefined) return undefined
  const first = modulus.findIndex(byte => byte !== 0)
  return first < 0 ? 0 : (modulus.length - first) * 8 - Math.clz32(modulus[first] ?? 0) + 24
}

/** As NIST and OpenSSH want it: a shorter key can be computed from its public half. */
export const rsaBitsMin = 2048

/** Too short to prove who has it. */
export function isWeakKey(key: Buffer): boolean {
  return (rsaBitsOf(key) ?? rsaBitsMin) < rsaBitsMin
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
