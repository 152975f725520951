import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { makeTree } from './data'
import { runOurs } from './ours'
import { type Section, seconds, table } from './report-rows'

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
  const bytes = first.artifacts[0]?.content.bytes ?? 0
  const what = `${treeFiles.toLocaleString('en')} files, an archive of ${(bytes / 1e6).toFixed(0)} MB`
  const heading = [what, 'wall']
  const rows = [
    ['make-a-backup, first run', seconds(first.usage.wallMs)],
    ['make-a-backup, repeat run', seconds(again.usage.wallMs)],
    ["`rsync`, the action's options, nothing to do", seconds(rsync)],
    ['`tar` of the mirror into a pipe', seconds(tar)],
  ]
  for (const row of rows) say(`tree: ${row.join(' ')}`)
  return [{ title: 'An unchanged tree of small files', lines: table(heading, rows) }]
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
