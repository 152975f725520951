import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installedServer } from '../../servers/installed-server'

/** A server with an installed copy, a site whose user helps the thief of the key, and what nobody may touch. */
export interface Target {
  folder: string
  /** Allowed: a folder, one in it, and one that another user has replaced by a link (where the test is root). */
  paths: readonly [string, string, string]
  databases: readonly [string, string]
  mirror: string
  /** Where nothing may be read, written or run. */
  canary: string
  tools: string
  home: string
  command: string
  /** Of `serve`: the folder of its configuration. */
  program: string
  settings: string
  environment: Readonly<Record<string, string>>
  /** Writes another configuration: one `key=value` per line. */
  configure(lines: readonly string[]): void
  /** What each database program was asked for: the words of each call. */
  asked(): string[][]
  close(): void
}

export function openTarget(): Target {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'served-')))
  const at = (name: string) => join(folder, name)
  for (const name of ['site/uploads', 'canary', 'home', 'mirror', 'tools', 'requests']) {
    mkdirSync(at(name), { recursive: true })
  }
  for (const file of ['site/index.php', 'site/uploads/photo', 'canary/secret']) writeFileSync(at(file), 'text')
  symlinkSync(at('canary'), at('site/link'))
  symlinkSync(at('canary'), at('replaced'))
  if (process.getuid?.() === 0) lchownSync(at('replaced'), 65534, 65534)
  // In place of the real ones: what they are asked for is what counts.
  const asking = `#!/bin/sh\nprintf '%s\\n' "$0" "$@" "" >>'${folder}/asked'\ncat >/dev/null\n`
  for (const [name, text] of [
    ['mariadb', asking],
    ['mariadb-dump', asking],
    ['php', '#!/bin/sh\n'],
    // The shell that answers the next requests would have the lowest priority, too.
    ['renice', '#!/bin/sh\n'],
    // The job would end as soon as its input does, since its runner is gone then.
    ['setsid', '#!/bin/sh\nexec "$@"\n'],
  ] as const) {
    writeFileSync(join(at('tools'), name), text)
    chmodSync(join(at('tools'), name), 0o755)
  }
  const server = installedServer(at('installed'))
  const databases = ['shop', 'we`ird%'] as const
  const paths = [at('site'), at('site/uploads'), ...(process.getuid?.() === 0 ? [at('replaced')] : [])]
  server.configure([
    ...['job=backup', 'exclude=*', `mirror=${at('mirror')}`, 'option=user=root'],
    ...[...paths.map(path => `path=${path}`), ...databases.map(name => `database=${name}`)],
    `tools=${at('tools')}:/usr/sbin:/usr/bin:/sbin:/bin`,
  ])
  return {
    ...{ folder, databases, command: server.command, configure: server.configure },
    paths: [at('site'), at('site/uploads'), at('replaced')],
    ...{ mirror: at('mirror'), canary: at('canary'), tools: at('tools'), home: at('home') },
    program: at('installed/lib/make-a-backup/server.sh'),
    settings: at('installed/settings'),
    environment: { PATH: `${at('tools')}:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: at('home') },
    asked: () => {
      if (!existsSync(at('asked'))) return []
      const calls = readFileSync(at('asked'), 'latin1').trimEnd().split('\n\n')
      return calls.map(words => words.split('\n').slice(1))
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}
