import { FailureError } from '../../../runtime/errors'

/** What a folder holds, itself counted among its directories. */
export interface TreeCount {
  files: number
  directories: number
  links: number
  /** Of its files, hard links counted once. Undefined where the server has no `stat` that counts them. */
  fileBytes: number | undefined
}

/** Reads the lines of the job `count-trees`. Throws FailureError when it is not for so many folders. */
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
    // With files there and not one byte, the server could not count them.
    const isKnown = Number.isSafeInteger(fileBytes) && (fileBytes > 0 || files === 0)
    return { files, directories, links, fileBytes: isKnown ? fileBytes : undefined }
  })
}
