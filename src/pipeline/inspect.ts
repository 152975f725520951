import { type Codec, decode } from './codec'
import { type ContentCheck, type ContentDigest, checkContent } from './content-check'
import { type Digest, digest } from './digest'
import { aside, compose, type Filter } from './filter'

/** A stored stream being checked on its way. */
export interface Inspection<R> extends Filter<Digest & { content: R }> {
  progress(): { storedBytes: number; content: ReturnType<ContentCheck<R>['progress']> }
}

/**
 * Passes a stored stream on unchanged: digests it as it is, decodes it and shows the content to the check. It ends only when the stream
 * was whole, with nothing behind it, and its content passed. Content is dropped once it was seen.
 */
export function inspect<R extends ContentDigest>(
  codecs: readonly Codec[],
  check: ContentCheck<R>,
): Inspection<R> {
  const shown = aside(compose(decode(codecs), checkContent(check)))
  // What is stored as it is has the digest of its content.
  const stored = codecs.length === 0 ? undefined : digest()
  return {
    stages: [...(stored?.stages ?? []), ...shown.stages],
    result: () => {
      const [, content] = shown.result()
      const { bytes, sha256 } = stored?.result() ?? content
      return { bytes, sha256, content }
    },
    progress: () => {
      const content = check.progress()
      return { storedBytes: stored?.bytes ?? content.bytes, content }
    },
  }
}
