export const newline = 0x0a
export const doubleQuote = 0x22
export const singleQuote = 0x27
export const asterisk = 0x2a
export const slash = 0x2f
export const backslash = 0x5c
export const backtick = 0x60

/** Letters, digits, `_`, `$` and every byte of a multi-byte character. */
export const isWordByte = Array.from(
  { length: 256 },
  (_, byte) => byte >= 0x80 || /[0-9A-Za-z_$]/.test(String.fromCharCode(byte)),
)

/** Of a text or a name. */
export function isQuote(byte: number): boolean {
  return byte === singleQuote || byte === doubleQuote || byte === backtick
}
