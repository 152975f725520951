import { defined } from '../../runtime/defined'
import { comparable, manyOf, type Thing } from '../manifest/kinds/kind'
import { kindOf } from '../manifest/kinds/kinds'
import { type ArtifactBaseline, type Baseline, countOf, namesOf, sameSource } from './baseline'
import type { ShrinkFinding } from './shrink-finding'
import { shrunkenFolders } from './shrunken-folders'

/** The input `max-shrink`: how much smaller an artifact may be than the last time. */
export type MaxShrink = { kind: 'off' } | { kind: 'percent'; percent: number }

export interface ShrinkVerdict {
  /** It must not replace anything: it goes to `suspect/`, and the run fails. */
  suspect: boolean
  /** Also filled when `accept-shrink` let them pass. */
  findings: readonly ShrinkFinding[]
  /** What it was compared with; undefined when there was nothing, or the guard is off. */
  against: Pick<Baseline, 'slot' | 'takenAt'> | undefined
}

/**
 * Compares a recovery point with the last good one.
 *
 * An artifact is suspect when its content bytes, or its things with a `leastLost` (tables, files), are fewer by
 * strictly more than `max-shrink` percent, and when anything with a name is gone: a table, view, trigger, routine or
 * event, a whole database, a folder of `paths`, all files. So is it when a mount is gone, and when a
 * mount or a first-level folder is empty now or has fewer files by the same measure (`shrunken-folders.ts`). What the workflow no longer requests is removed from the
 * baseline before (`scoped-baseline.ts`); with `databases: "*"` a database that is gone stays in it, or the ring would
 * forget its last copy within a week. Accepting takes one run.
 *
 * A loss of less than 4 KiB of content is noise: a dump's header, a tar's padding. `off` compares nothing.
 */
export function checkShrink(options: {
  now: Baseline
  baseline: Baseline | undefined
  maxShrink: MaxShrink
  acceptShrink: boolean
}): ShrinkVerdict {
  const { now, baseline, maxShrink, acceptShrink } = options
  if (maxShrink.kind === 'off' || baseline === undefined) return { suspect: false, findings: [], against: undefined }
  const findings = baseline.artifacts.flatMap(before => {
    const after = sameSource(now, before)
    return after === undefined ? [goneWhole(before)] : compare(before, after, maxShrink.percent)
  })
  const { slot, takenAt } = baseline
  return { suspect: findings.length > 0 && !acceptShrink, findings, against: { slot, takenAt } }
}

const leastBytesLost = 4 * 1024

function goneWhole(before: ArtifactBaseline): ShrinkFinding {
  const { artifactName, sources } = kindOf(before)
  const name = 'noun' in sources ? before.source : undefined
  return { artifact: before.name, what: artifactName, before: 1, after: 0, ...defined({ name }) }
}

function compare(before: ArtifactBaseline, after: ArtifactBaseline, percent: number): ShrinkFinding[] {
  const { things } = kindOf(before)
  const less = (what: string, was: number, is: number, leastLost: number): ShrinkFinding[] => {
    const lost = was - is
    const isLess = lost >= leastLost && lost * 100 > was * percent
    return isLess ? [{ artifact: after.name, what, before: was, after: is }] : []
  }
  return [
    ...less('content bytes', before.contentBytes, after.contentBytes, leastBytesLost),
    ...things.flatMap(thing =>
      thing.leastLost === undefined
        ? []
        : less(manyOf(thing), countOf(before, thing), countOf(after, thing), thing.leastLost),
    ),
    ...things.flatMap(thing => goneThings(before, after, thing)),
    ...shrunkenFolders(before, after, percent),
  ]
}

/** One finding for each that has a name, one for all that have none. */
function goneThings(before: ArtifactBaseline, after: ArtifactBaseline, thing: Thing<never>): ShrinkFinding[] {
  if (thing.names === undefined && thing.fingerprints === undefined) return []
  const found = { artifact: after.name, what: thing.one }
  const [was, is] = [countOf(before, thing), countOf(after, thing)]
  const [namesBefore, namesAfter] = [namesOf(before, thing), namesOf(after, thing)]
  if (namesBefore === undefined || namesAfter === undefined)
    return is < was ? [{ ...found, before: was, after: is }] : []
  const isThere = thing.isFolder ? insideOneOf(namesAfter) : among(namesAfter, thing)
  const named = namesBefore.filter(name => !isThere(name)).map(name => ({ ...found, before: 1, after: 0, name }))
  const unnamed = was - namesBefore.length
  return unnamed > 0 ? [...named, { ...found, before: was, after: was - unnamed }] : named
}

function among(names: readonly string[], thing: Thing<never>): (name: string) => boolean {
  const present = new Set(names.map(name => comparable(thing, name)))
  return name => present.has(comparable(thing, name))
}

function insideOneOf(folders: readonly string[]): (folder: string) => boolean {
  return name =>
    folders.some(folder => name === folder || name.startsWith(folder.endsWith('/') ? folder : `${folder}/`))
}
