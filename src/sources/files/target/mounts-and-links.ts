import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import { shellWord } from '../../../findings/shell-word'
import type { FilesArtifact } from '../../../repository/manifest/manifest'
import { plural } from '../../../runtime/text/format-count'
import { isInside } from '../plan/folder-paths'
import type { PlannedFolder } from './planned-folder'
import { isSystemPlace } from './system-places'

/** Why a folder cannot be renamed where it is, or must not be: mounts, and links that are not followed. */
export function mountAndLinkProblems(folder: PlannedFolder): Finding[] {
  const { path, target, state, link, mounted } = folder
  if (state === 'mount') {
    return [
      problem(
        'mount-point',
        `A disk or a folder is mounted at ${target}, so it cannot be replaced by renaming.`,
        `Restore into a folder below it and move its contents by hand (${path}=${target}/restored), or unmount it for the restore.`,
      ),
    ]
  }
  if (state === 'link') return [linkProblem(folder)]
  return [...(mounted.length === 0 ? [] : [mountsProblem(folder)]), ...(link === undefined ? [] : placeOfLink(folder))]
}

function mountsProblem({ path, target, mounted }: PlannedFolder): Finding {
  const places = mounted.map(mount => `${target}/${mount.path}`)
  const named = mounted.map(({ type }, index) => `${quotedName(places[index] ?? '')} (${type})`)
  const commands = places
    .slice(0, 5)
    .reverse()
    .map(place => `umount ${shellWord(place)}`)
  return problem(
    'mounts-inside',
    `${plural(mounted.length, 'mount is', 'mounts are')} inside of ${target}: ${listed(named, 5)}. The restore would rename the folder and take ${mounted.length === 1 ? 'it' : 'them'} along, and who removes the old folder later would empty what is mounted.`,
    `Unmount ${mounted.length === 1 ? 'it' : 'them'} for the restore. What the recovery point has of ${mounted.length === 1 ? 'it' : 'them'} then is in the folder below; move it onto the disk where that lacks it, and mount again:\n${commands.join(' && ')}\nOr restore to another place: ${path}=${target}-restored`,
  )
}

function linkProblem({ path, target }: PlannedFolder): Finding {
  return problem(
    'link-in-place',
    `${target} is a symbolic link that a restore does not follow: it leads to no folder, or belongs to a user who does not own the folder that it leads to.`,
    `Restore to the folder itself: ${path}=/the/real/folder. Or remove the link first, if it is no longer needed:\nrm ${shellWord(target)}`,
  )
}

function placeOfLink({ path, target, link }: PlannedFolder): Finding[] {
  if (!isSystemPlace(target)) return []
  return [
    problem(
      'system-place',
      `The symbolic link ${link} leads to ${target}, which is more than a site.`,
      `If that is right, name the folder itself: ${path}=${target}`,
    ),
  ]
}

/** Links may lead to one place, or one into another. */
export function sharedPlaces(folders: readonly PlannedFolder[]): Finding[] {
  return folders.flatMap((folder, index) =>
    folders
      .filter((other, at) => at !== index && isInside(folder.target, other.target) && (folder.link ?? other.link))
      .slice(0, 1)
      .map(other =>
        problem(
          'shared-place',
          `${folder.path} and ${other.path} would be restored to one place: a symbolic link leads to ${folder.target}, which is in ${other.target}.`,
          `Restore them one after the other ("paths" with one of them), or one to another place: ${folder.path}=${folder.target}-restored`,
        ),
      ),
  )
}

/** What was a mount or a link at the backup and becomes a plain folder now. */
export function plainFolderWarnings(
  folders: readonly PlannedFolder[],
  { content: { mounts = [], pathLinks = [] } }: Pick<FilesArtifact, 'content'>,
): Finding[] {
  return folders.flatMap(({ path, target, link, state }) => {
    const within = mounts.filter(mount => isInside(mount.path, path))
    const places = within.map(mount => `${quotedName(`${target}${mount.path.slice(path.length)}`)} (${mount.type})`)
    const linked = pathLinks.find(each => each.path === path)
    const wasLink = linked !== undefined && link === undefined && path === target && state !== 'link'
    return [
      ...(places.length === 0
        ? []
        : [
            warning(
              'was-mounted',
              `At the backup something was mounted at ${listed(places, 5)}; the restore makes ${places.length === 1 ? 'a plain folder of it' : 'plain folders of them'}, on the disk of ${target}.`,
              'If it belongs on a disk of its own, move the contents there after the restore, and mount it.',
            ),
          ]),
      ...(wasLink ? [wasLinkWarning(linked)] : []),
    ]
  })
}

function wasLinkWarning({ path, target, leadsTo }: { path: string; target: string; leadsTo: string }): Finding {
  const [place, real] = [shellWord(path), shellWord(leadsTo)]
  return warning(
    'was-link',
    `At the backup ${quotedName(path)} was a symbolic link to ${quotedName(target)}; the restore makes it a plain folder. Relative links in it were made for ${quotedName(leadsTo)}.`,
    `To have the link again, after the restore:\nmkdir -p "$(dirname ${real})" && mv ${place} ${real} && ln -s ${shellWord(target)} ${place}\nOr restore to the folder itself: ${path}=${leadsTo}`,
  )
}
