const kernelFolders = ['/proc', '/sys', '/dev']

/** Whether it is a virtual file system of the kernel. */
export function isKernelFolder(path: string): boolean {
  return kernelFolders.some(folder => isInside(path, folder))
}

/** Whether a path is the folder itself or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}
