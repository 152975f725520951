import type { PreflightReport } from '../../../findings/preflight'
import type { BackupInputs } from '../../../inputs/backup'
import type { Host } from '../../../sources/backup-part'
import { sources } from '../../../sources/registry'
import { preflightHost } from './preflight-host'

/** Looks at everything on a server that a backup would meet, and names all that it would trip over. */
export async function preflightServer(inputs: BackupInputs, host: Host): Promise<PreflightReport[]> {
  const from = host.clock.now().getTime()
  const parts = await Promise.all(sources.map(source => source.backup(inputs).preflight(host)))
  const to = host.clock.now().getTime()
  const found = parts.flatMap(part => part.host ?? [])[0]
  const common = found === undefined ? [] : [preflightHost(inputs.compression.kind, found, { from, to })]
  return [...parts, ...common]
}
