import type { ReportedArtifact, RunReport } from '../../../src/commands/backup/run-report'
import { filesCounts } from '../../../src/sources/files/check/archive-content'
import { databaseCounts } from '../../../src/sources/mysql/dump/database-counts'

/** The report of a good run of a small shop; a test overrides what it is about. */
export function aReport(overrides: Partial<RunReport> = {}): RunReport {
  return {
    result: 'good',
    slot: 'Monday-13-00',
    host: 'web1.example.com',
    store: { bucket: 'acme', prefix: 'running-backups' },
    servedBy: 'MariaDB 10.11.19',
    taken: 'the database and the files',
    startedAt: new Date('2026-11-23T13:05:02.120Z'),
    finishedAt: new Date('2026-11-23T13:06:40.002Z'),
    artifacts: [aDatabase(), someFiles()],
    warnings: [],
    manifestKey: 'running-backups/Monday-13-00.manifest.json',
    recovery: {
      commands: ['aws s3 cp s3://acme/a.tar - | tar -xpf - -C /'],
      note: 'Run as root on the server.',
    },
    phases: [
      { name: 'Connect', durationMs: 900 },
      { name: 'Dump and upload', durationMs: 92_000 },
    ],
    ...overrides,
  }
}

export function aDatabase(overrides: Partial<ReportedArtifact> = {}): ReportedArtifact {
  return {
    name: 'database',
    origins: ['shop'],
    key: 'running-backups/Monday-13-00.database.sql.gz',
    bytes: 12_300_000,
    sha256: 'd'.repeat(64),
    contentBytes: 57_800_000,
    counts: databaseCounts({ tables: 16, views: 7, triggers: 6, routines: 1, events: 0 }),
    durationMs: 14_000,
    ...overrides,
  }
}

export function someFiles(overrides: Partial<ReportedArtifact> = {}): ReportedArtifact {
  return {
    name: 'codebase',
    origins: ['/var/www/html'],
    key: 'running-backups/Monday-13-00.codebase.tar.gz',
    bytes: 240_000_000,
    sha256: 'c'.repeat(64),
    contentBytes: 612_000_000,
    counts: filesCounts({ files: 2521, directories: 300, links: 2 }),
    durationMs: 80_000,
    ...overrides,
  }
}
