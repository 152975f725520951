import { type Finding, problem, warning } from '../../../findings/finding'
import { shellWord } from '../../../findings/shell-word'
import { shown } from '../../../findings/wrong-input'
import { formatCount, plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import { type Host, nothingToTake, type PartPreflight } from '../../backup-part'
import { collectProblems, findingOf } from '../../collect-problems'
import { missingTools } from '../../host/missing-tools'
import { unusableFolder } from '../../host/unusable-folder'
import { folderServerOver } from '../folder-server'
import { layoutFacts, outsideLinkWarning } from '../layout/layout-words'
import { notCopied } from '../mirror/mirror-notes'
import { distinct, UnreadableError, unreadableFinding } from '../unreadable'
import type { FolderHostFacts } from './folder-preflight'
import { archiveKey, type FolderSettings } from './folder-settings'
import { describeFolders } from './list-folders'
import { pathProblems } from './path-problems'

/** What the mirror and its archive would meet. */
export async function preflightPart(
  settings: FolderSettings,
  { connection, signal }: Host,
  slot: string,
): Promise<PartPreflight> {
  const { paths } = settings.files
  if (paths.length === 0) return nothingToTake
  const { findings, orFinding } = collectProblems(signal)
  const host = await orFinding(folderServerOver(connection).preflight({ ...settings.files, estimates: true, signal }))
  const common = { host, keys: [archiveKey(settings, slot)], forRestore: restoreNeeds(settings) }
  if (host === undefined) return { ...common, findings, facts: [], takes: undefined }
  const disk = checkDisk(host)
  return {
    ...common,
    findings: [
      ...findings,
      ...host.problems.filter(each => !(each instanceof UnreadableError)).map(findingOf),
      ...missingTools(host, [{ tools: ['rsync'] }, { tools: ['tar'] }]),
      ...checkMirror(host),
      ...disk.findings,
      ...pathProblems(settings, host),
      ...unreadable(host, settings.ssh.user),
      ...unusedPatterns(host, settings.files.exclude),
      ...notCopied(host.devices.count, host.devices.names),
      ...(host.outsideLinks === undefined ? [] : [outsideLinkWarning(host.outsideLinks)]),
    ],
    facts: [
      ...describeFolders(host.paths.filter(({ state }) => state === 'present')),
      ...layoutFacts(host.layout),
      ...disk.facts,
    ],
    takes: host.estimate && {
      ...{ what: 'the files', bytes: host.estimate.totalBytes, full: settings.files.fullEvery },
    },
  }
}

function restoreNeeds({ ssh }: FolderSettings): PartPreflight['forRestore'] {
  const root = ssh.user === 'root' ? '' : ', not as the user of the backup'
  return {
    tools: ['tar'],
    others: [`An SSH login as root${root}: only root can give files their owners.`],
  }
}

function checkMirror({ mirror }: FolderHostFacts): Finding[] {
  if (mirror === undefined) return []
  return unusableFolder('The mirror folder', mirror).map(({ fix, ...finding }) => ({
    ...finding,
    fix: `${fix}\nOr point "mirror-dir" to another place.`,
  }))
}

/** The folders by rsync's own messages, the files one by one. */
function unreadable({ problems, unreadable: { count, files } }: FolderHostFacts, user: string): Finding[] {
  const reported = problems.flatMap(each => (each instanceof UnreadableError ? each.entries : []))
  const entries = distinct([...reported, ...files])
  const more = count - files.length
  return entries.length === 0 ? [] : [unreadableFinding(entries, entries.length + more, user)]
}

function unusedPatterns({ usedPatterns, paths }: FolderHostFacts, exclude: readonly string[]): Finding[] {
  if (usedPatterns === undefined || paths.some(({ state }) => state !== 'present')) return []
  return exclude
    .filter(pattern => !usedPatterns.has(pattern))
    .map(pattern =>
      warning(
        'pattern-without-match',
        `The pattern ${shown(pattern)} of "exclude" leaves nothing out at present.`,
        'Check its spelling. A pattern that begins with a slash begins at the root of the server: /var/www/html/cache/',
      ),
    )
}

/** A file may use this much more disk space than its size. */
const blockBytes = 4096

function checkDisk(host: FolderHostFacts): { findings: Finding[]; facts: string[] } {
  const { mirror, freeBytes, freeInodes, estimate } = host
  if (mirror === undefined || freeBytes === undefined || mirror.state === 'space') return { findings: [], facts: [] }
  const free = `The disk of the mirror (${mirror.path}) has ${formatSize(freeBytes)} free`
  if (estimate === undefined) return { findings: [], facts: [`${free}.`] }
  const neededBytes = estimate.missingBytes + estimate.missingFiles * blockBytes
  const found = `${free}, and rsync has up to ${formatSize(neededBytes)} to copy into it`
  const findings: Finding[] = []
  if (neededBytes > freeBytes)
    findings.push(diskFull(`${found}: ${formatSize(neededBytes - freeBytes)} are missing.`, mirror.path, 'df -h'))
  if (freeInodes !== undefined && estimate.missingFiles > freeInodes) {
    const wanted = `rsync has ${plural(estimate.missingFiles, 'file')} to copy into it`
    const room = `The disk of the mirror (${mirror.path}) has room for only ${formatCount(freeInodes)} more files (inodes)`
    findings.push(diskFull(`${room}, and ${wanted}.`, mirror.path, 'df -i'))
  }
  return { findings, facts: findings.length > 0 ? [] : [`${found}.`] }
}

function diskFull(what: string, mirror: string, command: string): Finding {
  return problem(
    'disk-full',
    what,
    `Free disk space there, point "mirror-dir" to a larger disk, or add files that need no backup to "exclude". This shows the disk:\n${command} ${shellWord(mirror.replace(/\/[^/]*$/, '') || '/')}`,
  )
}
