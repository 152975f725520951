import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import type { JobReport } from '../../../server/job-report'

/**
 * What rsync and tar skipped, which a live site does to them: no reason to doubt the archive. Exit values: rsync(1),
 * GNU tar.
 */
export function vanishedOrChanged({ messages, statuses }: JobReport): Finding[] {
  const said = listed(messages, 5)
  if (statuses.get('rsync') === 24)
    return [warning('files-vanished', `Files vanished while rsync read them, as happens on a live site: ${said}`)]
  if (statuses.get('tar') === 1) return [warning('files-changed', `Files changed while tar read them: ${said}`)]
  return []
}
