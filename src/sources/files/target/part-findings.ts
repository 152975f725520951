import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { plural } from '../../../runtime/text/format-count'
import { show } from '../check/expected-paths'
import { folderContent, foundPart, type RereadFiles } from '../restore/reread-files'
import type { FolderPart, PlannedFolder } from './planned-folder'

/** What is wrong with a part of a folder, in the archive that was read. */
export function partProblems({ path, target, partOf }: FolderPart, files: RereadFiles): Finding[] {
  const part = partOf === undefined ? undefined : foundPart(files, path)
  if (part === undefined) return []
  const { kind, similar, above } = part
  if (kind === undefined) {
    const names = similar.map(name => show(`/${name}`))
    const meant =
      names.length > 0
        ? `Perhaps you mean ${listed(names, names.length)}.`
        : `It has the folder ${show(`/${above}`)}, and nothing in it that is called nearly so.`
    const what = `The recovery point does not have ${path}. ${meant}`
    return [problem('no-such-part', what, 'Write the name in "paths" as the backup has it, letter by letter.')]
  }
  if (kind === 'd' || kind === 'f' || kind === 'l') return []
  return [
    problem(
      'part-kind',
      `${path} is a fifo or a device, which is not restored alone.`,
      `Restore the folder around it: ${path.slice(0, path.lastIndexOf('/'))}=${target}`,
    ),
  ]
}

/** Hard links that lead out of a folder to what is not restored with it: they get the data that they lead to. */
export function linkFindings(
  { path, partOf, mount }: PlannedFolder,
  folders: readonly PlannedFolder[],
  files: RereadFiles,
): Finding[] {
  const outside = folderContent(files, path)?.outside
  if (outside === undefined) return []
  const { links, targets } = outside
  const many = `${plural(links.count, 'hard link')} in ${path} to files outside of it, such as ${links.examples[0]}`
  if (targets === undefined) {
    const fix = 'Unpack the archive by hand: README.md in the bucket says how.'
    return [problem('hard-links', `The recovery point has ${many}: they are too many to follow.`, fix)]
  }
  const isTogether = folders.filter(each => each.partOf === undefined && each.mount === mount).length
  if (partOf === undefined && isTogether === files.artifact.paths.length) return []
  return [
    warning(
      'hard-links',
      `There are ${many}. They are restored as files of their own.`,
      partOf === undefined ? 'To keep the links, restore all folders at once, to places on one disk.' : undefined,
    ),
  ]
}
