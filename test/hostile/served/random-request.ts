import { encodeRequest } from '../../../src/server/request'
import { serverJobs } from '../../../src/server/server-script'
import type { Random } from '../random'

/** What a thief of the key knows of the server, right and wrong. */
export interface Known {
  path: string
  database: string
  mirror: string
  /** Where nothing may be written. */
  canary: string
}

/** What arrives at a forced command: a script that is dropped, a request, and data behind it. */
export function randomRequest(random: Random, known: Known): Buffer {
  const lines: [string, string][] = [
    ['nonce', random.once(20) ? '$(touch x)' : '0123456789abcdef01234567'],
    ['job', random.once(8) ? word(random, known) : random.pick(jobs)],
  ]
  for (let count = random.below(9); count > 0; count--) lines.push(randomLine(random, known))
  const script = random.once(3) ? '' : `touch '${known.canary}/script'\n`
  const length = random.once(15) ? random.pick(['-1', '', '99999999', '0x10', '1;id']) : String(script.length)
  const request = encodeRequest(lines)
  return Buffer.from(`${length}\n${script}${random.once(6) ? spoil(random, request) : request}${word(random, known)}\n`)
}

const jobs = serverJobs as readonly string[] as [string, ...string[]]

const keys = [
  'path',
  'exclude',
  'mirror',
  'database',
  'everything',
  'option',
  'argument',
  'structure',
  'bandwidth',
  'compare',
  'compression',
  'level',
  'allow-empty',
  'estimate',
  'lock',
  'owner',
  'wait-seconds',
  'location',
  'text',
  'staging',
  'swap',
  'user',
  'group',
] as const

function randomLine(random: Random, known: Known): [string, string] {
  const key = random.once(12) ? word(random, known) : random.pick(keys)
  return [key.replace(/[\n=]/g, ''), likelyValue(random, known, key)]
}

/** Mostly of the right shape, so that what is behind the first check is met as well. */
function likelyValue(random: Random, known: Known, key: string): string {
  if (random.once(3)) return word(random, known)
  const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
  switch (key) {
    case 'path':
      return random.pick([known.path, known.path, known.canary, `${known.path}/..`, `${known.path}/link`])
    case 'mirror':
      return random.pick(['', known.mirror, '~/.make-a-backup/mirror', known.canary])
    case 'database':
      return random.pick([hex(known.database), hex('mysql'), "' OR '1", hex('x')])
    case 'argument':
    case 'structure':
      return dumpArgument(random, known)
    case 'lock':
      return random.pick(['lock-0', '../../x', `${known.canary}/lock`])
    case 'staging':
      return random.pick([`${known.canary}/.x.restoring-1`, '/etc/.x.restoring-1'])
    case 'swap':
      return `${known.canary}/tree/x\t${known.path}\t${known.path}.before-restore-1`
    case 'wait-seconds':
      return random.pick(['0', '00', '-1', '9999999999'])
    default:
      return random.pick(['yes', 'gzip', 'none', '1', '0', '', 'never', 'Monday'])
  }
}

function dumpArgument(random: Random, { database, canary }: Known): string {
  return random.pick([
    '--single-transaction',
    '--routines',
    '--',
    '--',
    database,
    'mysql',
    `--result-file=${canary}/dump`,
    `-r${canary}/dump`,
    `--tab=${canary}`,
    `--log-error=${canary}/log`,
    `--plugin-dir=${canary}`,
    `--defaults-extra-file=${canary}/x`,
    '--host=192.0.2.1',
    `--debug=d:o,${canary}/trace`,
    '--where=1 INTO OUTFILE "/tmp/x"',
    `--ignore-table=${database}.t`,
    '--max-allowed-packet=1G',
    `--max-allowed-packet=$(touch ${canary}/x)`,
    '--all-databases',
    '--batch',
    '--database=mysql',
    `--tee=${canary}/tee`,
    '--execute=system id',
  ])
}

function word(random: Random, { canary, path }: Known): string {
  return random.pick([
    `$(touch ${canary}/x)`,
    `\`touch ${canary}/x\``,
    `; touch ${canary}/x;`,
    `x\ntouch ${canary}/x\n`,
    `' ; touch ${canary}/x ; '`,
    `--rsh=sh -c "touch ${canary}/x"`,
    `-e sh`,
    `\\0\\c\\x41`,
    `*`,
    `../..`,
    `${path}/../..`,
    `/etc/shadow`,
    `${String.fromCharCode(1 + random.below(31))}\u00e4\ufffd`,
    '@0123456789abcdef01234567 done',
    '',
    'x'.repeat(random.below(2_000)),
  ])
}

/** A byte of it is another one, or it is cut off, or has an empty line too early. */
function spoil(random: Random, request: string): string {
  const at = random.below(request.length)
  return random.pick([
    request.slice(0, at),
    `${request.slice(0, at)}\n${request.slice(at)}`,
    `${request.slice(0, at)}${String.fromCharCode(random.below(256))}${request.slice(at + 1)}`,
  ])
}
