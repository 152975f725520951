import { errorsFirst } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import type { BackupInputs } from '../../../inputs/backup'
import { storageClassWarnings } from '../../../inputs/groups/s3-options'
import type { Host } from '../../../sources/backup-part'
import { sources } from '../../../sources/registry'
import { type CommandTools, openConnection } from '../../session'
import { preflightHost } from './preflight-host'
import { preflightStore } from './preflight-store'

/** Checks all that a backup needs and stores nothing. Throws only when the server cannot be reached, or on cancel. */
export async function preflight(inputs: BackupInputs, tools: CommandTools): Promise<PreflightReport> {
  const { runtime, repository } = tools
  const { signal, clock } = runtime
  const connection = await openConnection(inputs, tools)
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
        facts: [`SSH: ${user}@${host}, ${connection.serverVersion}; its host key is verified.`, signatureFact(inputs)],
      },
      ...server,
      store,
    ])
  } finally {
    connection.close()
  }
}

function signatureFact({ signing: { signer } }: BackupInputs): string {
  return signer === undefined
    ? 'Recovery points are not signed: that takes a key, "ssh-key" or "signing-key".'
    : `Recovery points are signed. For "signed-by" of the other workflows: ${signer.publicKey.line}`
}

/** Checks all that a backup needs on a server. */
async function preflightServer(inputs: BackupInputs, host: Host): Promise<PreflightReport[]> {
  const from = host.clock.now().getTime()
  const parts = await Promise.all(sources.map(source => source.backup(inputs).preflight(host)))
  const to = host.clock.now().getTime()
  const found = parts.flatMap(part => part.host ?? [])[0]
  return found === undefined ? parts : [...parts, preflightHost(inputs.compression.kind, found, { from, to })]
}

/** One report of several, errors first, and no finding twice. */
export function mergeReports(reports: readonly PreflightReport[]): PreflightReport {
  const byText = new Map(reports.flatMap(({ findings }) => findings).map(each => [each.what, each]))
  return { findings: errorsFirst([...byText.values()]), facts: reports.flatMap(({ facts }) => facts) }
}
