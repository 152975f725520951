import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FailureError } from '../../runtime/errors'
import { ownerText, thisOwner } from './owner'

/** The start of the name of every drill folder. */
export const drillFolderPrefix = 'make-a-backup-drill-'
/** The file in it that names its owner. */
export const ownerFile = 'owner'

/** A folder of a drill on the runner, readable by its owner only. */
export interface DrillFolder {
  readonly path: string
  /** Removes it with its contents. Does nothing the second time. */
  remove(): Promise<void>
}

/** The longest path below the folder: a socket path has at most 107 bytes (unix(7)). */
const longestSocketName = '/database/s'.length

/** Makes a folder in the first of `temps` whose path is short enough for a socket. */
export async function openDrillFolder(temps: readonly string[]): Promise<DrillFolder> {
  const named = (temp: string) => join(temp, drillFolderPrefix)
  const temp = temps.find(each => Buffer.byteLength(named(each)) + 6 + longestSocketName <= 107)
  if (temp === undefined) {
    throw new FailureError(`The path ${temps[0]} is too long for the socket of a database server.`, {
      advice: 'Set TMPDIR to a folder with a shorter path.',
    })
  }
  const path = await mkdtemp(named(temp))
  await writeFile(join(path, ownerFile), `${ownerText(thisOwner())}\n`)
  return { path, remove: () => removeTree(path) }
}

/** Removes a folder, even where unpacked folders deny write access to their owner. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  } catch {
    await unlock(Buffer.from(path))
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Names are bytes: an archive may contain names that are not text. Links are skipped. */
async function unlock(folder: Buffer): Promise<void> {
  await chmod(folder, 0o700)
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    if (entry.isDirectory()) await unlock(Buffer.concat([folder, Buffer.from('/'), entry.name]))
  }
}
