import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Made once and kept: a thousand links take longer than most tests. */
const kept = join(__dirname, '../../.work/tools')

/** A folder with links to every program on the PATH but these. Not to be changed: all tests have the same one. */
export function toolsWithout(missing: readonly string[]): string {
  const programs = programsBut(missing)
  const key = createHash('sha256')
    .update([...programs.values()].join('\n'))
    .digest('hex')
    .slice(0, 16)
  const folder = join(kept, key)
  if (existsSync(folder)) return folder
  mkdirSync(kept, { recursive: true })
  const made = mkdtempSync(join(kept, 'new-'))
  for (const [name, path] of programs) symlinkSync(path, join(made, name))
  try {
    renameSync(made, folder)
  } catch {
    // Another suite was faster.
    rmSync(made, { recursive: true })
  }
  return folder
}

/** Their paths by name. */
function programsBut(missing: readonly string[]): Map<string, string> {
  const programs = new Map<string, string>()
  for (const from of (process.env['PATH'] ?? '').split(':').filter(existsSync)) {
    for (const name of readdirSync(from)) {
      if (!programs.has(name) && !missing.includes(name)) programs.set(name, join(from, name))
    }
  }
  return programs
}
