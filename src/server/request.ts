/** The request to a job: `docs/protocol.md` lists the keys. A repeated key makes a list. */
export type Request = readonly (readonly [key: string, value: string])[]

/** Encodes a request: one `key=value` per line, backslash as `\\`, line break as `\n`, then an empty line. */
export function encodeRequest(request: Request): string {
  return `${request.map(([key, value]) => `${key}=${encodeValue(value)}\n`).join('')}\n`
}

function encodeValue(value: string): string {
  if (value.includes('\0')) throw new TypeError('A value for the server cannot contain NUL.')
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}
