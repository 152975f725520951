/** What a job on the server is asked: `docs/protocol.md` has the keys. Repeated keys make lists. */
export type Request = readonly (readonly [key: string, value: string])[]

/** A request as the script reads it: a line each, `\\` and `\n` standing for what a line cannot hold, then an empty line. */
export function encodeRequest(request: Request): string {
  return `${request.map(([key, value]) => `${key}=${encodeValue(value)}\n`).join('')}\n`
}

function encodeValue(value: string): string {
  if (value.includes('\0')) throw new TypeError('A value for the server cannot hold a NUL.')
  return value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
}
