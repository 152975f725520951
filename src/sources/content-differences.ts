import type { ContentDigest } from '../pipeline/content-check'
import { plural } from '../runtime/text/format-count'

/** [] when `differences` name what is missing already. */
export function compareCounts(one: string, recorded: number, found: number, differences: string[] = []): string[] {
  const many = one === 'directory' ? 'directories' : `${one}s`
  if (recorded === found || differences.length > 0) return []
  return [`it has ${plural(found, one, many)}, not ${recorded}`]
}

/** The differences; without any, the difference of the digests. */
export function orDigest(recorded: ContentDigest, found: ContentDigest, differences: string[]): string[] {
  if (differences.length > 0) return differences
  if (recorded.bytes !== found.bytes) return [`unpacked it has ${plural(found.bytes, 'byte')}, not ${recorded.bytes}`]
  return recorded.sha256 === found.sha256 ? [] : [`unpacked it has the sha256 ${found.sha256}, not ${recorded.sha256}`]
}
