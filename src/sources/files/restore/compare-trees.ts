import type { TreeCount } from './parse-trees'
import { folderContent, type RereadFiles } from './reread-files'

/**
 * How unpacked folders differ from what their archive was found to hold, in whole clauses. `found`: in the order of
 * `paths`.
 */
export function compareTrees(files: RereadFiles, paths: readonly string[], found: readonly TreeCount[]): string[] {
  // The bytes of a file with names in two folders are counted in both there, and once in the archive.
  const isShared = (files.content.crossLinks?.count ?? 0) > 0
  return paths.flatMap((path, index) => {
    const expected = folderContent(files, path)
    const tree = found[index]
    if (expected === undefined || tree === undefined) return [`${path} could not be counted`]
    const pairs: [string, number, number][] = [
      ['files', expected.files, tree.files],
      ['directories', expected.directories, tree.directories],
      ['symbolic links', expected.links, tree.links],
      ['bytes of files', expected.fileBytes, isShared ? expected.fileBytes : (tree.fileBytes ?? expected.fileBytes)],
    ]
    return pairs.flatMap(([what, wanted, there]) =>
      wanted === there ? [] : [`${path} has ${there} ${what}, not ${wanted}`],
    )
  })
}
