/** A private key between its BEGIN and END lines (RFC 7468, and RFC 1421 for the old encryption headers). */
export interface Pem {
  /** The text between `BEGIN` and the dashes. */
  label: string
  data: Buffer
  /** Normalized: headers, lines of 64 characters, a line break at the end. */
  text: string
  /** From an `ENCRYPTED` label or the old headers; in OpenSSH's format it is part of `data`. */
  encrypted: boolean
}

/** Parses PEM text, even with damaged line breaks. Undefined if a boundary is missing or the content is not base64. */
export function readPem(text: string): Pem | undefined {
  const match = /^-----BEGIN ([A-Z0-9 ]+)-----\s([\s\S]*?)-----END \1-----$/.exec(text)
  const [, label, inside] = match ?? []
  if (label === undefined || inside === undefined) return undefined
  const oldHeaders = /Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([A-Z0-9-]+),\s*([0-9A-F]+)\s/i.exec(inside)
  const base64 = inside.replace(oldHeaders?.[0] ?? '', '').replace(/\s+/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0) return undefined
  const headers =
    oldHeaders === null ? [] : ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ${oldHeaders[1]},${oldHeaders[2]}`, '']
  const lines = [
    `-----BEGIN ${label}-----`,
    ...headers,
    ...(base64.match(/.{1,64}/g) ?? []),
    `-----END ${label}-----`,
    '',
  ]
  return {
    label,
    data: Buffer.from(base64, 'base64'),
    text: lines.join('\n'),
    encrypted: oldHeaders !== null || label.startsWith('ENCRYPTED '),
  }
}
