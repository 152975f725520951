/** A whole number as everybody writes it, of so few digits that every form leaves it as it is. */
export function isPlain(text: Buffer, length: number): boolean {
  const first = text[0] ?? 0
  if (length === 0 || length > 9 || (first === 0x30 && length > 1)) return false
  for (let at = 0; at < length; at++) {
    const byte = text[at] ?? 0
    if (byte < 0x30 || byte > 0x39) return false
  }
  return true
}
