import type { TreeCount } from './parse-trees'
import { folderContent, type RereadFiles } from './reread-files'

/** How unpacked folders differ from what their archive was found to hold, in whole clauses. `found`: in the order of `paths`. */
export function compareTrees(
  files: RereadFiles,
  paths: readonly string[],
  found: readonly TreeCount[],
): string[] {
  // The bytes of a file with names in two folders are counted in both there, and once in the archive.
  const isShared = (files.content.crossLinks?.count ?? 0) > 0
  return paths.flatMap((path, index) => {
    const told = folderContent(files, path)
    const tree = found[index]
    if (told === undefined || tree === undefined) return [`${path} could not be counted`]
    const pairs: [string, number, number][] = [
      ['files', told.files, tree.files],
      ['directories', told.directories, tree.directories],
      ['symbolic links', told.links, tree.links],
      ['bytes of files', told.fileBytes, isShared ? told.fileBytes : (tree.fileBytes ?? told.fileBytes)],
    ]
    return pairs.flatMap(([what, wanted, there]) =>
      wanted === there ? [] : [`${path} has ${there} ${what}, not ${wanted}`],
    )
  })
}
