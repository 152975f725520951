import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optionFileLines } from '../../src/sources/mysql/client/option-file'
import { forcedKey, type InstalledServer, installedServer } from './installed-server'

/**
 * With this variable (script/forced) every key of the tests is one that an installed copy limits, and its configuration is
 * what an administrator would write for the inputs of each run.
 */
const isForced = process.env['MAKE_A_BACKUP_FORCED'] !== undefined

/** Dropbear in place of sshd, as root: it has its list of keys in the home folder, so that is another one for it. */
const isDropbear = process.env['MAKE_A_BACKUP_FORCED'] === 'dropbear'

type Inputs = Readonly<Record<string, string>>

/** By the port of its sshd, since a run knows no more of it. */
const placeOf = (port: string) => join(tmpdir(), `forced-${port}`)

/** Locks the keys of an sshd that has just started. `environment`: of its sessions. */
export function lockKeys(port: number, authorizedKeysFile: string, environment: Inputs): void {
  if (!isForced) return
  const place = placeOf(String(port))
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'environment'), JSON.stringify({ PATH: process.env['PATH'], ...environment }))
  const { command } = installedServer(place)
  writeFileSync(authorizedKeysFile, forcedKey(readFileSync(authorizedKeysFile, 'utf8'), command))
}

/**
 * The command that serves SSH in `folder`, where sshd's own key and configuration are: `sshd`, or Dropbear with the same keys.
 * `home`: of the sessions.
 */
export function serverCommand(
  folder: string,
  port: number,
  sshd: readonly [string, ...string[]],
  home: string | undefined,
): readonly [string, ...string[]] {
  if (!isDropbear || home === undefined) return sshd
  const script = `set -e; mkdir -p '${home}/.ssh'; ln -sf '${folder}/authorized_keys' '${home}/.ssh/authorized_keys'
    chmod 700 '${home}' '${home}/.ssh'; mount --bind '${home}' ~root
    dropbearconvert openssh dropbear '${folder}/host_ed25519' '${folder}/host_dropbear' 2>/dev/null
    exec dropbear -F -E -s -r '${folder}/host_dropbear' -p 127.0.0.1:${port} -P '${folder}/pid' 2>'${folder}/sshd.log'`
  return ['unshare', '--mount', '--propagation', 'private', 'bash', '-c', script]
}

/** Allows what these inputs ask for, and returns them without what the server has itself: the login at the database. */
export function allowInputs(action: string, inputs: Inputs): Inputs {
  const place = placeOf(inputs['ssh-port'] ?? '')
  if (!isForced || !existsSync(place)) return inputs
  const { PATH = '' }: Inputs = JSON.parse(readFileSync(join(place, 'environment'), 'utf8'))
  const server: InstalledServer = installedServer(place)
  const given = (name: string) => (inputs[name] ?? '').trim()
  const lines = (name: string) =>
    given(name)
      .split('\n')
      .map(line => line.trim())
  const [user, password, host, port, socket] = ['user', 'password', 'host', 'port', 'socket'].map(name =>
    given(`mysql-${name}`),
  )
  const access = {
    ...(user ? { user } : {}),
    ...(user && password !== undefined ? { password } : {}),
    ...(host ? { host } : {}),
    ...(port ? { port: Number(port) } : {}),
    ...(socket ? { socket } : {}),
  }
  const words: [string, string][] = [
    ['job', 'backup'],
    ...(action === 'restore' ? [['job', 'restore'] as [string, string]] : []),
    ...lines('paths').flatMap(line =>
      line.split('=').map((path): [string, string] => ['path', path.replace(/(.)\/+$/, '$1')]),
    ),
    ...[...lines('databases'), '*'].map((name): [string, string] => ['database', name]),
    ['exclude', '*'],
    ...(given('mirror-dir') === '' ? [] : [['mirror', given('mirror-dir')] as [string, string]]),
    ...lines('dump-options').map((option): [string, string] => ['argument', option]),
    ...['before-command', 'after-command'].map((name): [string, string] => ['command', inputs[name] ?? '']),
    ...(user ? optionFileLines(access).map((line): [string, string] => ['option', line]) : []),
    ['tools', PATH],
  ]
  const text = words.map(([key, value]) => `${key}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`)
  // Without "paths" a restore takes what the backup had.
  const before = existsSync(server.configuration) ? readFileSync(server.configuration, 'utf8').split('\n') : []
  const kept = action === 'restore' ? before.filter(line => line.startsWith('path=')) : []
  server.configure([...text, ...kept])
  const login = ['mysql-user', 'mysql-password', 'mysql-host', 'mysql-port', 'mysql-socket']
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !user || !login.includes(name)))
}
