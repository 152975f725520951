import type { ContentDigest } from '../pipeline/content-check'
import type { RecordedDigest } from '../repository/encryption/recorded-digest'
import { plural } from '../runtime/text/format-count'

/** [] when `differences` name what is missing already. */
export function compareCounts(one: string, recorded: number, found: number, differences: string[] = []): string[] {
  const many = one === 'directory' ? 'directories' : `${one}s`
  if (recorded === found || differences.length > 0) return []
  return [`it has ${plural(found, one, many)}, not ${recorded}`]
}

/** The differences; without any, the difference of the digests. */
export function orDigest(
  expected: ContentDigest,
  found: ContentDigest,
  recorded: RecordedDigest,
  differences: string[],
): string[] {
  if (differences.length > 0) return differences
  if (expected.bytes !== found.bytes) return [`unpacked it has ${plural(found.bytes, 'byte')}, not ${expected.bytes}`]
  const sha256 = recorded(found.sha256)
  return expected.sha256 === sha256 ? [] : [`unpacked it has the sha256 ${sha256}, not ${expected.sha256}`]
}
