import { defined } from '../../runtime/defined'
import type { Amount } from '../manifest/kinds/kind'
import { kindOf } from '../manifest/kinds/kinds'
import type { ArtifactBaseline } from './baseline'
import type { ShrinkFinding } from './shrink-finding'

/** Losing fewer files than this is no reason for a suspicion, unless they are all. */
const leastFilesLost = 10
/** Nor are fewer bytes: a log that was rotated is not a loss. */
const leastBytesLost = 1024 * 1024
/** Nor is a small part of the whole. */
const leastPercentOfAll = 10

/**
 * The folders that had files and have none or are gone, or have fewer by more than `percent`. A folder that is reported
 * as a mount is not reported twice.
 */
export function shrunkenFolders(before: ArtifactBaseline, after: ArtifactBaseline, percent: number): ShrinkFinding[] {
  const findings: ShrinkFinding[] = []
  for (const { one } of kindOf(before).things) {
    const now = after.amounts?.[one]
    if (now === undefined) continue
    const byName = new Map(now.map(each => [each.name, each]))
    for (const was of before.amounts?.[one] ?? []) {
      if (was.files === 0 || findings.some(({ name }) => name !== undefined && name === was.name)) continue
      const is = was.name === undefined ? undefined : byName.get(was.name)
      const found = { artifact: after.name, what: one, ...defined({ name: was.name }) }
      findings.push(
        ...lessOf(was, is, { percent, contentBytes: before.contentBytes }).map(less => ({ ...found, ...less })),
      )
    }
  }
  return findings
}

function lessOf(
  was: Amount,
  is: Amount | undefined,
  { percent, contentBytes }: { percent: number; contentBytes: number },
): Pick<ShrinkFinding, 'unit' | 'before' | 'after'>[] {
  const isLess = (lost: number, of: number, least: number) => lost >= least && lost * 100 > of * percent
  if (is === undefined || is.files === 0) return [{ unit: 'files', before: was.files, after: 0 }]
  if (isLess(was.files - is.files, was.files, leastFilesLost))
    return [{ unit: 'files', before: was.files, after: is.files }]
  const least = Math.max(leastBytesLost, (contentBytes * leastPercentOfAll) / 100)
  if (isLess(was.bytes - is.bytes, was.bytes, least)) return [{ unit: 'bytes', before: was.bytes, after: is.bytes }]
  return []
}
