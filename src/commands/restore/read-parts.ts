import type { Finding } from '../../findings/finding'
import { transferProgress } from '../../pipeline/transfer-progress'
import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import type { RecoveryPoint } from '../../repository/repository'
import { UserError } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatSize } from '../../runtime/text/format-size'
import { sourceOf } from '../../sources/registry'
import { type Reread, rereadArtifact, soundArtifacts } from '../../sources/reread-artifact'
import type { RestorePart, SoundArtifact } from '../../sources/restore-part'

/** What was read of one source. */
export interface ReadPart {
  part: RestorePart
  sound: SoundArtifact[]
}

/** Reads every needed object whole and compares it with the manifest. Throws one UserError for all of them. */
export async function readParts(
  parts: readonly RestorePart[],
  point: RecoveryPoint,
  tools: { runtime: Runtime; signal: AbortSignal },
): Promise<ReadPart[]> {
  const rereads = await Promise.all(
    parts.map(async part => {
      const read: Reread[] = []
      for (const artifact of part.artifacts) read.push(await readWhole(artifact, part, point, tools))
      return read
    }),
  )
  refuseFindings(
    rereads.flat().flatMap(({ findings }) => findings),
    point.manifest,
  )
  for (const { artifact } of rereads.flat())
    tools.runtime.log.info(`${artifact.key} is whole and is what the manifest says (${formatSize(artifact.bytes)}).`)
  return parts.map((part, index) => ({ part, sound: soundArtifacts(rereads[index] ?? []) }))
}

async function readWhole(
  artifact: Artifact,
  part: RestorePart,
  point: RecoveryPoint,
  { runtime, signal }: { runtime: Runtime; signal: AbortSignal },
): Promise<Reread> {
  const progress = transferProgress(runtime, `reading ${artifact.name}`, artifact.bytes)
  const { compare } = sourceOf(artifact).reading
  try {
    return await rereadArtifact(point, artifact, {
      ...{ check: part.check(artifact), compare, signal },
      onProgress: progress.moved,
    })
  } finally {
    progress.stop()
  }
}

function refuseFindings(findings: readonly Finding[], { slot }: Manifest): void {
  const [first, ...others] = findings
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` (The first of ${plural(findings.length, 'finding')}.)`
  throw new UserError(`The recovery point ${slot} cannot be restored: ${first.what}${more}`, {
    advice:
      first.fix ??
      'Choose another recovery point: the action "list" shows them all, an ISO time in "snapshot" takes the newest good one before it. Find out who or what changed this one.',
    detail: findings.map(({ what }) => what),
  })
}
