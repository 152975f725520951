import type { RestoreReport } from '../../../src/commands/restore/restore-result'
import type { RestoredItem } from '../../../src/sources/restore-item'

/** The report of a restore that went well, over a live site; a test overrides what it is about. */
export function aRestoreReport(overrides: Partial<RestoreReport> = {}): RestoreReport {
  return {
    result: 'restored',
    host: 'web1.example.com',
    store: { bucket: 'acme', prefix: 'running-backups' },
    point: {
      name: 'Monday-13-00',
      takenAt: new Date('2026-11-23T13:05:02.120Z'),
      host: 'old.example.com',
      runUrl: '',
      signer: 'SHA256:abc',
      isAuthentic: true,
    },
    startedAt: new Date('2026-11-24T16:05:02.120Z'),
    finishedAt: new Date('2026-11-24T16:06:40.002Z'),
    items: [aRestoredDatabase(), aRestoredFolder()],
    safetyKeys: ['running-backups/before-restore/2026-11-24T16-05-02Z.shop.database.sql.gz'],
    hasBegun: true,
    warnings: [],
    phases: [{ name: 'Connect', durationMs: 900 }],
    ...overrides,
  }
}

export function aRestoredDatabase(overrides: Partial<RestoredItem> = {}): RestoredItem {
  return {
    ...{ noun: 'database', name: 'shop', target: 'shop', bytes: 12_300_000, count: '16 tables' },
    ...{ holds: '16 tables, 2 views', before: 'holds 15 tables' },
    ...{
      becomes: 'it is dumped into the bucket, then replaced',
      proof: '16 tables with every row of the dump, 2 views',
    },
    ...{ durationMs: 60_000, kept: null },
    output: { kind: 'database', database: 'shop', target: 'shop', tables: 16 },
    ...overrides,
  }
}

export function aRestoredFolder(overrides: Partial<RestoredItem> = {}): RestoredItem {
  return {
    ...{ noun: 'folder', name: '/var/www/html', target: '/var/www/html', bytes: 240_000_000 },
    count: '2,521 files',
    ...{ holds: '2,521 files', before: 'exists and is not empty', becomes: 'it is replaced' },
    ...{ proof: '2,521 files, 300 directories', durationMs: 20_000 },
    kept: '/var/www/html.before-restore-2026-11-24T16-05-02Z',
    output: {
      ...{ kind: 'folder', path: '/var/www/html', target: '/var/www/html', files: 2521 },
      kept: '/var/www/html.before-restore-2026-11-24T16-05-02Z',
    },
    ...overrides,
  }
}
