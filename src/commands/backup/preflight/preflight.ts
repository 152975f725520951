import { errorsFirst, type Finding, isError, problem } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import type { BackupInputs } from '../../../inputs/backup'
import { storageClassWarnings } from '../../../inputs/groups/s3-options'
import { indexPrefix } from '../../../repository/catalog/prefix-index'
import { adoptedPrefix, foreignError } from '../../../repository/guards/foreign-prefix'
import { takenName } from '../../../repository/guards/taken-name'
import type { Manifest } from '../../../repository/manifest/manifest'
import type { Repository } from '../../../repository/repository'
import type { Host, PartPreflight } from '../../../sources/backup-part'
import { findingOf } from '../../../sources/collect-problems'
import { sources } from '../../../sources/registry'
import { reportedStore } from '../../run-facts'
import { type CommandTools, openConnection } from '../../session'
import { encryptionReport } from '../encryption-news'
import { foreignObjects, type PrefixToWrite } from '../plan/foreign-objects'
import { slotOfRun } from '../plan/slot-of-run'
import { restoreOutlook, storedOutlook } from './outlook'
import { preflightHost } from './preflight-host'
import { preflightStore } from './preflight-store'

/**
 * Checks all that a backup and a restore of it need, and stores nothing. Throws only when the server cannot be reached,
 * or on cancel.
 */
export async function preflight(inputs: BackupInputs, tools: CommandTools): Promise<PreflightReport> {
  const { runtime, repository } = tools
  const { signal, clock } = runtime
  const connection = await openConnection(inputs, tools)
  try {
    const { user, host } = inputs.ssh
    const copies = Object.values(inputs.tiers).some(keep => keep > 0)
    const store = await preflightStore(inputs.s3, repository.store, clock, { copies })
    // Only now is known which hour it is in the store.
    const slot = slotOfRun(inputs, clock.now())
    const server = await preflightServer(inputs, { connection, signal, clock }, slot)
    const keysToWrite = server.parts.flatMap(({ keys }) => keys)
    const prefix = await preflightPrefix(inputs, repository, {
      ...{ slot, keysToWrite, run: runtime.run, now: clock.now() },
      isReachable: isGreen(store),
    })
    signal.throwIfAborted()
    const merged = mergeReports([
      {
        findings: storageClassWarnings(inputs.s3.objects?.storageClass),
        facts: [`SSH: ${user}@${host}, ${connection.serverVersion}; its host key is verified.`, signatureFact(inputs)],
      },
      encryptionReport(repository, reportedStore(inputs.s3)),
      ...server.parts,
      server.host,
      store,
      prefix,
    ])
    return {
      ...merged,
      stored: storedOutlook(inputs, server.parts, prefix.newest),
      needs: restoreOutlook(inputs, server.parts),
    }
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
async function preflightServer(
  inputs: BackupInputs,
  host: Host,
  slot: string,
): Promise<{ parts: PartPreflight[]; host: PreflightReport }> {
  const from = host.clock.now().getTime()
  const parts = await Promise.all(sources.map(source => source.backup(inputs).preflight(host, slot)))
  const to = host.clock.now().getTime()
  const found = parts.flatMap(part => part.host ?? [])[0]
  const nothing: PreflightReport = { findings: [], facts: [] }
  return {
    parts,
    host: found === undefined ? nothing : preflightHost(inputs.compression.kind, found, host.clock, { from, to }),
  }
}

/** Whose prefix it is, as the run would judge. A store that does not even answer has a finding already. */
async function preflightPrefix(
  inputs: BackupInputs,
  repository: Repository,
  { isReachable, now, ...target }: Omit<PrefixToWrite, 'index'> & { isReachable: boolean; now: Date },
): Promise<PreflightReport & { newest: Manifest | undefined }> {
  try {
    const index = await indexPrefix(repository)
    const newest = await index.newestGood()
    const { name, guards } = inputs
    const taken =
      name === undefined ? [] : await takenName(repository, name, { acceptShrink: guards.acceptShrink, now })
    const foreign = await foreignFinding(inputs, repository, { ...target, index })
    const fact =
      newest === undefined ? [] : [`The last good recovery point: ${newest.slot}, taken ${newest.startedAt}.`]
    return { findings: [...taken, ...foreign, ...index.warnings], facts: fact, newest }
  } catch (error) {
    return { findings: isReachable ? [findingOf(error)] : [], facts: [], newest: undefined }
  }
}

async function foreignFinding(inputs: BackupInputs, repository: Repository, target: PrefixToWrite): Promise<Finding[]> {
  const { ssh, guards } = inputs
  const foreign = await foreignObjects(inputs, repository, target)
  if (foreign.length === 0) return []
  const { message, advice } = foreignError(foreign, ssh.host)
  return [(guards.adoptPrefix && adoptedPrefix(foreign, ssh.host)) || problem('foreign-prefix', message, advice)]
}

function isGreen({ findings }: PreflightReport): boolean {
  return !findings.some(isError)
}

/** One report of several, errors first, and no finding twice. */
export function mergeReports(reports: readonly PreflightReport[]): PreflightReport {
  const byText = new Map(reports.flatMap(({ findings }) => findings).map(each => [each.what, each]))
  return { findings: errorsFirst([...byText.values()]), facts: reports.flatMap(({ facts }) => facts) }
}
