import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The programs that sessions on the "server" find on their PATH: the system's own, until a test has it otherwise. */
export interface ServerTools {
  /** The one folder of the PATH. */
  readonly folder: string
  /** These programs are not installed. */
  remove(...names: string[]): void
  /** A shell script stands in for these programs. `$real` is the folder of the real ones. */
  replace(names: readonly string[], script: string): void
  /** All as installed again. */
  restore(): void
}

const real = '/usr/bin'

/** Makes `folder` and fills it with links to the programs of the system. */
export function serverTools(folder: string): ServerTools {
  const touched = new Set<string>()
  mkdirSync(folder)
  for (const name of readdirSync(real)) symlinkSync(join(real, name), join(folder, name))
  const remove = (...names: string[]) => {
    for (const name of names) {
      touched.add(name)
      rmSync(join(folder, name), { force: true })
    }
  }
  return {
    folder,
    remove,
    replace: (names, script) => {
      remove(...names)
      for (const name of names) {
        writeFileSync(join(folder, name), `#!/bin/bash\nreal=${real}\n${script}\n`)
        chmodSync(join(folder, name), 0o755)
      }
    },
    restore: () => {
      for (const name of touched) {
        rmSync(join(folder, name), { force: true })
        symlinkSync(join(real, name), join(folder, name))
      }
      touched.clear()
    },
  }
}
