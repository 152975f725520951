import { isoTime } from '../../commands/list/list-lines'
import { ageMs, newestGood } from '../../commands/list/list-report'
import type { Runtime } from '../../runtime/runtime'
import { type FleetServer, lastProof } from '../summary/fleet-summary'
import { fittingOutput } from './outputs'

/** Sets the outputs of a list of several servers. `page`: the folder of its page, if any. */
export function setFleetOutputs(
  { output, log }: Pick<Runtime, 'output' | 'log'>,
  servers: readonly FleetServer[],
  page: string,
): void {
  const all = servers.map(serverJson)
  const listed = fittingOutput(log, 'servers', all, { noun: 'servers', all: 'The job summary has all of them.' })
  output('page', page)
  output('servers', JSON.stringify(listed))
  output('count', String(servers.reduce((sum, { report }) => sum + (report?.points?.length ?? 0), 0)))
}

function serverJson({ prefix, report, problem }: FleetServer) {
  const newest = report && newestGood(report)
  const proof = report && lastProof(report)
  return {
    ...{ prefix, host: newest?.facts.host ?? null, latest: newest?.name ?? null },
    takenAt: newest === undefined ? null : isoTime(newest.facts.takenAt),
    ageSeconds: newest === undefined || report === undefined ? null : Math.round(ageMs(newest, report.now) / 1000),
    count: report?.points?.length ?? null,
    missing: report?.expected?.missing.map(isoTime) ?? null,
    provenAt: proof === undefined ? null : isoTime(proof.provenAt),
    restoreSeconds: proof?.restoreSeconds ?? null,
    problem: problem ?? null,
  }
}
