const kernelFolders = ['/proc', '/sys', '/dev']

/** Whether it is a virtual file system of the kernel. */
export function isKernelFolder(path: string): boolean {
  return kernelFolders.some(folder => isInside(path, folder))
}

/** Whether a path is the folder itself or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}

/** Of one name, on every file system of Linux. */
export const nameBytesMax = 255

/** The beginning of a name, at most so many bytes of it, no character in halves. */
export function cutName(name: string, bytesMax: number): string {
  let cut = ''
  let bytes = 0
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > bytesMax) break
    cut += character
  }
  return cut
}
