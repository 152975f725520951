import { type Finding, problem, warning } from '../../../findings/finding'
import { shellWord } from '../../../findings/shell-word'
import { formatSize } from '../../../runtime/text/format-size'
import { missingTool } from '../../../server/missing-tool'
import { laterOwners } from '../owners/later-owners'
import { type Given, leftOutOf, leftOutWarnings } from '../restore/left-out'
import type { RereadFiles } from '../restore/reread-files'
import type { FolderRestoreSettings } from '../restore/restore-settings'
import type { FolderTargetFacts, TargetPlace } from './folder-target-facts'
import { mountAndLinkProblems, plainFolderWarnings, sharedPlaces } from './mounts-and-links'
import { linkFindings, partProblems } from './part-findings'
import { diskSpaceForFolders, type FolderPart, nounOf, type PlannedFolder } from './planned-folder'
import { isSystemPlace } from './system-places'

export interface FoldersRequest {
  settings: FolderRestoreSettings
  /** What was chosen, in the order of `facts.places`. */
  parts: readonly FolderPart[]
  /** Those whose places are known. */
  folders: readonly PlannedFolder[]
  facts: FolderTargetFacts
  files: RereadFiles
  /** What is restored of the risky entries. */
  given: Given
}

/** The problems with restoring these folders to their places. */
export function checkFolders(request: FoldersRequest): Finding[] {
  const { parts, folders, facts } = request
  return [
    ...(facts.tools.has('tar') ? [] : [missingTool('tar', facts.system)]),
    ...unknownPlaces(parts, facts),
    ...(folders.length === 0 ? [] : knownPlaces(request)),
    ...leftoverWarnings(facts),
  ]
}

function knownPlaces({ settings, folders, facts, files, given }: FoldersRequest): Finding[] {
  return [
    ...unnamedProblems(settings, folders),
    ...folders.flatMap(folder => partProblems(folder, files)),
    ...folders.flatMap((folder, index) =>
      placeProblems({ ...folder, noun: nounOf(folder, files) }, facts.places[index], settings.overwrite),
    ),
    ...sharedPlaces(folders),
    ...plainFolderWarnings(folders, files.artifact),
    ...diskProblems(folders, facts, files),
    ...leftOutWarnings(folders, leftOutOf(files.content, given), facts.isRoot),
    ...folders.flatMap(folder => linkFindings(folder, folders, files)),
    ...(facts.isRoot || settings.owner !== undefined ? [] : laterOwners(folders, files.content, settings.ssh.user)),
  ]
}

function unknownPlaces(parts: readonly FolderPart[], { places }: FolderTargetFacts): Finding[] {
  return parts
    .slice(places.length)
    .map(({ target }) =>
      problem(
        'place-unknown',
        `The server did not report what is at ${target}.`,
        'Run the restore again. If it fails in the same way, the log of this step has the details.',
      ),
    )
}

/** With "paths: *" the manifest alone decides where to write, and it is untrusted text. */
function unnamedProblems({ paths }: FolderRestoreSettings, folders: readonly PlannedFolder[]): Finding[] {
  const odd = folders.filter(({ target }) => isSystemPlace(target)).map(({ target }) => target)
  if (paths !== 'all' || odd.length === 0) return []
  const lines = folders.map(({ path }) => `  ${path}`)
  return [
    problem(
      'system-place',
      `The recovery point has ${odd.join(', ')}, which is more than a site, and "paths" does not name ${odd.length === 1 ? 'it' : 'them'}: with "*" anyone who can write to the bucket chooses where the restore writes.`,
      `Write every folder that you want into "paths" (and if you never backed up one of them, find out who changed the recovery point):\npaths: |\n${lines.join('\n')}`,
    ),
  ]
}

function placeProblems(
  folder: PlannedFolder & { noun: string },
  place: TargetPlace | undefined,
  overwrite: boolean,
): Finding[] {
  const { path, target, state, noun } = folder
  const findings = mountAndLinkProblems(folder)
  if (noun !== 'folder' && (state === 'folder' || state === 'empty')) {
    findings.push(
      problem(
        'folder-in-place',
        `${target} is a folder, and ${path} is one ${noun}, which would take its place.`,
        `Write the place of the ${noun} itself: ${path}=${target}${path.slice(path.lastIndexOf('/'))}`,
      ),
    )
  } else if (!overwrite && (state === 'folder' || state === 'not-a-folder')) {
    const seen = {
      folder: 'exists and is not empty',
      'not-a-folder': noun === 'folder' ? 'exists and is not a folder' : 'exists',
    }[state]
    findings.push(
      problem(
        'overwrite',
        `The ${noun} ${target} ${seen}; it is not overwritten without "overwrite: true".`,
        `To replace it and keep the old one next to it, set "overwrite: true" and "confirm"; to check the backup first, restore it elsewhere: ${path}=${target}-restored`,
      ),
    )
  }
  if (place?.protectedPath !== undefined) {
    findings.push(protectedProblem(place.protectedPath))
  } else if (place !== undefined && !place.isWritable) {
    findings.push(
      problem(
        'not-writable',
        `The SSH user may not write to ${place.parent}, where ${target} is to be restored.`,
        'Restore as root, or let the SSH user write there during the restore.',
      ),
    )
  }
  return findings
}

/** Renames would fail after everything was unpacked. */
function protectedProblem(path: string): Finding {
  const word = shellWord(path)
  return problem(
    'protected',
    `${path} is protected against changes by a flag of the file system (chattr +i or +a), so that not even root can rename it or what is in it.`,
    `Take the flag away for the restore; lsattr shows which it is, and what else has one:\nlsattr -d ${word} && chattr -i -a ${word}`,
  )
}

/** In addition to what is there: the old folder stays. */
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
        `The files need ${formatSize(needed)} on the disk of ${mount || 'the target'}, which has ${formatSize(free)} free (the old folder stays next to the new one).`,
        `Free disk space there, or restore to another disk: ${folders[all[0] ?? 0]?.path}=/mnt/other-disk/restored`,
      ),
    ]
  })
}

function leftoverWarnings({ leftovers }: FolderTargetFacts): Finding[] {
  return leftovers.map(folder =>
    warning(
      'leftover',
      `An earlier restore left the folder ${shellWord(folder)}.`,
      `Remove it when it is no longer needed:\nrm -r ${shellWord(folder)}`,
    ),
  )
}
