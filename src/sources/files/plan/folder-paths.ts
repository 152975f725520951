const kernelFolders = ['/proc', '/sys', '/dev']

/** Whether the kernel makes up what stands there. */
export function isKernelFolder(path: string): boolean {
  return kernelFolders.some(folder => isInside(path, folder))
}

/** Whether a path is the folder itself or below it. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`)
}
