import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file that a run left behind. `content`: its first MiB. */
export interface LeftFile {
  /** Relative: `workspace/…`, `temp/…` or `home/…`. */
  path: string
  sizeBytes: number
  content: Buffer
}

/** The file commands of one step; each name is the variable that carries the path. */
export const fileCommands = [
  'GITHUB_OUTPUT',
  'GITHUB_STATE',
  'GITHUB_ENV',
  'GITHUB_PATH',
  'GITHUB_STEP_SUMMARY',
] as const

/** The folders of one run: a workspace, a temp folder and a home, all fresh and empty. */
export class RunFolder {
  readonly root: string
  readonly workspace: string
  readonly temp: string
  readonly home: string

  private constructor(root: string) {
    this.root = root
    this.workspace = join(root, 'workspace')
    this.temp = join(root, 'temp')
    this.home = join(root, 'home')
  }

  static async make(parent: string = tmpdir()): Promise<RunFolder> {
    const folder = new RunFolder(await mkdtemp(join(parent, 'make-a-backup-run-')))
    for (const path of [folder.workspace, folder.temp, folder.home]) await mkdir(path)
    return folder
  }

  /** Makes the empty files that the runner hands to the step called `step`. */
  async commandFiles(step: string): Promise<Record<(typeof fileCommands)[number], string>> {
    const path = (name: string) => join(this.root, 'commands', `${step}-${name.toLowerCase()}`)
    await mkdir(join(this.root, 'commands'), { recursive: true })
    for (const name of fileCommands) await writeFile(path(name), '')
    return {
      GITHUB_OUTPUT: path('GITHUB_OUTPUT'),
      GITHUB_STATE: path('GITHUB_STATE'),
      GITHUB_ENV: path('GITHUB_ENV'),
      GITHUB_PATH: path('GITHUB_PATH'),
      GITHUB_STEP_SUMMARY: path('GITHUB_STEP_SUMMARY'),
    }
  }

  /** How many bytes the files in workspace, temp and home hold now. */
  usedBytes(): number {
    let bytes = 0
    this.visit((_path, sizeBytes) => {
      bytes += sizeBytes
    })
    return bytes
  }

  leftFiles(): LeftFile[] {
    const files: LeftFile[] = []
    this.visit((path, sizeBytes) => {
      files.push({ path, sizeBytes, content: readFileSync(join(this.root, path)).subarray(0, 1024 * 1024) })
    })
    return files
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true })
  }

  private visit(see: (path: string, sizeBytes: number) => void): void {
    const pending = ['workspace', 'temp', 'home'].filter(name => existsSync(join(this.root, name)))
    for (const path of pending) {
      const found = this.look(path)
      if (typeof found === 'number') see(path, found)
      else pending.push(...found.map(name => join(path, name)))
    }
  }

  /** A file's size, a folder's names; nothing for what is neither or went away while the process is at work. */
  private look(path: string): number | string[] {
    const absolute = join(this.root, path)
    try {
      const stat = lstatSync(absolute)
      return stat.isFile() ? stat.size : stat.isDirectory() ? readdirSync(absolute) : []
    } catch (error) {
      if (!existsSync(absolute)) return []
      throw error
    }
  }
}
