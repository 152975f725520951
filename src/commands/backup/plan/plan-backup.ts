import { type Finding, isError } from '../../../findings/finding'
import type { BackupInputs } from '../../../inputs/backup'
import type { Manifest } from '../../../repository/manifest/manifest'
import type { Host, PartPlan } from '../../../sources/backup-part'
import { sources } from '../../../sources/registry'
import { refuseErrors } from '../../refuse-errors'

/** What a backup will take, decided before the first stream begins. */
export interface BackupPlan {
  /** One of each source, in the order of the registry. */
  parts: readonly PartPlan[]
  server: Manifest['server']
  warnings: Finding[]
}

/** Compares what the server has with what the inputs request. Throws one UserError that lists all that does not fit. */
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
  refuseErrors({ findings })
  return { parts, server, warnings: findings.filter(finding => !isError(finding)) }
}

/** What of an earlier recovery point this plan requests too, by the source of each artifact. */
export function scopeOf({ parts }: Pick<BackupPlan, 'parts'>): PartPlan['scope'] {
  return before => parts[sources.findIndex(({ kind }) => kind === before.kind)]?.scope(before) ?? { kept: before }
}
