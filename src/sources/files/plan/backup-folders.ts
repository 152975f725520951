import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { artifactName } from '../../../repository/names/keys'
import { defined } from '../../../runtime/defined'
import { artifactPlan, whatToolsSaid } from '../../artifact-plan'
import type { ArtifactPlan, BackupPart, EarlierArtifact, Host, PartPlan } from '../../backup-part'
import { listNames } from '../attributes/attribute-lists'
import type { AttributeKind } from '../attributes/listed'
import { checkArchive } from '../check/archive-check'
import type { ArchiveContent } from '../check/archive-content'
import { compareArchive } from '../check/compare-archive'
import { folderServerOver } from '../folder-server'
import { LayoutReader, readLayoutLine } from '../layout/folder-layout'
import { NotedEntries } from '../layout/noted-entries'
import { mirrorNotes } from '../mirror/mirror-notes'
import { openMirrored, vanishedOrChanged } from '../mirror/open-archive'
import { unkeptFindings } from '../mirror/unkept'
import { ownerListName } from '../owners/owner-list'
import { ownersIn } from '../owners/target-owners'
import { leftOutLater } from '../restore/left-out'
import { comparisonWord } from './compare-contents'
import { archiveKey, type FolderSettings } from './folder-settings'
import { describeFolders } from './list-folders'
import { pathProblems } from './path-problems'
import { preflightPart } from './preflight-part'
import { scopeFiles } from './scope-files'

/** One archive of all folders, from their mirror. */
export function backupFolders(settings: FolderSettings): BackupPart {
  return {
    plan: (host, slot) => planFolders(settings, host, slot),
    preflight: (host, slot) => preflightPart(settings, host, slot),
    requested: before => scopeFiles(before, settings.files.paths),
    isIn: before =>
      settings.files.paths.every(path => before.some(({ names }) => names['folder']?.includes(path) ?? false)),
  }
}

async function planFolders(settings: FolderSettings, host: Host, slot: string): Promise<PartPlan> {
  const { paths } = settings.files
  const scope: PartPlan['scope'] = before => scopeFiles(before, paths)
  if (paths.length === 0) return { lines: [], findings: [], artifacts: [], server: {}, scope }
  const found = await folderServerOver(host.connection).inventory({
    ...{ paths, signal: host.signal },
    compression: settings.compression.kind,
  })
  const { os, rsync, tar, php } = found
  return {
    lines: [...describeFolders(found.paths), `${rsync.replace(/ +/g, ' ')}; ${tar}`],
    findings: pathProblems(settings, found),
    artifacts: [archivePlan(settings, slot, host)],
    server: { os, rsync, tar, ...defined({ php }) },
    scope,
  }
}

function archivePlan(settings: FolderSettings, slot: string, { clock }: Host): ArtifactPlan {
  const { files, compression, allowEmpty, timezone } = settings
  const name = artifactName('files')
  let notes = mirrorNotes()
  let mirroredAt: Date | undefined
  let comparedAt: string | undefined
  let layout = new LayoutReader(files.paths)
  let noted = new NotedEntries(layout)
  return artifactPlan({
    name,
    key: archiveKey(settings, slot),
    waitsFor: 'rsync',
    compression,
    check: () => {
      layout = new LayoutReader(files.paths)
      noted = new NotedEntries(layout)
      return checkArchive({ paths: files.paths.map(path => path.slice(1)), sink: noted })
    },
    open: ({ connection, signal, owner, lock, before }) => {
      notes = mirrorNotes()
      comparedAt = comparedBefore(before)
      const { isReadable } = before
      return openMirrored(connection, {
        ...files,
        ...{ allowEmpty, compression, owner, lock, signal, user: settings.ssh.user },
        compare: comparisonWord(files.compareContents, { now: clock.now(), timezone, comparedAt, isReadable }),
        onReport: line => {
          notes.read(line)
          readLayoutLine(layout, line)
        },
        onMirrored: () => {
          mirroredAt = clock.now()
        },
      })
    },
    confirm: async (content, report) => {
      compareArchive(content, report.counts, { allowEmpty })
      const skipped = vanishedOrChanged(report)
      return [...notes.findings(comparedAt), ...(skipped.length > 0 ? skipped : whatToolsSaid(name, report))]
    },
    remarks: content => [...leftOutLater(content), ...unkeptFindings(notes.unkept)],
    moment: () => mirroredAt ?? clock.now(),
    describe: (content): Pick<FilesArtifact, 'kind' | 'paths' | 'contentsComparedAt' | 'content'> => {
      const { bytes, sha256, files: count, directories, links, specials } = content
      const { hasOwnerList } = content
      const contentsComparedAt = notes.isCompared ? mirroredAt?.toISOString() : comparedAt
      return {
        ...{ kind: 'files', paths: files.paths },
        ...defined({ contentsComparedAt }),
        content: {
          ...{ bytes, sha256, files: count, directories, links, specials },
          ...{ owners: recordedOwners(content), ...(hasOwnerList ? { ownerList: ownerListName } : {}) },
          ...listedEntries(content),
          ...noted.finish(),
        },
      }
    },
  })
}

function listedEntries({ attributes: { counts } }: ArchiveContent) {
  const of = (kind: AttributeKind) =>
    counts[kind] === 0 ? undefined : { list: listNames[kind], entries: counts[kind] }
  return defined({ accessLists: of('lists'), extendedAttributes: of('attributes') })
}

/** Of that many owners, those with the most entries. */
const recordedMax = 100

function recordedOwners({ perPath }: ArchiveContent): FilesArtifact['content']['owners'] {
  return [...ownersIn(perPath)]
    .slice(0, recordedMax)
    .map(([{ user = null, group = null, uid, gid }, entries]) => ({ user, group, uid, gid, entries }))
}

/** When contents were compared, as the last good recovery point says. */
function comparedBefore({ artifact }: EarlierArtifact): string | undefined {
  return artifact !== undefined && 'contentsComparedAt' in artifact ? artifact.contentsComparedAt : undefined
}
