import type { Finding } from '../../findings/finding'
import type { ContentCheck } from '../../pipeline/content-check'
import { transferProgress } from '../../pipeline/transfer-progress'
import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import type { RecoveryPoint } from '../../repository/repository'
import { UserError } from '../../runtime/errors'
import type { Runtime } from '../../runtime/runtime'
import { plural } from '../../runtime/text/format-count'
import { formatSize } from '../../runtime/text/format-size'
import type { StoredContent } from '../../sources/compare-content'
import { type RereadFiles, untrustedArchive } from '../../sources/files/restore/reread-files'
import { checkDump } from '../../sources/mysql/check/dump-check'
import type { RereadDatabase } from '../../sources/mysql/restore/reread-database'
import { type Reread, rereadArtifact } from '../reread-artifact'
import type { ChosenParts } from './choose-parts'

interface RereadTools {
  runtime: Runtime
  signal: AbortSignal
}

/**
 * Reads every object that is needed, whole, and compares it with the manifest. Throws UserError naming everything that is wrong with any
 * of them: nothing has been written then.
 */
export async function rereadParts(
  parts: ChosenParts,
  point: RecoveryPoint,
  tools: RereadTools,
): Promise<RereadParts> {
  const findings: Finding[] = []
  const read = async (artifact: Artifact) => {
    const progress = transferProgress(tools.runtime, `reading ${artifact.name}`, artifact.bytes)
    try {
      const reread = await rereadArtifact(point, artifact, {
        signal: tools.signal,
        check: restoreCheckOf(artifact),
        onProgress: progress.moved,
      })
      findings.push(...reread.findings)
      return reread
    } finally {
      progress.stop()
    }
  }
  const rereads: Reread[] = []
  const readDatabases = async () => {
    for (const artifact of new Set(parts.databases.map(part => part.artifact))) {
      rereads.push(await read(artifact))
    }
  }
  const readFiles = async () => {
    if (parts.files !== undefined) rereads.push(await read(parts.files.artifact))
  }
  await Promise.all([readFiles(), readDatabases()])
  const { databases, files } = restorableParts(rereads)
  refuseFindings(findings, point.manifest)
  for (const { artifact } of [...databases, ...(files === undefined ? [] : [files])])
    tools.runtime.log.info(
      `${artifact.key} is whole and is what the manifest says (${formatSize(artifact.bytes)}).`,
    )
  return { databases, files }
}

/** The check of an artifact that is to be restored: that of the backup, and what a restore must know besides. */
export function restoreCheckOf(artifact: Artifact): ContentCheck<StoredContent> {
  return artifact.kind === 'database'
    ? checkDump({ passes: 'one or two', needs: true })
    : untrustedArchive(artifact)
}

/** What can be restored, of artifacts that were read with the check of a restore. */
export function restorableParts(rereads: readonly Reread[]): RereadParts {
  const parts: RereadParts = { databases: [], files: undefined }
  for (const { artifact, content } of rereads) {
    if (content === undefined) continue
    if (artifact.kind === 'files' && !('tables' in content)) parts.files = { artifact, content }
    if (artifact.kind === 'database' && 'tables' in content && content.needs !== undefined)
      parts.databases.push({ artifact, content, needs: content.needs })
  }
  return parts
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

/** What reading every needed object whole has shown, when all of them are what the manifest says. */
export interface RereadParts {
  databases: RereadDatabase[]
  files: RereadFiles | undefined
}
