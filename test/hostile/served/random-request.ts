import { encodeRequest } from '../../../src/server/request'
import { serverJobs } from '../../../src/server/server-script'
import { clientSettings } from '../../../src/sources/mysql/client/client-settings'
import { baseOptions } from '../../../src/sources/mysql/dump/dump-arguments'
import type { Random } from '../random'
import type { Target } from './thief'
import type { Attempt } from './traced'

/** What arrives at a forced command: a script that is dropped, a request, and data behind it. */
export function randomAttempt(random: Random, target: Target): Attempt {
  const nonce = random.once(20) ? random.pick(['$(touch x)', '', 'AB', 'ab cd']) : '0123456789abcdef01234567'
  const job = random.once(12) ? word(random, target) : random.pick(jobs)
  const isUseful = random.once(25)
  const lines: [string, string][] = [
    ['nonce', nonce],
    ['job', job],
    ...(isUseful ? usefulLines(random, target, job) : []),
  ]
  for (let count = random.below(isUseful ? 3 : 9); count > 0; count--) lines.push(randomLine(random, target))
  const script = random.once(4)
    ? `touch '${target.canary}/script'
`
    : ''
  const length = random.once(15)
    ? random.pick(['-1', '', '99999999', '0x10', '1;id', '08', ' 3', `${script.length}\r`])
    : String(script.length)
  const request = Buffer.from(encodeRequest(random.once(20) ? shuffled(random, lines) : lines), 'latin1')
  const sent = random.once(4) ? spoil(random, request) : request
  const behind = random.pick(['release\n', '', `${word(random, target)}\n`])
  return {
    input: Buffer.concat([Buffer.from(`${length}\n${script}`), sent, Buffer.from(behind)]),
    command: random.pick(['id', 'rsync --server . /', 'internal-sftp', 'exec sh', word(random, target)]),
  }
}

/** A dump that the key may take: what is asked of the tools then is looked at too, however few requests are made. */
export function honestDump(random: Random, target: Target): Attempt {
  const lines: [string, string][] = [
    ['nonce', '0123456789abcdef01234567'],
    ['job', 'open-dump'],
    ...usefulLines(random, target, 'open-dump'),
  ]
  return { input: Buffer.concat([Buffer.from('0\n'), Buffer.from(encodeRequest(lines), 'latin1')]), command: 'id' }
}

/** Most of an honest request, so that what is behind all checks is met as well. */
function usefulLines(random: Random, target: Target, job: string): [string, string][] {
  const argument = (value: string): [string, string] => ['argument', value]
  const database = random.pick(target.databases)
  const shared: [string, string][] = [
    ['lock', 'lock-0'],
    ['owner', 'run 1'],
    ['compression', random.pick(['gzip', 'none'])],
  ]
  if (job === 'open-dump') return [...shared, ...[...baseOptions, '--', database].map(argument)]
  const folders: [string, string][] = [
    ['path', target.paths[0]],
    ['mirror', '~/.make-a-backup/mirror'],
  ]
  if (job === 'open-archive') return [...shared, ...folders]
  return [...shared, ...folders, ['database', hex(database)], ...clientSettings.map(argument)]
}

const jobs = serverJobs as readonly string[] as [string, ...string[]]

const keys = [
  ...['path', 'exclude', 'mirror', 'database', 'everything', 'option', 'argument', 'structure', 'bandwidth'],
  ...['compare', 'compression', 'level', 'allow-empty', 'estimate', 'traits', 'lock', 'owner', 'wait-seconds'],
  ...['location', 'text', 'staging', 'swap', 'user', 'group', 'flavor', 'nonce', 'job'],
] as const

function randomLine(random: Random, target: Target): [string, string] {
  const key = random.once(12) ? word(random, target) : oneOf(random, keys)
  return [key.replace(/[\n=]/g, ''), likelyValue(random, target, key)]
}

/** Mostly of the right shape, so that what is behind the first check is met as well. */
function likelyValue(random: Random, target: Target, key: string): string {
  if (random.once(3)) return word(random, target)
  const { canary, databases, mirror } = target
  switch (key) {
    case 'path':
      return pathTrick(random, target)
    case 'mirror':
      return random.pick(['', mirror, `${mirror}/`, `${mirror}/../canary`, '~/.make-a-backup/mirror', canary])
    case 'database':
      return oneOf(random, [
        ...[hex(databases[0]), hex(databases[1]), hex('mysql'), hex('x'), hex(databases[0]).slice(1)],
        ...[hex(databases[0]).toLowerCase(), `${hex('shop')}' OR '1`, '', hex('shop`.`t'), '0'.repeat(2_001)],
      ])
    case 'argument':
    case 'structure':
      return dumpArgument(random, target)
    case 'exclude':
      return random.pick(['!', '+ /etc/', '- *', '. /etc/shadow', '/*', `x\n!\ny`, ': .rsync-filter'])
    case 'lock':
      return random.pick(['lock-0', 'lock-', 'mirror', '', '.', '../../x', `${canary}/lock`, 'lock-0/../..'])
    case 'owner':
      return random.pick(['run 1', '', `x\n@0123456789abcdef01234567 done`])
    case 'staging':
      return random.pick([`${canary}/.x.restoring-1`, '/etc/.x.restoring-1'])
    case 'swap':
      return `${canary}/tree/x\t${target.paths[0]}\t${target.paths[0]}.before-restore-1`
    case 'wait-seconds':
      return random.pick(['0', '00', '-1', '', '9999999999'])
    case 'job':
      return random.pick(jobs)
    default:
      return random.pick(['yes', 'gzip', 'none', '1', '0', '', 'never', 'Monday', 'mysql'])
  }
}

function pathTrick(random: Random, { paths, canary }: Target): string {
  const path = oneOf(random, paths)
  return oneOf(random, [
    ...[path, path, path, canary, '/', '/etc', `${path}/`, `${path}/..`, `${path}//uploads`, `/${path}`, `${path}/.`],
    ...[`${path}/../canary`, `${path}/link`, `${path}/link/secret`, `/proc/self/root${canary}`, '/proc/self/cwd'],
    ...[
      '~',
      '.',
      path.slice(1),
      path.toUpperCase(),
      `${path}\n${canary}`,
      `${canary}\n${path}`,
      `${path}\r`,
      `-${path}`,
    ],
  ])
}

const oneOf = (random: Random, list: readonly string[]) => list[random.below(list.length)] ?? ''

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()

function dumpArgument(random: Random, { databases, canary }: Target): string {
  return oneOf(random, [
    ...['--single-transaction', '--routines', '--', '--', databases[0], databases[1], 'mysql', 'MySQL', 'sys'],
    ...[
      `--result-file=${canary}/dump`,
      `-r${canary}/dump`,
      `--tab=${canary}`,
      `-T${canary}`,
      '-A',
      '-B',
      '-h192.0.2.1',
    ],
    ...[`--log-error=${canary}/log`, `--plugin-dir=${canary}`, `--defaults-extra-file=${canary}/x`, '--host=192.0.2.1'],
    ...[`--debug=d:o,${canary}/trace`, '--where=1 INTO OUTFILE "/tmp/x"', '--where=(SELECT LOAD_FILE("/etc/shadow"))'],
    ...[`--ignore-table=${databases[0]}.t`, '--max-allowed-packet=1G', `--max-allowed-packet=$(touch ${canary}/x)`],
    ...[
      '--all-databases',
      '--batch',
      '--database=mysql',
      `--tee=${canary}/tee`,
      '--execute=system id',
      '--init-command=x',
    ],
    ...[`--result_file=${canary}/dump`, `--resu=${canary}/x`, `--loose-result-file=${canary}/x`, '--skip-host'],
    ...[
      `--set-variable=plugin-dir=${canary}`,
      `--loose_tab=${canary}`,
      '--skip-ssl',
      '--skip_ssl',
      '--ssl-key=/etc/shadow',
    ],
  ])
}

function word(random: Random, { canary, paths }: Target): string {
  return oneOf(random, [
    ...[`$(touch ${canary}/x)`, `\`touch ${canary}/x\``, `; touch ${canary}/x;`, `x\ntouch ${canary}/x\n`],
    ...[`' ; touch ${canary}/x ; '`, `"; touch ${canary}/x ; "`, `--rsh=sh -c "touch ${canary}/x"`, '-e sh'],
    ...['\\0\\c\\x41', '\\', '\\n\\n', '%s%n%b', '*', '../..', `${paths[0]}/../..`, '/etc/shadow', '-', '--'],
    ...[`${String.fromCharCode(1 + random.below(31))}\u00e4\u00ff`, '\u00c3', '\u00e2\u0082', '\r', '\t', '\u001b[2J'],
    ...['@0123456789abcdef01234567 done', '', 'x'.repeat(random.below(2_000)), 'yes\nnonce=ff\njob=run-command'],
    // Seldom: a shell reads it byte by byte.
    random.once(40) ? 'x'.repeat(200_000) : 'x',
  ])
}

function shuffled<T>(random: Random, list: readonly T[]): T[] {
  const rest = [...list]
  return list.flatMap(() => rest.splice(random.below(rest.length), 1))
}

/** A byte of it is another one, or it is cut off, or has more of what ends a line. */
function spoil(random: Random, request: Buffer): Buffer {
  const at = random.below(request.length)
  const [before, behind] = [request.subarray(0, at), request.subarray(at)]
  const odd = () => Buffer.from([random.once(3) ? 0 : random.below(256)])
  return random.pick([
    () => before,
    () => Buffer.concat([before, Buffer.from('\n'), behind]),
    () => Buffer.concat([before, odd(), behind]),
    () => Buffer.concat([before, odd(), behind.subarray(1)]),
    () => Buffer.from(request.toString('latin1').replaceAll('\n', '\r\n'), 'latin1'),
    () => Buffer.concat([request.subarray(0, -1), request]),
  ])()
}
