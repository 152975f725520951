import {
  type ArtifactBaseline,
  type Baseline,
  type DatabaseBaseline,
  type FilesBaseline,
  namesOf,
  type ObjectKind,
  objectKinds,
  sameSource,
} from './baseline'

/** The input `max-shrink`: how much smaller an artifact may be than the last time. */
export type MaxShrink = { kind: 'off' } | { kind: 'percent'; percent: number }

/** One thing that became less. */
export interface ShrinkFinding {
  /** The artifact's name in the manifest. */
  artifact: string
  /** `content bytes`, `tables`, `files`: less of them than allowed. All others: gone, not less. */
  what: 'content bytes' | 'tables' | 'files' | 'codebase' | 'database' | 'folder' | ObjectKind
  before: number
  after: number
  /** What is gone, where its name is known. */
  name?: string
}

export interface ShrinkVerdict {
  /** It must not replace anything: it goes to `suspect/`, and the run fails. */
  suspect: boolean
  /** Also filled when `accept-shrink` let them pass. */
  findings: readonly ShrinkFinding[]
  /** What it was compared with; undefined when there was nothing, or the guard is off. */
  against: Pick<Baseline, 'slot' | 'takenAt'> | undefined
}

/**
 * Holds a recovery point against the last good one.
 *
 * Suspect is an artifact whose content bytes, tables or files are fewer by strictly more than `max-shrink` percent, and
 * whatever was in the last good one and is not in this one at all: a table, view, trigger, routine or event, a whole
 * database, a folder of `paths`, all files. What the workflow itself no longer asks for is taken out of the baseline before
 * (`asked-baseline.ts`); with `databases: "*"` nobody asked, and the ring would forget the last copy within its week.
 * Accepting takes one run.
 *
 * Too little to tell anything is a loss of less than 4 KiB of content (a dump's header, the padding of a tar) or of fewer
 * than 10 files. `off` asks no question at all.
 */
export function checkShrink(options: {
  now: Baseline
  baseline: Baseline | undefined
  maxShrink: MaxShrink
  acceptShrink: boolean
}): ShrinkVerdict {
  const { now, baseline, maxShrink, acceptShrink } = options
  if (maxShrink.kind === 'off' || baseline === undefined)
    return { suspect: false, findings: [], against: undefined }
  const findings = baseline.artifacts.flatMap(before => {
    const after = sameSource(now, before)
    return after === undefined ? [goneWhole(before)] : compare(before, after, maxShrink.percent)
  })
  const { slot, takenAt } = baseline
  return { suspect: findings.length > 0 && !acceptShrink, findings, against: { slot, takenAt } }
}

const leastBytesLost = 4 * 1024
const leastFilesLost = 10

function goneWhole(before: ArtifactBaseline): ShrinkFinding {
  const gone = { artifact: before.name, before: 1, after: 0 }
  if (before.kind === 'files') return { ...gone, what: 'codebase' }
  return {
    ...gone,
    what: 'database',
    ...(before.database === undefined ? {} : { name: before.database }),
  }
}

function compare(before: ArtifactBaseline, after: ArtifactBaseline, percent: number): ShrinkFinding[] {
  const less = (what: ShrinkFinding['what'], was: number, is: number, leastLost: number): ShrinkFinding[] => {
    const lost = was - is
    const isLess = lost >= leastLost && lost * 100 > was * percent
    return isLess ? [{ artifact: after.name, what, before: was, after: is }] : []
  }
  const content = less('content bytes', before.contentBytes, after.contentBytes, leastBytesLost)
  if (before.kind === 'database' && after.kind === 'database') {
    const tables = less('tables', before.counts.table, after.counts.table, 1)
    return [...content, ...tables, ...objectKinds.flatMap(kind => goneObjects(before, after, kind))]
  }
  if (before.kind === 'files' && after.kind === 'files') {
    const files = less('files', before.files, after.files, leastFilesLost)
    return [...content, ...files, ...goneFolders(before, after)]
  }
  return content
}

/** One finding for each that has a name, one for all that have none. */
function goneObjects(before: DatabaseBaseline, after: DatabaseBaseline, what: ObjectKind): ShrinkFinding[] {
  const artifact = after.name
  const [was, is] = [before.counts[what], after.counts[what]]
  const [namesBefore, namesAfter] = [namesOf(before, what), namesOf(after, what)]
  if (namesBefore === undefined || namesAfter === undefined)
    return is < was ? [{ artifact, what, before: was, after: is }] : []
  const fold = foldOf(what)
  const present = new Set(namesAfter.map(fold))
  const named = namesBefore
    .filter(name => !present.has(fold(name)))
    .map(name => ({ artifact, what, before: 1, after: 0, name }))
  const unnamed = was - namesBefore.length
  return unnamed > 0 ? [...named, { artifact, what, before: was, after: was - unnamed }] : named
}

/** Names of triggers, routines and events have no letter case on the server, those of tables and views do. */
export function foldOf(kind: ObjectKind): (name: string) => string {
  return kind === 'table' || kind === 'view' ? name => name : name => name.toLowerCase()
}

/** A folder that lies in another one that is taken is not gone. */
function goneFolders(before: FilesBaseline, after: FilesBaseline): ShrinkFinding[] {
  const { paths } = after
  if (before.paths === undefined || paths === undefined) return []
  const isTaken = (folder: string) =>
    paths.some(path => folder === path || folder.startsWith(path.endsWith('/') ? path : `${path}/`))
  return before.paths
    .filter(folder => !isTaken(folder))
    .map(name => ({ artifact: after.name, what: 'folder' as const, before: 1, after: 0, name }))
}
