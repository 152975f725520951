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

export interface InspectOptions<R> {
  passage?: Passage<R>
  /** Decrypts a stored stream first. */
  open?: Filter<unknown>
  /** Encrypts a stream that is about to be stored, behind its check. */
  seal?: Filter<unknown>
}

/**
 * Passes a stored stream on unchanged, computes its digest, decodes it and checks the content. Ends only when the
 * stream was complete, nothing followed it, and its content passed. Decoded content is dropped, unless another passage
 * passes that on. The digest is that of what is stored, so of the encrypted stream where there is one.
 */
export function inspect<R extends ContentDigest>(
  codecs: readonly Codec[],
  check: ContentCheck<R>,
  { open, seal, passage = lookInside(codecs) }: InspectOptions<R> = {},
): Inspection<R> {
  const shown = passage(check)
  const measured = digest()
  // Content that is stored as it is has the digest of the content check.
  const stored = codecs.length === 0 && open === undefined && seal === undefined ? undefined : measured
  const measuring = stored?.stages ?? []
  return {
    stages:
      seal === undefined
        ? [...measuring, ...(open?.stages ?? []), ...shown.stages]
        : [...shown.stages, ...seal.stages, ...measuring],
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
