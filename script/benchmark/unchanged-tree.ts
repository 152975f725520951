import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { makeTree } from './data'
import { runOurs } from './ours'
import { type Section, seconds, table } from './report-rows'
import { streamMs } from './stored-manifest'

/** A repeat run over many small files of which none changed: the whole action against its parts run by hand. */
export async function benchTree({ services, options, folder, say }: BenchPlace): Promise<Section[]> {
  const { treeFiles } = options
  say(`Making ${treeFiles.toLocaleString('en')} small files`)
  const tree = join(folder, 'tree')
  const mirror = join(folder, 'mirrors/tree')
  await makeTree(tree, treeFiles)
  const inputs = { paths: tree, 'mirror-dir': mirror, compression: 'none' }
  const [first, again] = await withBucket(services.s3, async bucket => {
    const one = await runOurs(services, options, bucket.name, inputs)
    return [one, await runOurs(services, options, bucket.name, inputs)] as const
  })
  const rsync = await timed('rsync', [
    '-aHR',
    '--delete',
    '--delete-excluded',
    '--numeric-ids',
    `${tree}/`,
    `${mirror}/`,
  ])
  const tar = await timed('bash', ['-c', 'tar -C "$1" -cf - . | cat >/dev/null', 'bash', mirror])
  const hour = await unchangedHour(services, options, inputs)
  const scan = await timed('bash', [
    ...['-c', 'tar --listed-incremental="$2" -C "$1" -cf - . | cat >/dev/null'],
    ...['bash', mirror, await snapshotOf(mirror, folder)],
  ])
  const bytes = first.artifacts[0]?.content.bytes ?? 0
  const what = `${treeFiles.toLocaleString('en')} files, an archive of ${(bytes / 1e6).toFixed(0)} MB`
  const heading = [what, 'wall']
  const rows = [
    ['make-a-backup, first run', seconds(first.usage.wallMs)],
    ['make-a-backup, repeat run', seconds(again.usage.wallMs)],
    ["`rsync`, the action's options, nothing to do", seconds(rsync)],
    ['`tar` of the mirror into a pipe', seconds(tar)],
    ['make-a-backup with full-every, nothing to do', seconds(hour.wallMs)],
    ['of that, its job on the server', seconds(hour.jobMs)],
    ['`tar --listed-incremental`, nothing to do', seconds(scan)],
  ]
  for (const row of rows) say(`tree: ${row.join(' ')}`)
  const measured = [
    ...(treeFiles < 100_000
      ? []
      : [{ what: 'An unchanged hour', figure: hour.jobMs / (rsync + scan), limit: 1.3, unit: ' × of rsync and tar' }]),
    { what: 'An unchanged hour sends', figure: (100 * hour.sentBytes) / bytes, limit: 1, unit: ' %' },
  ]
  return [{ title: 'An unchanged tree of small files', lines: table(heading, rows), measured }]
}

/** The run behind one that made a base. */
async function unchangedHour(
  services: BenchPlace['services'],
  options: BenchPlace['options'],
  inputs: Readonly<Record<string, string>>,
) {
  return withBucket(services.s3, async bucket => {
    await runOurs(services, options, bucket.name, { ...inputs, 'full-every': 'week' })
    const { usage, artifacts } = await runOurs(services, options, bucket.name, { ...inputs, 'full-every': 'week' })
    const [archive] = artifacts
    if (archive === undefined) throw new Error('There is no archive.')
    return { wallMs: usage.wallMs, jobMs: streamMs(archive), sentBytes: archive.bytes }
  })
}

/** One of `tar --listed-incremental`, for the next one. */
async function snapshotOf(mirror: string, folder: string): Promise<string> {
  const snapshot = join(folder, 'snapshot')
  await timed('bash', [
    '-c',
    'tar --listed-incremental="$2" -C "$1" -cf - . | cat >/dev/null',
    'bash',
    mirror,
    snapshot,
  ])
  return snapshot
}

function timed(file: string, args: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'ignore' })
    child.once('error', reject)
    child.once('close', code =>
      code === 0 ? resolve(performance.now() - startedAt) : reject(new Error(`${file} ended with ${code}.`)),
    )
  })
}
