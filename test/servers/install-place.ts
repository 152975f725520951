import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where the program for the server can be installed without a trace: as root with folders of its own in place of those of
 * the machine, in a mount name space for each command; as another user with a home folder of its own.
 */
export interface InstallPlace {
  isRoot: boolean
  /** Where the folders of the machine are seen from outside. */
  home: string
  /** Of other users: `/home`. */
  homes: string
  library: string
  settings: string
  etc: string
  /** Runs a command there. */
  run(words: readonly string[], input?: string | Buffer): SpawnSyncReturns<Buffer>
}

export function installPlace(folder: string): InstallPlace {
  const root = realpathSync(folder)
  const isRoot = process.getuid?.() === 0
  const at = (name: string) => join(root, name)
  for (const name of ['home', 'local', 'var', 'homes']) mkdirSync(at(name), { mode: name === 'home' ? 0o700 : 0o755 })
  const [home, homes, etc] = [at('home'), at('homes'), at('etc')]
  if (!isRoot) {
    const environment = { PATH: process.env['PATH'], HOME: home }
    return {
      ...{ isRoot, home, homes, etc },
      library: join(home, '.local/lib/make-a-backup'),
      settings: join(home, '.config/make-a-backup'),
      run: ([program = 'sh', ...words], input = '') => spawnSync(program, words, { env: environment, input }),
    }
  }
  cpSync('/etc', etc, { recursive: true, verbatimSymlinks: true, filter: source => source !== '/etc/mtab' })
  const binds = [
    [etc, '/etc'],
    [at('local'), '/usr/local/lib'],
    [at('var'), '/var/lib'],
    [home, '/root'],
    [homes, '/home'],
  ]
  const mounts = binds.map(([from, to]) => `mount --bind '${from}' '${to}'`).join(' && ')
  const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root' }
  return {
    ...{ isRoot, home, homes, etc },
    library: at('local/make-a-backup'),
    settings: join(etc, 'make-a-backup'),
    run: (words, input = '') =>
      spawnSync(
        'unshare',
        ['--mount', '--propagation', 'private', 'sh', '-c', `${mounts} && exec "$@"`, 'sh', ...words],
        {
          env: environment,
          input,
        },
      ),
  }
}
