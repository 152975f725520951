import { rm } from 'node:fs/promises'
import { tryCommand } from './processes/command'

/** Removes a folder of the tests, in which there may be folders that are closed to their owner. */
export async function removeTree(folder: string): Promise<void> {
  // Root needs no rights. What chmod cannot open, rm will name.
  if (process.getuid?.() !== 0) await tryCommand('chmod', ['-R', 'u+rwx', folder])
  await rm(folder, { recursive: true, force: true })
}
