import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeTreeSync } from './remove-tree-sync'
import { comparedModes, type Described, type Listing, listed } from './seen'

export const programs = ['GNU tar', 'busybox'] as const

export type Program = (typeof programs)[number] | 'bsdtar'

const isRoot = process.getuid?.() === 0

/** As the restore calls them: `unpack` in restore.sh. */
const commands: Readonly<Record<Program, readonly string[]>> = {
  'GNU tar': ['tar', '-xp', '--quoting-style=escape', '--numeric-owner', isRoot ? '--same-owner' : '--no-same-owner'],
  bsdtar: [
    'bsdtar',
    '-xp',
    isRoot ? '--same-owner' : '--no-same-owner',
    '--numeric-owner',
    '--no-xattrs',
    '--no-acls',
    '--no-fflags',
  ],
  busybox: ['busybox', 'tar', '-xp', ...(isRoot ? [] : ['-o']), '--numeric-owner'],
}

/** What a program unpacks of the folder `site`. `message`: '' when it ends well. */
export function unpacked(program: Program, bytes: Buffer): { listing: Listing; message: string } {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
  try {
    const tree = join(folder, 'tree')
    mkdirSync(tree)
    const command = commands[program]
    const { status, stderr } = spawnSync(
      'sh',
      ['-c', 'umask 000 && exec "$@"', 'sh', ...command, '-f', '-', '-C', tree, '--', 'site'],
      {
        input: bytes,
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
        maxBuffer: 1024 * 1024,
        timeout: 20_000,
      },
    )
    const message = status === 0 ? '' : `status ${status}: ${stderr.toString('latin1').slice(0, 500)}`
    return { listing: listed([...entriesIn(Buffer.from(tree), '')]), message }
  } finally {
    removeTreeSync(Buffer.from(folder))
  }
}

function* entriesIn(folder: Buffer, above: string): Generator<Described> {
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    const place = Buffer.concat([folder, Buffer.from('/'), name])
    const path = `${above}${name.toString('latin1')}`
    const stats = lstatSync(place)
    yield describe(path, stats, stats.isSymbolicLink() ? readlinkSync(place, { encoding: 'buffer' }) : undefined)
    if (!stats.isDirectory()) continue
    // A folder may deny everything to its owner.
    if (!isRoot) chmodSync(place, 0o700)
    yield* entriesIn(place, `${path}/`)
  }
}

function describe(path: string, stats: Stats, target: Buffer | undefined): Described {
  const kind = kindOf(stats)
  const isDevice = kind === 'b' || kind === 'c'
  return {
    ...{ path, kind },
    mode: stats.mode & comparedModes,
    owner: isRoot ? `${stats.uid}:${stats.gid}` : undefined,
    sizeBytes: kind === 'f' ? stats.size : 0,
    target: target?.toString('latin1') ?? '',
    device: isDevice ? deviceNumbers(stats.rdev) : '',
    file: stats.nlink > 1 && kind !== 'd' ? String(stats.ino) : path,
  }
}

function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'f'
  if (stats.isDirectory()) return 'd'
  if (stats.isSymbolicLink()) return 'l'
  if (stats.isFIFO()) return 'p'
  if (stats.isBlockDevice()) return 'b'
  return stats.isCharacterDevice() ? 'c' : 's'
}

/** As Linux packs them: makedev(3). */
function deviceNumbers(rdev: number): string {
  return `${(rdev >> 8) & 0xfff},${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`
}
