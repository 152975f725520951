import type { Finding } from '../findings/finding'
import { warning } from '../findings/finding'
import { listed } from '../findings/listed'
import type { Recipient } from '../pipeline/age/recipient'
import { codecsOf, encodedBy } from '../pipeline/codec'
import type { CompressionSettings } from '../pipeline/compression'
import type { ContentCheck, ContentDigest } from '../pipeline/content-check'
import { plainDigest, type RecordedDigest } from '../repository/encryption/recorded-digest'
import type { Artifact } from '../repository/manifest/manifest'
import { defined } from '../runtime/defined'
import type { JobReport } from '../server/job-report'
import type { ArtifactPlan, FilesEdited, TakeRequest } from './backup-part'
import { type OpenedStream, streamArtifact } from './stream-artifact'

/** The fields of an artifact that only its source knows. */
type OwnFields<A extends Artifact> = A extends Artifact ? Pick<A, 'kind' | 'content' | OwnKeys<A>> : never
type OwnKeys<A extends Artifact> = Exclude<keyof A, keyof Artifact>

/** How one artifact is made. `C`: the result of its check. */
export interface ArtifactSteps<C extends ContentDigest> extends Pick<ArtifactPlan, 'name' | 'key' | 'waitsFor'> {
  compression: CompressionSettings
  encryptTo: readonly Recipient[]
  check(): ContentCheck<C>
  /** Starts its job. */
  open(request: TakeRequest): Promise<OpenedStream<C>>
  /** Compares it with what the server reports. Throws CheckError. [] adds what its tools printed (`whatToolsSaid`). */
  confirm(content: C, report: JobReport, request: TakeRequest): Promise<Finding[]>
  /** What a restore of it would do without. */
  remarks?(content: C): Finding[]
  /** The moment whose state it has; by default when its stream began. */
  moment?(): Date
  /** How far it is before its first byte, where that is known: `42 %, about 3 m left`. */
  waitingAt?(): string | undefined
  /** Which files changed since the last run. */
  edited?(): FilesEdited | undefined
  /** Its own fields in the manifest. `recorded`: how it records digests. */
  describe(content: C, recorded: RecordedDigest): OwnFields<Artifact>
}

/** The plan of an artifact that is one stream. */
export function artifactPlan<C extends ContentDigest>(steps: ArtifactSteps<C>): ArtifactPlan {
  const { name, key, waitsFor } = steps
  const encoded = encodedBy(steps.compression, steps.encryptTo)
  return {
    ...{ name, key, waitsFor, waitingAt: () => steps.waitingAt?.() },
    take: async (request, context) => {
      const stream = {
        ...{ name, key, codecs: codecsOf(encoded), check: steps.check(), put: request.put },
        open: (signal: AbortSignal) => steps.open({ ...request, signal }),
      }
      const { content, startedAt, finishedAt, report, ...stored } = await streamArtifact(stream, context)
      const own = await steps.confirm(content, report, { ...request, signal: context.signal })
      return {
        artifact: {
          ...stored,
          ...steps.describe(content, context.repository.encryption?.recorded ?? plainDigest),
          ...{ etag: '', versionId: null, compression: encoded.compression },
          startedAt: startedAt.toISOString(),
          finishedAt: finishedAt.toISOString(),
        },
        moment: steps.moment?.() ?? startedAt,
        ...defined({ edited: steps.edited?.() }),
        warnings: [...(own.length > 0 ? own : whatToolsSaid(name, report)), ...(steps.remarks?.(content) ?? [])],
      }
    },
  }
}

/** What a tool printed although it succeeded: worth a warning, and no reason to doubt the artifact. */
export function whatToolsSaid(name: string, { messages }: Pick<JobReport, 'messages'>): Finding[] {
  if (messages.length === 0) return []
  return [warning('server-messages', `The tools on the server said about ${name}: ${listed(messages, 5)}`)]
}
