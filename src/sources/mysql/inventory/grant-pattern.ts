/** Whether the pattern of a grant covers a database. */
export function coversDatabase(
  { partialRevokes }: { partialRevokes: boolean },
  pattern: string,
  database: string,
): boolean {
  return partialRevokes ? pattern === database : matchesPattern(pattern, database)
}

/** Whether it has a wildcard. */
export function isPattern(pattern: string): boolean {
  return partsOf(pattern).some(isWildcard)
}

/** Byte by byte, as servers compare: `_` is half of an `ö`. Without recursion, which would be slow for many `%`. */
function matchesPattern(pattern: string, name: string): boolean {
  const parts = partsOf(pattern)
  const bytes = Buffer.from(name).toString('latin1')
  let part = 0
  let position = 0
  let star = -1
  let resume = 0
  while (position < bytes.length) {
    const wanted = parts[part]
    if (wanted === '%') {
      star = part++
      resume = position
    } else if (wanted === '_' || wanted?.slice(-1) === bytes[position]) {
      part++
      position++
    } else if (star >= 0) {
      part = star + 1
      position = ++resume
    } else {
      return false
    }
  }
  return parts.slice(part).every(rest => rest === '%')
}

/** Single bytes, or two where a backslash escapes the second. */
function partsOf(pattern: string): string[] {
  return Buffer.from(pattern).toString('latin1').match(/\\.|./gs) ?? []
}

function isWildcard(part: string): boolean {
  return part === '%' || part === '_'
}
