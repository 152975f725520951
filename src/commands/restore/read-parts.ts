import type { Finding } from '../../findings/finding'
import { transferProgress } from '../../pipeline/transfer-progress'
import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import type { RecoveryPoint } from '../../repository/repository'
import { UserError } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatSize } from '../../runtime/text/format-size'
import { sourceOf } from '../../sources/registry'
import { type Reread, soundArtifacts } from '../../sources/reread-artifact'
import { rereadWhole } from '../../sources/reread-chain'
import type { RestorePart, RestoringPart, SoundArtifact } from '../../sources/restore-part'

/** What to read of one source. */
export interface PartToRead {
  part: RestorePart
  /** Where something is written along. */
  restoring?: RestoringPart | undefined
}

interface ReadTools {
  runtime: Runtime
  signal: AbortSignal
}

/**
 * Reads every needed object whole and compares it with the manifest, those of the sources at the same time. Returns what
 * was read of each source. Throws one UserError for all of them, and not before all have ended.
 */
export async function readParts(
  parts: readonly PartToRead[],
  point: RecoveryPoint,
  tools: ReadTools,
): Promise<SoundArtifact[][]> {
  const rereads = await together(
    tools.signal,
    parts.map(each => async (signal: AbortSignal) => {
      const read: Reread[] = []
      for (const artifact of each.part.artifacts)
        read.push(await readWhole(artifact, each, point, { ...tools, signal }))
      return read
    }),
  )
  refuseFindings(
    rereads.flat().flatMap(({ findings }) => findings),
    point.manifest,
  )
  for (const { artifact } of rereads.flat())
    tools.runtime.log.info(`${artifact.key} is whole and is what the manifest says (${formatSize(artifact.bytes)}).`)
  return rereads.map(soundArtifacts)
}

/** What one of them begins is not rolled back while another one still writes. Throws the first error. */
async function together<T>(signal: AbortSignal, works: readonly ((signal: AbortSignal) => Promise<T>)[]): Promise<T[]> {
  const stop = new AbortController()
  const all = works.map(work => work(AbortSignal.any([signal, stop.signal])))
  for (const each of all) each.catch(error => stop.abort(error))
  await Promise.allSettled(all)
  stop.signal.throwIfAborted()
  return Promise.all(all)
}

async function readWhole(
  artifact: Artifact,
  { part, restoring }: PartToRead,
  point: RecoveryPoint,
  { runtime, signal }: ReadTools,
): Promise<Reread> {
  const progress = transferProgress(runtime, `reading ${artifact.name}`, artifact.bytes)
  const { compare, join } = sourceOf(artifact).reading
  try {
    // What builds on others is put together first.
    const isAlong = restoring !== undefined && artifact.chain === undefined
    return await rereadWhole(point, artifact, {
      ...{ check: part.check(artifact), compare, join, signal },
      ...(isAlong ? { around: read => restoring.along(artifact, read) } : {}),
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
