import type {
  RestoredDatabase,
  RestoredFolder,
  RestoreReport,
} from '../../../src/commands/restore/restore-report'

/** The report of a restore that went well, over a live site; a test overrides what it is about. */
export function aRestoreReport(overrides: Partial<RestoreReport> = {}): RestoreReport {
  return {
    result: 'restored',
    host: 'web1.example.com',
    store: { bucket: 'acme', prefix: 'running-backups' },
    snapshot: {
      name: 'Monday-13-00',
      takenAt: new Date('2026-11-23T13:05:02.120Z'),
      host: 'old.example.com',
      runUrl: '',
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

export function aRestoredDatabase(overrides: Partial<RestoredDatabase> = {}): RestoredDatabase {
  return {
    ...{ kind: 'database', database: 'shop', target: 'shop', bytes: 12_300_000, tables: 16 },
    ...{ holds: '16 tables, 2 views', before: 'holds 15 tables' },
    ...{ becomes: 'it is dumped into the bucket, then replaced', proof: '16 tables with every row, 2 views' },
    ...{ importMs: 50_000, compareMs: 10_000 },
    ...overrides,
  }
}

export function aRestoredFolder(overrides: Partial<RestoredFolder> = {}): RestoredFolder {
  return {
    ...{ kind: 'folder', path: '/var/www/html', target: '/var/www/html', bytes: 240_000_000, files: 2521 },
    ...{ holds: '2,521 files', before: 'is there and not empty', becomes: 'it is put aside' },
    ...{ proof: '2,521 files, 300 directories', importMs: 20_000 },
    kept: '/var/www/html.before-restore-2026-11-24T16-05-02Z',
    ...overrides,
  }
}
