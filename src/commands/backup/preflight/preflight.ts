import { type PreflightFinding, type PreflightReport, wrongFindings } from '../../../findings/preflight'
import type { BackupInputs } from '../../../inputs/backup'
import { storageClassWarning } from '../../../inputs/groups/s3-options'
import type { Runtime } from '../../../runtime/runtime'
import { serverOver } from '../../../sources/host/server'
import type { Store } from '../../../store/store'
import type { Connect } from '../../session'
import { preflightServer } from './preflight-server'
import { preflightStore } from './preflight-store'

/** What a preflight needs of the world. */
export interface PreflightTools {
  runtime: Runtime
  store: Store
  connect: Connect
}

/**
 * Looks at everything that a backup with these inputs will meet, and stores nothing. Goes on after each thing that is wrong, so that
 * one look names them all. Throws only when the server cannot be reached, or the run is cancelled.
 */
export async function preflight(inputs: BackupInputs, tools: PreflightTools): Promise<PreflightReport> {
  const { runtime, store, connect } = tools
  const { signal, log } = runtime
  const connection = await connect(inputs.ssh, { signal, onRetry: message => log.info(message) })
  try {
    const { user, host } = inputs.ssh
    const parts = await Promise.all([
      preflightServer(inputs, serverOver(connection), runtime, { estimates: true }),
      preflightStore(inputs.s3, store),
    ])
    signal.throwIfAborted()
    return mergeReports([
      {
        findings: storageClassRemarks(inputs),
        facts: [`SSH: ${user}@${host}, ${connection.serverVersion}; its host key is the right one.`],
      },
      ...parts,
    ])
  } finally {
    connection.close()
  }
}

/** One report of several, the wrong findings first, and no finding twice. */
export function mergeReports(reports: readonly PreflightReport[]): PreflightReport {
  const byText = new Map(reports.flatMap(({ findings }) => findings).map(each => [each.what, each]))
  const findings = [...byText.values()]
  return {
    findings: [...wrongFindings({ findings }), ...findings.filter(({ level }) => level === 'remark')],
    facts: reports.flatMap(({ facts }) => facts),
  }
}

function storageClassRemarks({ s3 }: BackupInputs): PreflightFinding[] {
  const warning = storageClassWarning(s3.objects?.storageClass)
  if (warning === undefined) return []
  const fix = 'Leave "s3-storage-class" empty, or set it to INTELLIGENT_TIERING.'
  return [{ level: 'remark', what: warning.message, fix }]
}
