import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { drillFolderPrefix, ownerFile } from './drill-folder'
import { isDead, parseOwner } from './owner'

/**
 * Folders that killed drills left. `temps`: where drills make them. Only what is certainly of a drill whose process is
 * gone.
 */
export async function leftFolders(temps: readonly string[]): Promise<string[]> {
  return (await Promise.all(temps.map(leftIn))).flat()
}

/** A folder without its owner's name is one whose owner was killed in that very moment, or is being made right now. */
const unnamedForMs = 60 * 60 * 1000

async function leftIn(temp: string): Promise<string[]> {
  const names = await readdir(temp).catch(() => [])
  const left: string[] = []
  for (const name of names.filter(each => each.startsWith(drillFolderPrefix))) {
    const folder = join(temp, name)
    const facts = await lstat(folder).catch(() => undefined)
    // Every user may make such a name in a folder that is open to all.
    if (facts === undefined || !facts.isDirectory() || facts.uid !== process.getuid?.()) continue
    const text = await readFile(join(folder, ownerFile), 'utf8').catch(() => '')
    const owner = parseOwner(text)
    const isLeft = owner === undefined ? Date.now() - facts.mtimeMs > unnamedForMs : isDead(owner)
    if (isLeft) left.push(folder)
  }
  return left
}
