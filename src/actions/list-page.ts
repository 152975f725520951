import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../runtime/errors'
import type { Log } from '../runtime/runtime'

/**
 * Puts a page and the same for programs into a folder of the runner, for the steps behind this one. Returns the folder;
 * undefined outside of a runner, or when that fails: a list does not fail for it.
 */
export async function putPage(
  { page, document }: { page: string; document: string },
  { log, tempFolder }: { log: Pick<Log, 'info'>; tempFolder: string },
): Promise<string | undefined> {
  if (tempFolder === '') return undefined
  try {
    await mkdir(tempFolder, { recursive: true })
    const folder = await mkdtemp(join(tempFolder, 'make-a-backup-page-'))
    await writeFile(join(folder, 'index.html'), page)
    await writeFile(join(folder, 'status.json'), document)
    return folder
  } catch (error) {
    log.info(`The page could not be written: ${messageOf(error)}`)
    return undefined
  }
}
