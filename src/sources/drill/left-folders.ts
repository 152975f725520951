import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { drillFolderPrefix, ownerFile } from './drill-folder'
import { isDead, parseOwner } from './owner'

/** Folders of killed drills in `temps`. Only those whose process is certainly gone. */
export async function leftFolders(temps: readonly string[]): Promise<string[]> {
  return (await Promise.all(temps.map(leftIn))).flat()
}

/** A folder without an owner file: its owner was killed at that moment, or is making it right now. */
const unnamedForMs = 60 * 60 * 1000

async function leftIn(temp: string): Promise<string[]> {
  const names = await readdir(temp).catch(() => [])
  const left: string[] = []
  for (const name of names.filter(each => each.startsWith(drillFolderPrefix))) {
    const folder = join(temp, name)
    const facts = await lstat(folder).catch(() => undefined)
    // In a shared folder every user can make such a name.
    if (facts === undefined || !facts.isDirectory() || facts.uid !== process.getuid?.()) continue
    const text = await readFile(join(folder, ownerFile), 'utf8').catch(() => '')
    const owner = parseOwner(text)
    const isLeft = owner === undefined ? Date.now() - facts.mtimeMs > unnamedForMs : isDead(owner)
    if (isLeft) left.push(folder)
  }
  return left
}
