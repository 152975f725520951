import { defined } from '../../runtime/defined'
import type { Amount } from '../manifest/kinds/kind'
import { kindOf } from '../manifest/kinds/kinds'
import type { ArtifactBaseline } from './baseline'
import type { ShrinkFinding } from './shrink-finding'

/** Losing fewer files than this is no reason for a suspicion: somebody removed them. */
const leastFilesLost = 10
/** Nor are fewer bytes: a log that was rotated is not a loss. */
const leastBytesLost = 1024 * 1024
/** Nor is a small part of the whole. */
const leastPercentOfAll = 10

/**
 * The folders that had files and are empty now, as a disk that is not mounted leaves them, the mounts that are gone, and
 * those that lost more than `percent` of their files or bytes. One that is reported as a mount is not reported twice.
 */
export function shrunkenFolders(before: ArtifactBaseline, after: ArtifactBaseline, percent: number): ShrinkFinding[] {
  const findings: ShrinkFinding[] = []
  for (const { one, mustStay = false } of kindOf(before).things) {
    const now = after.amounts?.[one]
    if (now === undefined) continue
    const byName = new Map(now.map(each => [each.name, each]))
    for (const was of before.amounts?.[one] ?? []) {
      if (was.files === 0 || findings.some(({ name }) => name !== undefined && name === was.name)) continue
      const is = was.name === undefined ? undefined : byName.get(was.name)
      const found = { artifact: after.name, what: one, ...defined({ name: was.name }) }
      findings.push(
        ...lessOf(was, is, { mustStay, percent, contentBytes: before.contentBytes }).map(less => ({
          ...found,
          ...less,
        })),
      )
    }
  }
  return findings
}

function lessOf(
  was: Amount,
  is: Amount | undefined,
  { mustStay, percent, contentBytes }: { mustStay: boolean; percent: number; contentBytes: number },
): Pick<ShrinkFinding, 'unit' | 'before' | 'after'>[] {
  const isLess = (lost: number, of: number, least: number) => lost >= least && lost * 100 > of * percent
  if (is === undefined ? mustStay : is.files === 0) return [{ unit: 'files', before: was.files, after: 0 }]
  const [files, bytes] = [is?.files ?? 0, is?.bytes ?? 0]
  if (isLess(was.files - files, was.files, leastFilesLost)) return [{ unit: 'files', before: was.files, after: files }]
  const least = Math.max(leastBytesLost, (contentBytes * leastPercentOfAll) / 100)
  if (isLess(was.bytes - bytes, was.bytes, least)) return [{ unit: 'bytes', before: was.bytes, after: bytes }]
  return []
}
