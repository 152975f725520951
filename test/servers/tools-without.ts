import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Fills a folder with links to every program on the PATH but these. Returns the folder. */
export function toolsWithout(folder: string, missing: readonly string[]): string {
  mkdirSync(folder, { recursive: true })
  const seen = new Set(missing)
  for (const from of (process.env['PATH'] ?? '').split(':').filter(existsSync)) {
    for (const name of readdirSync(from)) {
      if (seen.has(name)) continue
      seen.add(name)
      symlinkSync(join(from, name), join(folder, name))
    }
  }
  return folder
}
