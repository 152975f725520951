import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A server that has make-a-backup installed, as far as a forced command goes. */
export interface InstalledServer {
  /** The only command of the key. */
  command: string
  /** The file with what the key may do. */
  configuration: string
  /** Writes it: one `key=value` per line. */
  configure(lines: readonly string[]): void
}

/** Puts the program of `dist/` into a folder, in place of root's own ones; `version`: what it says of itself. */
export function installedServer(folder: string, { version }: { version?: string } = {}): InstalledServer {
  const library = join(folder, 'lib/make-a-backup')
  const settings = join(folder, 'settings')
  const program = join(library, 'server.sh')
  const configuration = join(settings, 'web1.conf')
  mkdirSync(library, { recursive: true })
  mkdirSync(settings, { recursive: true })
  copyFileSync(join(__dirname, '../../dist/server.sh'), program)
  if (version !== undefined) {
    writeFileSync(program, readFileSync(program, 'utf8').replace(/^version=.*$/m, `version=${version}`))
  }
  return {
    command: `exec sh '${program}' serve '${settings}' web1`,
    configuration,
    configure: lines => writeFileSync(configuration, `# Of a test.\n${lines.join('\n')}\n`, { mode: 0o600 }),
  }
}

/** The options of `install` of a key in authorized_keys: nothing but this command. */
export function forcedKey(authorizedKeys: string, command: string): string {
  return authorizedKeys.replace(/^(?:restrict,command="[^"]*" )?(ssh-)/gm, `restrict,command="${command}" $1`)
}
