/** Keeps secrets out of text. */
export interface Masks {
  /** Remembers a secret. Returns the forms of it that are new, for the runner to mask as well. */
  add(secret: string): string[]
  /** Replaces every form of every secret by `***`; secrets that overlap or touch become one. */
  scrub(text: string): string
}

export function createMasks(): Masks {
  const known = new Set<string>()
  return {
    add(secret) {
      const added = secretForms(secret).filter(form => !known.has(form))
      for (const form of added) known.add(form)
      return added
    },
    scrub(text) {
      return cover(text, spansOf(text, known))
    },
  }
}

/**
 * The forms in which a secret may appear in text, longest first: as it is, trimmed, each line of more than three
 * characters, and the whole escaped for JSON, for a URI, for an option file (`my.cnf`: `\` and `"` after a backslash)
 * and in base64. Empty for a secret of white space only: it would mask every gap.
 */
export function secretForms(secret: string): string[] {
  const whole = secret.trim()
  if (whole === '') return []
  const forms = new Set([secret, whole])
  for (const line of whole.split(/[\r\n]+/)) {
    if (line.trim().length > 3) forms.add(line.trim())
  }
  for (const value of new Set([secret, whole])) {
    forms.add(JSON.stringify(value).slice(1, -1))
    forms.add(encodeURIComponent(value.toWellFormed()))
    forms.add(value.replace(/[\\"]/g, '\\$&'))
    forms.add(Buffer.from(value).toString('base64'))
  }
  return [...forms].sort((a, b) => b.length - a.length)
}

interface Span {
  start: number
  end: number
}

// One search per form is faster than one pattern of all forms, and finds secrets that overlap.
function spansOf(text: string, forms: Iterable<string>): Span[] {
  const spans: Span[] = []
  for (const form of forms) {
    if (form.length > text.length) continue
    for (let start = text.indexOf(form); start !== -1; start = text.indexOf(form, start + 1)) {
      spans.push({ start, end: start + form.length })
    }
  }
  return spans.sort((a, b) => a.start - b.start)
}

function cover(text: string, spans: readonly Span[]): string {
  let shown = ''
  let position = 0
  for (const { start, end } of spans) {
    if (end <= position) continue
    if (start > position || position === 0) shown += `${text.slice(position, start)}***`
    position = end
  }
  return shown + text.slice(position)
}
