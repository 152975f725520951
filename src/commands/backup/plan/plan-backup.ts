import type { Finding } from '../../../findings/finding'
import { isError } from '../../../findings/finding'
import type { BackupInputs } from '../../../inputs/backup'
import type { Manifest } from '../../../repository/manifest/manifest'
import type { Host, PartPlan } from '../../../sources/backup-part'
import { sources } from '../../../sources/registry'
import { refuseWrong } from '../../refuse-wrong'

/** What one backup is going to take, decided before the first stream begins. */
export interface BackupPlan {
  /** One of each source, in the order of the registry. */
  parts: readonly PartPlan[]
  server: Manifest['server']
  warnings: Finding[]
}

/**
 * Asks the server what is there, and compares that with what the inputs ask for. Throws UserError, one that names
 * everything that does not fit. `log`: gets what was found.
 */
export async function planBackup(
  inputs: BackupInputs,
  slot: string,
  host: Host,
  log: { info(line: string): void },
): Promise<BackupPlan> {
  const parts = await Promise.all(sources.map(source => source.backup(inputs).plan(host, slot)))
  const server: Manifest['server'] = Object.assign({ os: '' }, ...parts.map(part => part.server))
  for (const line of [server.os, ...parts.flatMap(part => part.lines)]) log.info(line)
  const findings = parts.flatMap(part => part.findings)
  refuseWrong({ findings })
  return { parts, server, warnings: findings.filter(finding => !isError(finding)) }
}
