import { errorsFirst } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import type { BackupInputs } from '../../../inputs/backup'
import { storageClassWarnings } from '../../../inputs/groups/s3-options'
import type { CommandTools } from '../../session'
import { preflightServer } from './preflight-server'
import { preflightStore } from './preflight-store'

/** Checks all that a backup needs and stores nothing. Throws only when the server cannot be reached, or on cancel. */
export async function preflight(inputs: BackupInputs, tools: CommandTools): Promise<PreflightReport> {
  const { runtime, repository, connect } = tools
  const { signal, log, clock } = runtime
  const connection = await connect(inputs.ssh, { signal, onRetry: message => log.info(message) })
  try {
    const { user, host } = inputs.ssh
    const [server, store] = await Promise.all([
      preflightServer(inputs, { connection, signal, clock }),
      preflightStore(inputs.s3, repository.store),
    ])
    signal.throwIfAborted()
    return mergeReports([
      {
        findings: storageClassWarnings(inputs.s3.objects?.storageClass),
        facts: [`SSH: ${user}@${host}, ${connection.serverVersion}; its host key is the right one.`],
      },
      ...server,
      store,
    ])
  } finally {
    connection.close()
  }
}

/** One report of several, errors first, and no finding twice. */
export function mergeReports(reports: readonly PreflightReport[]): PreflightReport {
  const byText = new Map(reports.flatMap(({ findings }) => findings).map(each => [each.what, each]))
  return { findings: errorsFirst([...byText.values()]), facts: reports.flatMap(({ facts }) => facts) }
}
