import { plural } from '../../runtime/text/format-count'
import { formatDuration } from '../../runtime/text/format-duration'
import { escaped, htmlPage } from './html'
import { type StatusDocument, serializeStatus } from './status-document'
import { age, htmlTable, statusBody } from './status-page'

export interface FleetStatus {
  prefix: string
  /** Undefined: the store gave no answer about it. */
  status: StatusDocument | undefined
  problem?: string
}

/** The page of several servers: a row for each, then all that is known of each. */
export function renderFleetPage(servers: readonly FleetStatus[]): string {
  const rows = servers.map(({ prefix, status, problem }, index) => {
    const proven = status?.drills.find(each => each.status === 'proven')
    return [
      problem === undefined ? '✅' : `❌ ${escaped(problem)}`,
      `<a href="#server-${index}">${escaped(status?.host || prefix || 'the root of the bucket')}</a>`,
      status?.newest == null ? 'none' : `${escaped(status.newest.slot)}, ${age(status.newest.takenAt)}`,
      proven === undefined ? 'none there' : age(proven.endedAt),
      proven?.restoreSeconds == null ? '–' : formatDuration(proven.restoreSeconds * 1000),
      status === undefined || status.everySeconds === null ? '–' : String(status.missing.length),
    ]
  })
  const parts = servers.map(({ prefix, status, problem }, index) => {
    const body =
      status === undefined ? `<h2>${escaped(prefix)}</h2><p>❌ ${escaped(problem ?? '')}</p>` : statusBody(status, 'h2')
    return `<section id="server-${index}">\n${body}\n</section>`
  })
  const title = `Backups of ${plural(servers.length, 'server')}`
  const headings = ['', 'Server', 'Last good', 'Last proven', 'A restore took', 'Gaps']
  return htmlPage(title, `<h1>${title}</h1>\n${htmlTable(headings, rows)}\n${parts.join('\n')}`)
}

/** The same for programs. */
export function serializeFleet(servers: readonly FleetStatus[]): string {
  const all = servers.map(({ prefix, status, problem }) => ({
    ...{ prefix, problem: problem ?? null },
    status: status === undefined ? null : JSON.parse(serializeStatus(status)),
  }))
  return `${JSON.stringify({ format: 'make-a-backup-fleet/1', servers: all }, null, 2)}\n`
}
