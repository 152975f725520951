import { FailureError } from '../../../runtime/errors'
import { type JobFailure, runJob } from '../../../server/job'
import type { Connection } from '../../../ssh/remote'
import { explainFolderJob } from '../folder-errors'
import { folderContent, type RereadFiles } from './reread-files'

/** The contents of a folder, itself counted among its directories. */
export interface TreeCount {
  files: number
  directories: number
  links: number
  /** Of its files, hard links counted once. Undefined where the server has no `stat` that counts them. */
  fileBytes: number | undefined
}

/** The job `count-trees`. */
export async function countTrees(connection: Connection, folders: readonly string[]): Promise<TreeCount[]> {
  const request = folders.map(path => ['path', path] as const)
  const explain = (failure: JobFailure) => explainFolderJob('the count of the unpacked files', failure)
  const { text } = await runJob(connection, 'count-trees', request, { explain })
  return parseTrees(text, folders.length)
}

/** Reads the answer of the job `count-trees`. Throws FailureError when it is not for that many folders. */
export function parseTrees(text: string, folders: number): TreeCount[] {
  const lines = text.split('\n').map(line => line.split('\t'))
  const number = (index: number, what: string): number => {
    const value = lines.find(
      ([word, folder, kind]) => word === 'tree' && folder === String(index) && kind === what,
    )?.[3]
    return /^\d+$/.test(value ?? '') ? Number(value) : Number.NaN
  }
  return Array.from({ length: folders }, (_, index) => {
    const [files, directories, links] = [number(index, 'f'), number(index, 'd'), number(index, 'l')]
    if (![files, directories, links].every(Number.isSafeInteger))
      throw new FailureError('The server counted the unpacked files and answered with lines that make no sense.')
    const fileBytes = number(index, 'bytes')
    // With files but 0 bytes, the server could not count the bytes.
    const isKnown = Number.isSafeInteger(fileBytes) && (fileBytes > 0 || files === 0)
    return { files, directories, links, fileBytes: isKnown ? fileBytes : undefined }
  })
}

/** How unpacked folders differ from their archive, in whole clauses. `found`: in the order of `paths`. */
export function compareTrees(files: RereadFiles, paths: readonly string[], found: readonly TreeCount[]): string[] {
  // A file with hard links in two folders is counted in both there, and once in the archive.
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
