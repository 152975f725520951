import { checkArchive } from '../checks/archive-check'
import type { ArchiveContent, ContentCheck, DumpContent, FolderContent } from '../checks/content-check'
import { checkDump } from '../checks/dump-check'
import type { DumpNeeds } from '../checks/dump-needs'
import { UserError } from '../runtime/errors'
import { plural } from '../runtime/format-count'
import { formatSize } from '../runtime/format-size'
import type { Runtime } from '../runtime/runtime'
import type { StoredContent } from '../snapshot/compare-content'
import type { Finding } from '../snapshot/look-at-artifact'
import type { Artifact, DatabaseArtifact, FilesArtifact, Manifest } from '../snapshot/manifest'
import type { Store } from '../store/store'
import type { ChosenParts } from './choose-parts'
import { rereadArtifact } from './reread-artifact'
import { transferProgress } from './transfer-progress'

/** What reading every needed object whole has shown, when all of them are what the manifest says. */
export interface RereadParts {
  databases: RereadDatabase[]
  files: RereadFiles | undefined
}

export interface RereadDatabase {
  artifact: DatabaseArtifact
  content: DumpContent
  /** What it needs of its server. */
  needs: DumpNeeds
  /** Of the object that was read: the very one that is imported. */
  etag: string
}

export interface RereadFiles {
  artifact: FilesArtifact
  content: ArchiveContent
  etag: string
}

/** What of the archive lies in one of the manifest's folders. */
export function folderContent({ artifact, content }: RereadFiles, path: string): FolderContent | undefined {
  return content.perPath?.[artifact.paths.indexOf(path)]
}

interface RereadTools {
  store: Store
  runtime: Runtime
  signal: AbortSignal
}

/**
 * Reads every object that is needed, whole, and compares it with the manifest. Throws UserError naming everything that is wrong with any
 * of them: nothing has been written then.
 */
export async function rereadParts(
  parts: ChosenParts,
  { prefix, manifest }: { prefix: string; manifest: Manifest },
  tools: RereadTools,
): Promise<RereadParts> {
  const findings: Finding[] = []
  const read = async (artifact: Artifact, check: ContentCheck<StoredContent>) => {
    const progress = transferProgress(tools.runtime, `reading ${artifact.name}`, artifact.bytes)
    let timer: NodeJS.Timeout | undefined
    try {
      const reread = await rereadArtifact(
        tools.store,
        { prefix, manifest, artifact },
        {
          signal: tools.signal,
          check,
          onStart: inspection => {
            timer = setInterval(() => progress.moved(inspection.progress().storedBytes), 1_000).unref()
          },
        },
      )
      findings.push(...reread.findings)
      return reread
    } finally {
      clearInterval(timer)
      progress.stop()
    }
  }
  const databases: RereadDatabase[] = []
  const readDatabases = async () => {
    for (const artifact of new Set(parts.databases.map(part => part.artifact))) {
      const { content, etag } = await read(artifact, checkDump({ passes: 'one or two', needs: true }))
      if (
        content === undefined ||
        !('tables' in content) ||
        content.needs === undefined ||
        etag === undefined
      )
        continue
      databases.push({ artifact, content, needs: content.needs, etag })
    }
  }
  const readFiles = async (): Promise<RereadFiles | undefined> => {
    if (parts.files === undefined) return undefined
    const { artifact } = parts.files
    const { content, etag } = await read(artifact, untrustedArchive(artifact))
    return content === undefined || 'tables' in content || etag === undefined
      ? undefined
      : { artifact, content, etag }
  }
  const [files] = await Promise.all([readFiles(), readDatabases()])
  refuseFindings(findings, manifest)
  for (const { artifact } of [...databases, ...(files === undefined ? [] : [files])])
    tools.runtime.log.info(
      `${artifact.key} is whole and is what the manifest says (${formatSize(artifact.bytes)}).`,
    )
  return { databases, files }
}

/** The check of the backup, and all that an archive could do to a server that unpacks it. */
export function untrustedArchive({ paths, content }: FilesArtifact): ContentCheck<ArchiveContent> {
  const entries = content.files + content.directories + content.links
  return checkArchive({
    paths: paths.map(path => path.slice(1)),
    isUntrusted: true,
    // The manifest does not count fifos and devices.
    limits: { entries: entries * 2 + 10_000, bytes: content.bytes },
  })
}

function refuseFindings(findings: readonly Finding[], { slot }: Manifest): void {
  const [first, ...others] = findings
  if (first === undefined) return
  const more = others.length === 0 ? '' : ` (The first of ${plural(findings.length, 'finding')}.)`
  throw new UserError(`The recovery point ${slot} cannot be restored: ${first.message}${more}`, {
    advice:
      first.advice ??
      'Choose another recovery point: the action "list" shows them all, an ISO time in "snapshot" takes the newest good one before it. Find out who or what changed this one.',
    detail: findings.map(({ message }) => message),
  })
}
