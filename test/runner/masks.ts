/**
 * Replaces secrets by `***` as the runner does before anything is shown: whole, line by line, and in common encodings.
 */
export class Masks {
  private readonly values = new Set<string>()

  /** Masks the value, each of its lines, and what encoders make of both. */
  add(secret: string): void {
    for (const part of [secret, ...secret.split(/[\r\n]+/).map(line => line.trim())]) {
      if (part === '') continue
      for (const form of encodedForms(part)) this.values.add(form)
    }
  }

  apply(text: string): string {
    let masked = text
    // Longest first, so that a secret inside another leaves nothing of it.
    for (const value of [...this.values].sort((a, b) => b.length - a.length)) {
      masked = masked.replaceAll(value, '***')
    }
    return masked
  }
}

/**
 * A secret as it is, and as JSON, URI, XML and base64 (at each of the three positions it can have in a longer text)
 * show it.
 */
export function encodedForms(secret: string): string[] {
  const xml = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), xml]
  // base64 of very short texts is too short to tell anything.
  if (secret.length >= 6) {
    forms.push(Buffer.from(secret).toString('base64'))
    for (const shift of [0, 1, 2]) {
      const encoded = Buffer.from('x'.repeat(shift) + secret)
        .toString('base64')
        .replace(/=+$/, '')
      // Characters at the ends mix with the neighbours of the secret.
      forms.push(encoded.slice(shift === 0 ? 0 : shift + 1, -1))
    }
  }
  return [...new Set(forms)]
}
