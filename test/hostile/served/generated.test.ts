import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeRequest } from '../../../src/server/request'
import { baseOptions } from '../../../src/sources/mysql/dump/dump-arguments'
import { refusedOptions } from '../../../src/sources/mysql/dump/refused-dump-options'
import { installedServer } from '../../servers/installed-server'
import { randomFrom } from '../random'
import { type Known, randomRequest } from './random-request'

const count = Number(process.env['HOSTILE_COUNT'] ?? 150)
const seed = Number(process.env['HOSTILE_SEED'] ?? 1)
const isTraced = process.env['HOSTILE_TRACE'] === 'yes'

let folder: string
let known: Known
let tools: string
let place: ReturnType<typeof installedServer>
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'served-')))
  const at = (name: string) => join(folder, name)
  for (const name of ['site', 'canary', 'home', 'mirror', 'tools', 'requests']) mkdirSync(at(name))
  writeFileSync(join(at('site'), 'index.php'), '<?php')
  symlinkSync(at('canary'), join(at('site'), 'link'))
  known = { path: at('site'), database: 'shop', mirror: at('mirror'), canary: at('canary') }
  tools = at('tools')
  // In place of the real ones: what they are asked for is what counts.
  for (const name of ['mariadb', 'mariadb-dump']) {
    writeFileSync(join(tools, name), `#!/bin/sh\nprintf '%s\\n' "$0" "$@" "" >>'${folder}/asked'\ncat >/dev/null\n`)
    chmodSync(join(tools, name), 0o755)
  }
  place = installedServer(at('installed'))
  place.configure([
    ...['job=backup', `path=${known.path}`, 'database=shop', `mirror=${known.mirror}`, 'exclude=*'],
    ...['option=user=root', `tools=${tools}:/usr/sbin:/usr/bin:/sbin:/bin`],
  ])
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const environment = (command = 'id') => ({
  ...{ PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: join(folder, 'home') },
  SSH_ORIGINAL_COMMAND: command,
})

/** Gives the forced command each of the requests, and returns what the kernel was asked for, if that is traced. */
function serveAll(requests: readonly Buffer[]): string[] {
  for (const [index, request] of requests.entries()) writeFileSync(join(folder, 'requests', String(index)), request)
  const loop = `for request in '${folder}'/requests/*; do (${place.command}) <"$request"; done >/dev/null 2>&1`
  const trace = join(folder, 'trace')
  const calls =
    'execve,open,openat,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat'
  const traced = ['strace', '-f', '-qq', '-s', '4096', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', trace]
  const [program = 'sh', ...words] = [...(isTraced ? traced : []), 'sh', '-c', loop]
  spawnSync(program, words, { env: environment('touch x; $(id)'), stdio: 'ignore' })
  return isTraced ? readFileSync(trace, 'utf8').split('\n') : []
}

/** Where a job may write: the mirror, locks, and what goes nowhere. */
function mayWrite(path: string): boolean {
  return (
    [known.mirror, join(folder, 'home/.make-a-backup'), join(folder, 'asked')].some(
      own => path === own || path.startsWith(`${own}/`),
    ) || /^\/dev\/(null|tty|fd\/\d+)$/.test(path)
  )
}

/** Calls that write elsewhere, or run what is not a tool. */
function violations(trace: readonly string[]): string[] {
  return trace.filter(line => {
    const [, call = '', path = ''] = /^\d+ +(\w+)\((?:AT_FDCWD, )?"((?:[^"\\]|\\.)*)"/.exec(line) ?? []
    if (call === '' || / = -1 /.test(line)) return false
    if (call === 'execve') return !/^\/(usr\/)?s?bin\/[a-z0-9[.-]+$/.test(path) && !path.startsWith(`${tools}/`)
    if (call.startsWith('open') && !/O_WRONLY|O_RDWR|O_CREAT/.test(line)) return false
    // Relative to the mirror or a folder of locks: programs that were started there.
    return path.startsWith('/') && !mayWrite(path)
  })
}

/** What each database program was asked for, without the options of every dump. */
function asked(): string[][] {
  const file = join(folder, 'asked')
  if (!existsSync(file)) return []
  const found = readFileSync(file, 'utf8').trimEnd().split('\n\n')
  return found.map(words => words.split('\n').slice(1))
}

const dumpRequest = (...words: string[]) =>
  Buffer.from(
    `0\n${encodeRequest([['nonce', 'ab'], ['job', 'open-dump'], ['compression', 'none'], ...words.map(value => ['argument', value] as const)])}`,
  )

const ask = (request: Buffer) =>
  spawnSync('sh', ['-c', place.command], { env: environment(), input: request, encoding: 'utf8' })

/** Of the real program: what its help lists, with a value where it takes one. */
function optionsOf(program: string): string[] {
  const help = execFileSync(program, ['--no-defaults', '--help'], { encoding: 'utf8' })
  return [...help.matchAll(/^ {2}(?:-., )?--([a-z0-9-]+)(\[?=)?/gm)].map(
    ([, name = '', value]) => `--${name}${value === undefined ? '' : `=${known.canary}/x`}`,
  )
}

describe('a key that can only take backups, in the hands of a thief', () => {
  it(`writes nowhere and runs nothing else, whatever is sent (${count} requests, seed ${seed})`, () => {
    const random = randomFrom(seed)
    const requests = Array.from({ length: count }, () => randomRequest(random, known))
    const trace = serveAll(requests)
    expect(violations(trace)).toEqual([])
    if (isTraced) expect(trace.filter(line => /execve\("[^"]*\/rsync"/.test(line)).length).toBeGreaterThan(0)
    expect(readdirSync(known.canary)).toEqual([])
    expect(readdirSync(known.path).sort()).toEqual(['index.php', 'link'])
    expect(readdirSync(folder).sort()).toEqual(expect.arrayContaining(['canary', 'home', 'installed', 'mirror']))
    const words = asked()
    // The generator reaches the tools, or it would prove nothing.
    expect(words.length).toBeGreaterThan(0)
    const odd = words
      .flat()
      .filter(each => each.includes(known.canary) || /^--(host|where|all-databases|tee)/.test(each))
    expect(odd).toEqual([])
    expect(readdirSync(join(folder, 'home')).filter(name => name !== '.make-a-backup')).toEqual([])
  })

  it('gets an ordinary dump, and no option of the dump tools that writes, loads or reads elsewhere', () => {
    expect(ask(dumpRequest(...baseOptions, '--', 'shop')).status).toBe(0)
    expect(asked().at(-1)).toEqual(['--defaults-file=/dev/fd/0', ...baseOptions, '--', 'shop'])
    const harmless =
      /^--(skip-)?(single-transaction|quick|routines|events|triggers|hex-blob|comments|no-tablespaces|no-data|no-autocommit|dump-history|extended-insert|complete-insert|tz-utc|dump-date|order-by-primary|lock-tables)$/
    const all = [
      ...optionsOf('mariadb-dump'),
      ...refusedOptions.flatMap(({ names }) => names.flatMap(name => [`--${name}`, `--${name}=${known.canary}/x`])),
    ].filter(option => !harmless.test(option) && !/^--ignore-table(-data)?=/.test(option))
    expect(all.length).toBeGreaterThan(150)
    const before = asked().length
    const passed = all.filter(option => !/@ab problem refused /.test(ask(dumpRequest(option, '--', 'shop')).stderr))
    expect(passed).toEqual([])
    expect(asked()).toHaveLength(before)
  })

  it('gets no other database, table file or argument behind the options', () => {
    for (const words of [['--', 'mysql'], ['shop'], ['--'], ['--routines'], ['--', 'shop', '--all-databases']]) {
      const { stderr, status } = ask(dumpRequest(...words))
      // Behind `--` a word is the name of a table, whatever it looks like.
      if (words.length === 3) expect(asked().at(-1)?.slice(1)).toEqual(words)
      else expect([status, stderr]).toEqual([69, expect.stringContaining('@ab problem refused ')])
    }
  })
})
