import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { defined } from '../../../runtime/defined'
import type { PutOptions } from '../../../store/store'
import { type ArtifactSteps, whatToolsSaid } from '../../artifact-plan'
import type { EarlierArtifact, Host } from '../../backup-part'
import { listNames } from '../attributes/attribute-lists'
import type { AttributeKind } from '../attributes/listed'
import { checkLevel } from '../chain/check-level'
import { checkArchive } from '../check/archive-check'
import type { ArchiveContent } from '../check/archive-content'
import { compareArchive } from '../check/compare-archive'
import { LayoutReader, readLayoutLine } from '../layout/folder-layout'
import { NotedEntries } from '../layout/noted-entries'
import { compareLevel, type MaybeLevel, treeContent } from '../levels/level-content'
import { TreeFacts } from '../levels/tree-facts'
import { copyProgress } from '../mirror/copy-progress'
import { editsReader } from '../mirror/edits-reader'
import { mirrorNotes } from '../mirror/mirror-notes'
import { type LevelRequest, openMirrored, vanishedOrChanged } from '../mirror/open-archive'
import { unkeptFindings } from '../mirror/unkept'
import { ownerListName } from '../owners/owner-list'
import { ownersIn } from '../owners/target-owners'
import { leftOutLater } from '../restore/left-out'
import { comparisonWord } from './compare-contents'
import type { FolderSettings } from './folder-settings'

/** What is asked for with one pass over the mirror, and what is decided once it is up to date. */
export interface ArchiveRequested {
  name: string
  key: string
  level?: LevelRequest
  /** Where it is stored, once it is known what it builds on. */
  place?: (facts: TreeFacts) => Promise<{ key: string; put: PutOptions }>
}

/** One archive of the folders, from their mirror. */
export interface ArchiveSteps extends ArtifactSteps<MaybeLevel> {
  readonly facts: TreeFacts
}

/** How one is made; of one pass only. */
export function archiveSteps(
  settings: FolderSettings,
  { clock }: Pick<Host, 'clock'>,
  { name, key, level, place }: ArchiveRequested,
): ArchiveSteps {
  const { files, compression, encryptTo, allowEmpty, timezone } = settings
  const paths = files.paths.map(path => path.slice(1))
  const [notes, layout, facts] = [mirrorNotes(), new LayoutReader(files.paths), new TreeFacts()]
  const noted = new NotedEntries(layout)
  const [copy, edits] = [copyProgress(clock), editsReader()]
  let mirroredAt: Date | undefined
  let comparedAt: string | undefined
  let counts: ReadonlyMap<string, number> = new Map()
  return {
    ...{ name, key, waitsFor: 'rsync', compression, encryptTo, facts },
    waitingAt: () => copy.words(),
    edited: () => edits.edited,
    check: () => checkArchive({ paths, sink: noted }),
    open: async ({ connection, signal, owner, lock, before, put }) => {
      comparedAt = comparedBefore(before)
      const { isReadable } = before
      const opened = await openMirrored(connection, {
        ...files,
        ...{ allowEmpty, compression, owner, lock, signal, user: settings.ssh.user, ...defined({ level }) },
        compare: comparisonWord(files.compareContents, { now: clock.now(), timezone, comparedAt, isReadable }),
        onReport: line => {
          for (const reader of [notes, facts, copy, edits]) reader.read(line)
          readLayoutLine(layout, line)
        },
        onMirrored: () => {
          mirroredAt = clock.now()
        },
      })
      if (!isLevel(facts, level)) return opened
      try {
        const check = checkLevel({ paths, sink: noted })
        const expectedBytes = facts.standsOn === undefined ? opened.expectedBytes : undefined
        return { ...opened, expectedBytes, decided: { ...{ key, put, ...(await place?.(facts)) }, check } }
      } catch (error) {
        opened.job.close()
        throw error
      }
    },
    confirm: async (content, report) => {
      counts = report.counts
      if (content.tree === undefined) compareArchive(content, counts, { allowEmpty })
      else compareLevel(content.tree, counts, { allowEmpty })
      const skipped = vanishedOrChanged(report)
      return [...notes.findings(comparedAt), ...(skipped.length > 0 ? skipped : whatToolsSaid(name, report))]
    },
    remarks: content => [
      ...leftOutLater(content.tree === undefined ? content : { risky: facts.riskyEntries }),
      ...unkeptFindings(notes.unkept),
    ],
    moment: () => mirroredAt ?? clock.now(),
    describe: (content, recorded) => ({
      ...{ kind: 'files', paths: files.paths },
      ...defined({ contentsComparedAt: notes.isCompared ? mirroredAt?.toISOString() : comparedAt }),
      ...(content.tree === undefined ? {} : { exclude: files.exclude }),
      content: {
        ...(content.tree === undefined ? wholeContent(content) : treeContent(content, counts, facts)),
        sha256: recorded(content.sha256),
        ...(content.hasOwnerList ? { ownerList: ownerListName } : {}),
        ...listedEntries(content),
        ...(content.tree === undefined ? noted.finish() : facts.noted(layout)),
      },
    }),
  }
}

/** Whether the server writes an incremental archive, as it was asked to. */
function isLevel({ standsOn, notOn }: TreeFacts, level: LevelRequest | undefined): boolean {
  if (standsOn !== undefined) return true
  return level !== undefined && level.base !== 'never' && !notOn.some(({ reason }) => reason === 'tools')
}

function wholeContent(content: ArchiveContent): FilesArtifact['content'] {
  const { bytes, sha256, files, directories, links, specials } = content
  return { bytes, sha256, files, directories, links, specials, owners: recordedOwners(content) }
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
