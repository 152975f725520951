/** A name in bytes, one character each, as text: what is not UTF-8 becomes `\xNN`. */
export function readableName(bytes: string): string {
  const buffer = Buffer.from(bytes, 'latin1')
  const text = buffer.toString('utf8')
  if (Buffer.from(text).equals(buffer)) return text
  return bytes.replace(/[\x80-\xff]/g, byte => `\\x${byte.charCodeAt(0).toString(16)}`)
}
