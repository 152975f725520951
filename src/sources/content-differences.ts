import type { ContentDigest } from '../pipeline/content-check'
import { plural } from '../runtime/text/format-count'

/** Nothing where the names have told it already. */
export function compareCounts(one: string, told: number, found: number, differences: string[] = []): string[] {
  const many = one === 'directory' ? 'directories' : `${one}s`
  if (told === found || differences.length > 0) return []
  return [`it has ${plural(found, one, many)}, not ${told}`]
}

/** The differences; where nothing has told one, what the digests say. */
export function orDigest(told: ContentDigest, found: ContentDigest, differences: string[]): string[] {
  if (differences.length > 0) return differences
  if (told.bytes !== found.bytes) return [`unpacked it has ${plural(found.bytes, 'byte')}, not ${told.bytes}`]
  return told.sha256 === found.sha256 ? [] : [`unpacked it has the sha256 ${found.sha256}, not ${told.sha256}`]
}
