import { createHash } from 'node:crypto'
import type { ArtifactBaseline, Baseline } from '../../../src/repository/guards/baseline'
import type { DatabaseArtifact, FilesArtifact, Manifest } from '../../../src/repository/manifest/manifest'

/** A table whose fingerprint stands for `rows`. */
export function aTable(name: string, bytes = 1000, rows = 'some') {
  return { name, bytes, sha256: createHash('sha256').update(rows).digest('hex') }
}

/** What the database of a small shop was; a test overrides what it is about. Counts follow from the lists. */
export function aDatabaseBaseline(overrides: Partial<ArtifactBaseline> = {}): ArtifactBaseline {
  const given = {
    parts: [aTable('customers'), aTable('orders', 5000), aTable('products')],
    names: { view: ['sales'], trigger: ['On_Order'], routine: ['procedure tidy'], event: [] },
    ...overrides,
  }
  const names: ArtifactBaseline['names'] = given.names
  return {
    kind: 'database',
    name: 'database',
    source: 'shop',
    bytes: 12_000,
    contentBytes: 100_000,
    counts: {
      table: given.parts.length,
      view: names['view']?.length ?? 0,
      trigger: names['trigger']?.length ?? 0,
      routine: names['routine']?.length ?? 0,
      event: names['event']?.length ?? 0,
    },
    ...given,
  }
}

/** The same artifact of which only numbers are known. */
export function withoutNames({ parts: _, ...artifact }: ArtifactBaseline): ArtifactBaseline {
  return { ...artifact, names: {} }
}

export function aFilesBaseline({
  files = 2521,
  paths = ['/var/www/html'],
  ...overrides
}: Partial<ArtifactBaseline> & { files?: number; paths?: string[] } = {}): ArtifactBaseline {
  return {
    kind: 'files',
    name: 'codebase',
    source: '',
    bytes: 240_000,
    contentBytes: 1_000_000,
    counts: { file: files, directory: 300, 'symbolic link': 2 },
    names: { folder: paths },
    ...overrides,
  }
}

export function aBaseline(artifacts: Baseline['artifacts'] = [aDatabaseBaseline(), aFilesBaseline()]): Baseline {
  return { slot: 'Monday-12-00', takenAt: '2026-11-23T12:05:02.120Z', artifacts }
}

/** A stored recovery point of the same shop. */
export function aManifest(overrides: Partial<Manifest> = {}): Manifest {
  return {
    format: 'make-a-backup/1',
    slot: 'Monday-12-00',
    state: 'complete',
    verdict: 'good',
    startedAt: '2026-11-23T12:05:02.120Z',
    finishedAt: '2026-11-23T12:06:00.000Z',
    timezone: 'UTC',
    host: 'web1.example.com',
    prefix: 'web1',
    run: { repository: 'acme/shop', id: '1', attempt: '1', event: 'schedule', url: '' },
    tool: { name: 'make-a-backup', version: '1.0.0' },
    server: { os: 'Debian GNU/Linux 12' },
    artifacts: [aDatabaseArtifact(), aFilesArtifact()],
    warnings: [],
    ...overrides,
  }
}

export function aDatabaseArtifact(content: Partial<DatabaseArtifact['content']> = {}): DatabaseArtifact {
  return {
    ...stored('database', 'sql'),
    kind: 'database',
    database: 'shop',
    content: {
      bytes: 100_000,
      sha256: 'a'.repeat(64),
      tables: [aTable('customers'), aTable('orders', 5000)],
      ...{ views: 1, triggers: 2, routines: 0, events: 0 },
      ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' },
      ...content,
    },
  }
}

export function aFilesArtifact(): FilesArtifact {
  return {
    ...stored('codebase', 'tar'),
    kind: 'files',
    paths: ['/var/www/html'],
    content: { bytes: 1_000_000, sha256: 'b'.repeat(64), files: 2521, directories: 300, links: 2 },
  }
}

function stored(name: string, type: string) {
  return {
    name,
    key: `running-backups/Monday-12-00.${name}.${type}.gz`,
    bytes: 12_000,
    sha256: 'c'.repeat(64),
    etag: 'e',
    versionId: null,
    compression: 'gzip' as const,
    startedAt: '2026-11-23T12:05:10.000Z',
    finishedAt: '2026-11-23T12:05:40.000Z',
  }
}
