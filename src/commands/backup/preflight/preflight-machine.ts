import { type Finding, problem, warning } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import { shellWord } from '../../../findings/shell-word'
import type { BackupInputs } from '../../../inputs/backup'
import { formatDuration } from '../../../runtime/text/format-duration'
import { formatSize } from '../../../runtime/text/format-size'
import { missingTool } from '../../../server/missing-tool'
import type { HostFacts, OwnFolder } from '../../../sources/host/host-facts'
import type { ServerTool } from '../../../sources/host/preflight'

/** What is to be said about a server's tools, its disk, the folders a backup makes there, and its clock. */
export function preflightMachine(
  inputs: BackupInputs,
  hostFacts: HostFacts,
  { startedMs, endedMs }: { startedMs: number; endedMs: number },
): PreflightReport {
  const disk = checkDisk(hostFacts)
  return {
    findings: [
      ...missingTools(inputs, hostFacts),
      ...checkFolders(hostFacts),
      ...(disk.finding === undefined ? [] : [disk.finding]),
      ...checkClock(hostFacts.clock.getTime(), startedMs, endedMs),
    ],
    facts: [
      `Tools: ${[...hostFacts.tools].map(([name, version]) => version.replace(/ +/g, ' ') || name).join('; ')}`,
      ...(disk.fact === undefined ? [] : [disk.fact]),
    ],
  }
}

interface Need {
  /** One of them is enough. */
  tools: readonly ServerTool[]
  name: string
  package: string
  otherwise?: string
}

function missingTools(inputs: BackupInputs, { tools }: HostFacts): Finding[] {
  const database = { package: 'mariadb-client' }
  const needs: Need[] = [
    ...(inputs.files.paths.length === 0
      ? []
      : [
          { tools: ['rsync'] as const, name: 'rsync', package: 'rsync' },
          { tools: ['tar'] as const, name: 'tar', package: 'tar' },
        ]),
    ...(inputs.databases.length === 0
      ? []
      : [
          { tools: ['client'] as const, name: 'mysql (or mariadb)', ...database },
          { tools: ['dump-tool'] as const, name: 'mysqldump (or mariadb-dump)', ...database },
        ]),
    ...compressors[inputs.compression.kind],
  ]
  return needs
    .filter(need => !need.tools.some(tool => tools.has(tool)))
    .map(need => missingTool(need.name, need.package, need.otherwise))
}

const compressors: Readonly<Record<BackupInputs['compression']['kind'], readonly Need[]>> = {
  none: [],
  gzip: [{ tools: ['pigz', 'gzip'], name: 'gzip (or pigz)', package: 'gzip' }],
  zstd: [{ tools: ['zstd'], name: 'zstd', package: 'zstd', otherwise: ', or set "compression" to gzip' }],
}

function checkFolders({ lockFolder, mirror }: HostFacts): Finding[] {
  const found: Finding[] = []
  const judge = (what: string, { state, path }: OwnFolder, fix: string) => {
    if (state === 'present' || state === 'absent') return
    const says = state === 'unusable' ? 'cannot be used' : 'is not there and cannot be made'
    found.push(problem('folder-unusable', `${what} ${path} ${says} by the SSH user.`, fix))
  }
  const rule = 'It must be a real folder, no symbolic link, that belongs to the SSH user and lets it write'
  judge('The folder for locks', lockFolder, `${rule}.`)
  if (mirror !== undefined) {
    const place =
      'in a folder that does too, since its lock stands beside it. Point "mirror-dir" at such a place.'
    judge('The mirror folder', mirror, `${rule}, ${place}`)
  }
  return found
}

/** A file may take up so much more of a disk than it holds. */
const blockBytes = 4096

function checkDisk({ mirror, freeBytes, estimate }: HostFacts): {
  finding?: Finding
  fact?: string
} {
  if (mirror === undefined || freeBytes === undefined) return {}
  const free = `The disk of the mirror (${mirror.path}) has ${formatSize(freeBytes)} free`
  if (estimate === undefined) return { fact: `${free}.` }
  const neededBytes = estimate.missingBytes + estimate.missingFiles * blockBytes
  const told = `${free}, and rsync has up to ${formatSize(neededBytes)} to copy into it`
  if (neededBytes <= freeBytes) return { fact: `${told}.` }
  return {
    finding: problem(
      'disk-full',
      `${told}: ${formatSize(neededBytes - freeBytes)} are lacking.`,
      `Make room there, point "mirror-dir" at a disk with more, or name what need not be kept in "exclude". This shows the disk:\ndf -h ${shellWord(mirror.path.replace(/\/[^/]*$/, '') || '/')}`,
    ),
  }
}

const minuteMs = 60_000

/** The server told its time somewhere between the two moments. */
function checkClock(serverMs: number, startedMs: number, endedMs: number): Finding[] {
  const aheadMs = serverMs > endedMs ? serverMs - endedMs : Math.min(0, serverMs + 999 - startedMs)
  if (Math.abs(aheadMs) <= minuteMs) return []
  return [
    warning(
      'clock',
      `The server's clock is ${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} the runner's: times in dumps and archives are not those in the manifest.`,
      'Set the clock of the server:\nsudo timedatectl set-ntp true',
    ),
  ]
}
