import { type Finding, problem } from '../../../findings/finding'
import { shellWord } from '../../../findings/shell-word'
import { formatSize } from '../../../runtime/text/format-size'
import type { Host, PartPreflight } from '../../backup-part'
import { collectProblems, findingOf } from '../../collect-problems'
import { missingTools } from '../../host/missing-tools'
import { unusableFolder } from '../../host/unusable-folder'
import { folderServerOver } from '../folder-server'
import type { FolderHostFacts } from './folder-preflight'
import type { FolderSettings } from './folder-settings'
import { describeFolders } from './list-folders'
import { pathProblems } from './path-problems'

/** What the mirror and its archive would meet. */
export async function preflightPart(settings: FolderSettings, { connection, signal }: Host): Promise<PartPreflight> {
  if (settings.files.paths.length === 0) return { findings: [], facts: [], host: undefined }
  const { findings, orFinding } = collectProblems(signal)
  const host = await orFinding(folderServerOver(connection).preflight({ ...settings.files, estimates: true, signal }))
  if (host === undefined) return { host, findings, facts: [] }
  const disk = checkDisk(host)
  return {
    host,
    findings: [
      ...findings,
      ...host.problems.map(findingOf),
      ...missingTools(host, folderTools),
      ...checkMirror(host),
      ...(disk.finding === undefined ? [] : [disk.finding]),
      ...pathProblems(settings, host),
    ],
    facts: [...describeFolders(host.paths), ...(disk.fact === undefined ? [] : [disk.fact])],
  }
}

const folderTools = [
  { tools: ['rsync'], name: 'rsync', package: 'rsync' },
  { tools: ['tar'], name: 'tar', package: 'tar' },
] as const

function checkMirror({ mirror }: FolderHostFacts): Finding[] {
  const place = 'in such a folder too, since its lock is next to it. Point "mirror-dir" to such a place.'
  return mirror === undefined ? [] : unusableFolder('The mirror folder', mirror, `, ${place}`)
}

/** A file may use this much more disk space than its size. */
const blockBytes = 4096

function checkDisk({ mirror, freeBytes, estimate }: FolderHostFacts): { finding?: Finding; fact?: string } {
  if (mirror === undefined || freeBytes === undefined) return {}
  const free = `The disk of the mirror (${mirror.path}) has ${formatSize(freeBytes)} free`
  if (estimate === undefined) return { fact: `${free}.` }
  const neededBytes = estimate.missingBytes + estimate.missingFiles * blockBytes
  const found = `${free}, and rsync has up to ${formatSize(neededBytes)} to copy into it`
  if (neededBytes <= freeBytes) return { fact: `${found}.` }
  return {
    finding: problem(
      'disk-full',
      `${found}: ${formatSize(neededBytes - freeBytes)} are missing.`,
      `Free disk space there, point "mirror-dir" to a larger disk, or add files that need no backup to "exclude". This shows the disk:\ndf -h ${shellWord(mirror.path.replace(/\/[^/]*$/, '') || '/')}`,
    ),
  }
}
