import { type Codec, decode } from './codec'
import { type ContentCheck, type ContentDigest, checkContent } from './content-check'
import { type Digest, digest } from './digest'
import { aside, compose, type Filter } from './filter'

/** A stored stream that is checked while it passes through. */
export interface Inspection<R> extends Filter<Digest & { content: R }> {
  progress(): { storedBytes: number; content: ReturnType<ContentCheck<R>['progress']> }
}

/** What a stored stream goes through on its way to its check, and after. Its result is that of the check. */
export type Passage<R> = (check: ContentCheck<R>) => Filter<R>

/** Decodes and checks a copy, and passes the stream on. */
function lookInside<R>(codecs: readonly Codec[]): Passage<R> {
  return check => {
    const seen = aside(compose(decode(codecs), checkContent(check)))
    return { stages: seen.stages, result: () => seen.result()[1] }
  }
}

/**
 * Passes a stored stream on unchanged, computes its digest, decodes it and checks the content. Ends only when the
 * stream was complete, nothing followed it, and its content passed. Decoded content is dropped, unless another passage
 * passes that on.
 */
export function inspect<R extends ContentDigest>(
  codecs: readonly Codec[],
  check: ContentCheck<R>,
  passage: Passage<R> = lookInside(codecs),
): Inspection<R> {
  const shown = passage(check)
  // Content that is stored without a codec has the digest of the content check.
  const stored = codecs.length === 0 ? undefined : digest()
  return {
    stages: [...(stored?.stages ?? []), ...shown.stages],
    result: () => {
      const content = shown.result()
      const { bytes, sha256 } = stored?.result() ?? content
      return { bytes, sha256, content }
    },
    progress: () => {
      const content = check.progress()
      return { storedBytes: stored?.bytes ?? content.bytes, content }
    },
  }
}
