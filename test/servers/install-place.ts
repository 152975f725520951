import { execFileSync, type SpawnSyncReturns, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Where the program for the server can be installed without a trace: as root with folders of its own in place of those of
 * the machine, in a mount name space for each command; as another user with a home folder of its own.
 */
export interface InstallPlace {
  /** Of the place, with all that is in it. */
  folder: string
  /** A copy of the program in it. */
  program: string
  /** A folder to back up. */
  site: string
  publicKey: string
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
  remove(): void
}

export function installPlace(siteName = 'site'): InstallPlace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'install-')))
  chmodSync(folder, 0o755)
  const isRoot = process.getuid?.() === 0
  const at = (name: string) => join(folder, name)
  const [program, site] = [at('server.sh'), at(siteName)]
  copyFileSync(join(__dirname, '../../dist/server.sh'), program)
  mkdirSync(site, { mode: 0o755 })
  writeFileSync(join(site, 'index.php'), '<?php', { mode: 0o644 })
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'of mine', '-f', at('key')])
  const publicKey = readFileSync(at('key.pub'), 'utf8').trim()
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const common = { folder, program, site, publicKey, isRoot, remove }
  for (const name of ['home', 'local', 'var', 'homes']) mkdirSync(at(name), { mode: name === 'home' ? 0o700 : 0o755 })
  const [home, homes, etc] = [at('home'), at('homes'), at('etc')]
  if (!isRoot) {
    const environment = { PATH: process.env['PATH'], HOME: home }
    return {
      ...{ ...common, home, homes, etc },
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
    ...{ ...common, home, homes, etc },
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
