import { artifactName } from '../../../repository/names/keys'
import { isManualSlot } from '../../../repository/names/manual-name'
import { defined } from '../../../runtime/defined'
import { artifactPlan } from '../../artifact-plan'
import type { ArtifactPlan, BackupPart, Host, PartPlan } from '../../backup-part'
import { folderServerOver } from '../folder-server'
import { takeLevel } from '../levels/take-level'
import { archiveSteps } from './archive-steps'
import { archiveKey, type FolderSettings } from './folder-settings'
import { describeFolders } from './list-folders'
import { pathProblems } from './path-problems'
import { preflightPart } from './preflight-part'
import { scopeFiles } from './scope-files'

/** One archive of all folders, from their mirror. */
export function backupFolders(settings: FolderSettings): BackupPart {
  return {
    plan: (host, slot) => planFolders(settings, host, slot),
    preflight: (host, slot) => preflightPart(settings, host, slot),
    requested: before => scopeFiles(before, settings.files.paths),
    isIn: before =>
      settings.files.paths.every(path => before.some(({ names }) => names['folder']?.includes(path) ?? false)),
  }
}

async function planFolders(settings: FolderSettings, host: Host, slot: string): Promise<PartPlan> {
  const { paths } = settings.files
  const scope: PartPlan['scope'] = before => scopeFiles(before, paths)
  if (paths.length === 0) return { lines: [], findings: [], artifacts: [], server: {}, scope }
  const found = await folderServerOver(host.connection).inventory({
    ...{ paths, signal: host.signal },
    compression: settings.compression.kind,
  })
  const { os, rsync, tar, php } = found
  return {
    lines: [...describeFolders(found.paths), `${rsync.replace(/ +/g, ' ')}; ${tar}`],
    findings: pathProblems(settings, found),
    artifacts: [archivePlan(settings, slot, host)],
    server: { os, rsync, tar, ...defined({ php }) },
    scope,
  }
}

/** Of the ring alone: what nothing replaces must not build on what is replaced. */
function archivePlan(settings: FolderSettings, slot: string, host: Host): ArtifactPlan {
  const own = { name: artifactName('files'), key: archiveKey(settings, slot) }
  const whole = artifactPlan(archiveSteps(settings, host, own))
  if (isManualSlot(slot)) return whole
  const full = settings.files.fullEvery
  if (full === 'run') return { ...whole, full }
  return { ...whole, full, take: (request, context) => takeLevel({ settings, slot, host, request, context }) }
}
