import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Target } from './thief'

/** What arrives: standard input, and the command that the client wants to run. */
export interface Attempt {
  input: Buffer
  command: string
}

/** What the kernel saw of one batch. */
export interface Seen {
  /** Calls that write elsewhere, read what nobody may, or run what is no tool of a backup. */
  violations: string[]
  /** How often each program was started. */
  started: Map<string, number>
}

const calls =
  'execve,open,openat,openat2,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,truncate,chmod,fchmodat,fchownat,chown,lchown,mknod,mknodat'

/**
 * Gives the forced command each attempt, in one process after another that the kernel reports on. Every fiftieth comes as
 * from sshd, through a shell and a new program; the others are answered by copies of a shell that has read the program.
 */
export async function serveAll(target: Target, attempts: readonly Attempt[], isTraced: boolean): Promise<Seen> {
  const file = (name: string) => `${target.folder}/requests/${name}`
  for (const [index, { input, command }] of attempts.entries()) {
    writeFileSync(file(`${index}`), input)
    writeFileSync(file(`${index}.command`), `${command.replaceAll('\0', '').replaceAll('\n', ' ')}\n`)
  }
  const loop = [
    // Its functions alone.
    `exec 3>&-; set -- --version; . '${target.program}' >/dev/null; cd "$HOME"; at=0`,
    `while [ "$at" -lt ${attempts.length} ]; do`,
    `  IFS= read -r SSH_ORIGINAL_COMMAND <'${file('')}'"$at.command"; export SSH_ORIGINAL_COMMAND`,
    `  if [ "$((at % 50))" = 0 ]; then sh -c "$FORCED" <'${file('')}'"$at"`,
    `  else (serve '${target.settings}' web1 leading) <'${file('')}'"$at"; fi`,
    '  at=$((at + 1))',
    'done',
  ].join('\n')
  const words = ['sh', '-c', loop]
  const traced = ['strace', '-f', '-y', '-qq', '-s', '4096', '--seccomp-bpf', '-e', 'signal=none', '-o', '|cat >&3']
  const [program = 'sh', ...rest] = isTraced ? [...traced, '-e', `trace=${calls}`, ...words] : words
  const child = spawn(program, rest, {
    env: { ...target.environment, FORCED: target.command },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  const seen: Seen = { violations: [], started: new Map() }
  const begun = new Map<string, string>()
  for await (const line of createInterface({ input: child.stdio[3] as Readable, crlfDelay: Infinity })) {
    const whole = joined(line, begun)
    if (whole !== undefined) judge(whole, target, seen)
  }
  const status = await ended
  if (status !== 0) throw new Error(`The loop ended with ${status}.`)
  return seen
}

const words = /(?:(?:AT_FDCWD|\d+)<((?:[^>\\]|\\.)*)>(?:\(deleted\))?, )?"((?:[^"\\]|\\.)*)"/g

/** A call during which another process was heard of comes in two lines, the second with how it ended. */
function joined(line: string, begun: Map<string, string>): string | undefined {
  const [pid = ''] = line.split(' ', 1)
  if (line.endsWith(' <unfinished ...>')) {
    begun.set(pid, line.slice(0, -' <unfinished ...>'.length))
    return undefined
  }
  const [, end] = /^\d+ +<\.\.\. \w+ resumed>(.*)$/.exec(line) ?? []
  return end === undefined ? line : `${begun.get(pid) ?? ''}${end}`
}

function judge(line: string, target: Target, seen: Seen): void {
  const [, call = ''] = /^\d+ +(\w+)\(/.exec(line) ?? []
  if (call === '' || / = -1 E/.test(line)) return
  const paths = [...line.matchAll(words)].map(([, folder, path = '']) =>
    path.startsWith('/') || folder === undefined ? path : join(folder, path),
  )
  if (call === 'execve') {
    const program = paths[0] ?? ''
    seen.started.set(program, (seen.started.get(program) ?? 0) + 1)
    const words = paths.slice(1, [...paths, '--'].indexOf('--'))
    if (!isTool(program, target) || words.some(word => isOddWord(word, target))) seen.violations.push(line)
    return
  }
  const isReading = call.startsWith('open') && !/O_WRONLY|O_RDWR|O_CREAT/.test(line)
  // The first word of a symlink is what it says, and may be anything.
  const places = call.startsWith('symlink') ? paths.slice(1) : paths
  // What is relative to an unknown folder is seen by what is there in the end.
  const touched = places.filter(path => path.startsWith('/'))
  if (touched.some(path => (isReading ? isSecret(path, target) : !mayWrite(path, target)))) seen.violations.push(line)
}

const programs = new Set(
  `awk cat chmod cksum cut date dash dd df env find getcap getfacl getfattr grep gzip head id ls mariadb
   mariadb-dump mariadbd mawk mkdir mv mysql mysqldump od pigz ps
   readlink renice rm rmdir rsync sed sh sleep sort stat tail tar tr uname wc xargs zstd`.split(/\s+/),
)

function isTool(program: string, { tools }: Target): boolean {
  const [, name = ''] = /^\/(?:usr\/)?s?bin\/([^/]+)$/.exec(program) ?? []
  return programs.has(name) || program.startsWith(`${tools}/`)
}

/** Of a call of a database program: what no backup says. */
export function isOddWord(word: string, { canary }: Target): boolean {
  return (
    (word.startsWith('--') && word.includes(canary)) ||
    /^--(host|where|all-databases|tee|result|plugin|tab|execute|defaults-(?!file=.dev.fd))|^--\w+_/.test(word)
  )
}

function isSecret(path: string, { canary }: Target): boolean {
  return isIn(path, canary) || /^\/etc\/(g?shadow|sudoers)|\/\.ssh\/|\.my\.cnf$|\/debian\.cnf$/.test(path)
}

/** Where a job may write: the mirror, locks, and what goes nowhere. */
function mayWrite(path: string, { mirror, home, folder }: Target): boolean {
  return (
    [mirror, join(home, '.make-a-backup'), join(folder, 'asked')].some(own => isIn(path, own)) ||
    /^\/dev\/(null|tty|fd\/\d+)$/.test(path)
  )
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
