import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { type Artifact, type Manifest, manifestFormat } from '../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../src/repository/manifest/manifest-codec'
import { objectMetadata } from '../../../src/repository/manifest/object-metadata'
import { artifactKey, slotKeys } from '../../../src/repository/names/keys'
import { checkArchive } from '../../../src/sources/files/check/archive-check'
import { checkDump } from '../../../src/sources/mysql/check/dump-check'
import type { Store } from '../../../src/store/store'
import { archive, entry, folder } from '../sources/files/tars'
import { everything, mysqlDump } from '../sources/mysql/dumps'

export const prefix = 'running-backups'

export interface PointOptions {
  prefix?: string
  slot?: string
  startedAt?: string
  runId?: string
  verdict?: Manifest['verdict']
  dump?: string
  tar?: Buffer
  /** Last word on the manifest before it is written. */
  edit?: (manifest: Manifest) => void
}

/** A site of one folder with a file in it. */
const site = archive(
  folder('var/www/html/'),
  entry({ name: 'var/www/html/index.php', data: Buffer.from('<?php echo 1;') }),
  entry({ name: 'var/www/html/current', type: '2', link: 'index.php' }),
)

/**
 * Stores a recovery point as a backup does: sound objects with their metadata, and the manifest that describes them.
 */
export async function storePoint(store: Store, options: PointOptions = {}): Promise<Manifest> {
  const { prefix: folderName = prefix, slot = 'Monday-13-00', startedAt = '2026-11-23T13:05:00.000Z' } = options
  const { runId = '123', dump = everything, tar = site } = options
  const run = { repository: 'acme/shop', id: runId, attempt: '1', event: 'schedule', url: '' }
  const metadata = objectMetadata({ slot, run, startedAt })
  const put = async (name: string, kind: Artifact['kind'], content: Buffer) => {
    const key = artifactKey(folderName, slot, name, kind, { compression: 'gzip' })
    const bytes = gzipSync(content)
    const { etag } = await putBytes(store, key, bytes, metadata)
    return {
      ...{ name, key, bytes: bytes.length, sha256: sha256Of(bytes), etag, versionId: null },
      ...{ compression: 'gzip' as const, startedAt, finishedAt: startedAt },
    }
  }
  const manifest: Manifest = {
    ...{ format: manifestFormat, slot, state: 'complete', verdict: options.verdict ?? 'good' },
    ...{ startedAt, finishedAt: startedAt, timezone: 'UTC', host: 'web1.example.com', prefix: folderName, run },
    tool: { name: 'make-a-backup', version: '1.0.0' },
    server: { os: 'Debian GNU/Linux 12' },
    artifacts: [
      {
        ...(await put('database', 'database', Buffer.from(dump))),
        ...{ kind: 'database', database: 'shop', content: dumpFacts(dump) },
      },
      {
        ...(await put('codebase', 'files', tar)),
        ...{ kind: 'files', paths: ['/var/www/html'], content: tarFacts(tar) },
      },
    ],
    warnings: [],
  }
  options.edit?.(manifest)
  await store.putText(slotKeys(folderName, slot).manifest, serializeManifest(manifest), {
    contentType: 'application/json',
  })
  return manifest
}

/** Puts bytes under a key, whatever they are. */
export async function putBytes(
  store: Store,
  key: string,
  bytes: Buffer,
  metadata: Readonly<Record<string, string>> = {},
): Promise<{ etag: string }> {
  const id = await store.createUpload(key, { contentType: 'application/octet-stream', metadata })
  const etag = await store.uploadPart(key, id, 1, bytes)
  return store.completeUpload(key, id, [etag], bytes.length)
}

/** A dump of the one table `orders`. */
export function ordersDump(inserts: string): string {
  return mysqlDump(`DROP TABLE IF EXISTS \`orders\`;\nCREATE TABLE \`orders\` (\n  \`id\` int\n);\n${inserts}`)
}

export function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function dumpFacts(dump: string) {
  const check = checkDump({ passes: 'one or two' })
  check.write(Buffer.from(dump))
  const { views, triggers, routines, events, ...facts } = check.finish()
  return {
    ...facts,
    ...{ views: views.length, triggers: triggers.length, routines: routines.length, events: events.length },
    objects: { views, triggers, routines, events },
    ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' },
  }
}

function tarFacts(tar: Buffer) {
  const check = checkArchive({ paths: ['var/www/html'] })
  check.write(tar)
  const { bytes, sha256, files, directories, links, specials } = check.finish()
  return { bytes, sha256, files, directories, links, specials }
}
