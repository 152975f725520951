import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { shellWord } from '../../../findings/shell-word'
import { plural } from '../../../runtime/text/format-count'
import { formatSize } from '../../../runtime/text/format-size'
import { missingTool } from '../../../server/missing-tool'
import { type RiskyEntryKind, riskyEntryKinds } from '../check/archive-content'
import type { RereadFiles } from '../restore/reread-files'
import type { FolderRestoreSettings } from '../restore/restore-settings'
import { diskSpaceForFolders } from './disk-space'
import type { FolderTargetFacts, TargetPlace } from './folder-target-facts'
import type { FolderPart, PlannedFolder } from './planned-folder'
import { isSystemPlace } from './system-places'

export interface FoldersRequest {
  settings: FolderRestoreSettings
  /** What was chosen, in the order of `facts.places`. */
  parts: readonly FolderPart[]
  /** Those whose places are known. */
  folders: readonly PlannedFolder[]
  facts: FolderTargetFacts
  files: RereadFiles
}

/** What speaks against putting these folders into their places. */
export function checkFolders(request: FoldersRequest): Finding[] {
  const { parts, folders, facts } = request
  return [
    ...(facts.tools.has('tar') ? [] : [missingTool('tar', 'tar')]),
    ...unknownPlaces(parts, facts),
    ...(folders.length === 0 ? [] : knownPlaces(request)),
    ...leftoverWarnings(facts),
  ]
}

function knownPlaces({ settings, folders, facts, files }: FoldersRequest): Finding[] {
  return [
    ...unnamedProblems(settings, folders),
    ...folders.flatMap((folder, index) => placeProblems(folder, facts.places[index], settings.overwrite)),
    ...diskProblems(folders, facts, files),
    ...entryProblems(settings, facts, files),
    ...linkProblems(folders, files),
    ...ownerWarnings(settings, facts),
  ]
}

function unknownPlaces(parts: readonly FolderPart[], { places }: FolderTargetFacts): Finding[] {
  return parts
    .slice(places.length)
    .map(({ target }) =>
      problem(
        'place-unknown',
        `The server did not say what stands at ${target}.`,
        'Run the restore again. If it fails in the same way, the log of this step has the details.',
      ),
    )
}

/** With "paths: *" the manifest alone says where to write, and it is untrusted text. */
function unnamedProblems({ paths }: FolderRestoreSettings, folders: readonly PlannedFolder[]): Finding[] {
  const odd = folders.filter(({ target }) => isSystemPlace(target)).map(({ target }) => target)
  if (paths !== 'all' || odd.length === 0) return []
  const lines = folders.map(({ path }) => `  ${path}`)
  return [
    problem(
      'system-place',
      `The recovery point has ${odd.join(', ')}, where more than a site lies, and "paths" does not name ${odd.length === 1 ? 'it' : 'them'}: with "*" whoever can write to the bucket chooses where the restore writes.`,
      `Write every folder that you want into "paths" (and if you never backed up one of them, find out who changed the recovery point):\npaths: |\n${lines.join('\n')}`,
    ),
  ]
}

function placeProblems(
  { path, target, state }: PlannedFolder,
  place: TargetPlace | undefined,
  overwrite: boolean,
): Finding[] {
  const findings: Finding[] = []
  if (state === 'mount') {
    findings.push(
      problem(
        'mount-point',
        `A disk is mounted at ${target}, so the folder cannot be changed for another by renaming.`,
        `Restore into a folder below it and move what is in it by hand (${path}=${target}/restored), or unmount it for the time of the restore.`,
      ),
    )
  } else if (!overwrite && (state === 'folder' || state === 'link' || state === 'not-a-folder')) {
    const seen = {
      folder: 'is there and not empty',
      link: 'is there, as a symbolic link',
      'not-a-folder': 'is there, and no folder',
    }[state]
    findings.push(
      problem(
        'overwrite',
        `The folder ${target} ${seen}; nothing is overwritten unasked.`,
        `To put the restored one in its place and keep the old one beside it, set "overwrite: true" and "confirm"; to look at it first, restore it elsewhere: ${path}=${target}-restored`,
      ),
    )
  }
  if (place !== undefined && !place.isWritable) {
    findings.push(
      problem(
        'not-writable',
        `The SSH user may not write in ${place.parent}, where ${target} is to be put.`,
        'Restore as root, or let the SSH user write there for the time of the restore.',
      ),
    )
  }
  return findings
}

/** Beside what is there: the old folder stays. */
function diskProblems(folders: readonly PlannedFolder[], { places }: FolderTargetFacts, files: RereadFiles): Finding[] {
  const byMount = Map.groupBy(folders.keys(), index => folders[index]?.mount ?? '')
  return [...byMount].flatMap(([mount, indexes]): Finding[] => {
    const all = [...indexes]
    const free = places[all[0] ?? 0]?.freeBytes
    const needed = diskSpaceForFolders(
      folders.filter((_, index) => all.includes(index)),
      files,
    )
    if (free === undefined || free >= needed) return []
    return [
      problem(
        'disk-full',
        `The files need ${formatSize(needed)} on the disk of ${mount || 'the target'}, which has ${formatSize(free)} free (the old folder stays beside the new one).`,
        `Make room there, or restore to another disk: ${folders[all[0] ?? 0]?.path}=/mnt/other-disk/restored`,
      ),
    ]
  })
}

const entryWords: Readonly<Record<RiskyEntryKind, string>> = {
  'outside-links': 'symbolic links that lead out of the restored folders',
  'set-uid': 'set-uid or set-gid programs, which run with the rights of their owner whoever starts them',
  devices: 'devices, which reach the disks and the kernel',
}

function entryProblems(
  { allowedEntries }: FolderRestoreSettings,
  { isRoot }: FolderTargetFacts,
  { content }: RereadFiles,
): Finding[] {
  return riskyEntryKinds.flatMap((kind): Finding[] => {
    const found = content.hazards?.find(hazard => hazard.kind === kind)
    if (found === undefined || found.count === 0) return []
    const what = `The archive holds ${entryWords[kind]}: ${listed(found.examples, 5, found.count)}.`
    const isForRoot = kind !== 'outside-links' && !isRoot
    const isAllowed = allowedEntries.has(kind)
    if (isAllowed && !isForRoot)
      return [warning('risky-entries', what, 'Nothing, if this is meant: "allow-entries" names it.')]
    const allow = `If these are your site's own, name "${kind}" in "allow-entries". If not, somebody may have changed the archive.`
    const root = 'Only root may restore them: log in as root.'
    const fixes = [...(isAllowed ? [] : [allow]), ...(isForRoot ? [root] : [])]
    return [problem('risky-entries', what, fixes.join(' '))]
  })
}

/** A hard link has no data of its own: apart from its other name it would be nothing. */
function linkProblems(folders: readonly PlannedFolder[], { artifact, content }: RereadFiles): Finding[] {
  const isWhole = folders.length === artifact.paths.length && new Set(folders.map(({ mount }) => mount)).size === 1
  const { crossLinks } = content
  if (isWhole || crossLinks === undefined || crossLinks.count === 0) return []
  return [
    problem(
      'hard-links',
      `Files of one folder are hard links to files of another (${plural(crossLinks.count, 'link')}, such as ${crossLinks.examples[0] ?? ''}), so these folders can only be restored together and on one disk.`,
      'Restore all folders at once ("paths: *"), to places on one disk.',
    ),
  ]
}

function ownerWarnings({ ssh }: FolderRestoreSettings, { isRoot }: FolderTargetFacts): Finding[] {
  if (isRoot) return []
  return [
    warning(
      'owners',
      `All restored files will belong to ${ssh.user}: only root can give files to others.`,
      'Restore as root to keep owners, or run chown afterwards.',
    ),
  ]
}

function leftoverWarnings({ leftovers }: FolderTargetFacts): Finding[] {
  return leftovers.map(folder =>
    warning(
      'leftover',
      `An earlier restore left the folder ${shellWord(folder)}.`,
      `Remove it when nobody needs it any more:\nrm -r ${shellWord(folder)}`,
    ),
  )
}
