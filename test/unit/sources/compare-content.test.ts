import { keyedDigest, plainDigest } from '../../../src/repository/encryption/recorded-digest'
import type { DatabaseArtifact, FilesArtifact } from '../../../src/repository/manifest/manifest'
import type { ArchiveSize } from '../../../src/sources/files/check/archive-content'
import { compareFiles } from '../../../src/sources/files/check/archive-reading'
import { compareDump } from '../../../src/sources/mysql/check/compare-dump'
import type { DumpContent } from '../../../src/sources/mysql/check/dump-content'

const sha256 = 'a'.repeat(64)
const digest = { bytes: 100, sha256 }
const stored = {
  ...{ bytes: 10, sha256, etag: '', versionId: null, compression: 'gzip' as const },
  ...{ startedAt: '2026-11-23T13:05:00.000Z', finishedAt: '2026-11-23T13:05:00.000Z' },
}

const fingerprint = (name: string) => ({ name, bytes: 5, sha256 })

function database(content: Partial<DatabaseArtifact['content']> = {}): DatabaseArtifact {
  return {
    ...{
      kind: 'database',
      name: 'database',
      database: 'shop',
      key: 'p/Monday-13-00.database.sql.gz',
      ...stored,
    },
    content: {
      ...{ ...digest, tables: [], views: 0, triggers: 0, routines: 0, events: 0 },
      ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci', ...content },
    },
  }
}

function files(content: Partial<FilesArtifact['content']> = {}): FilesArtifact {
  return {
    ...{ kind: 'files', name: 'codebase', paths: ['/srv'], key: 'p/Monday-13-00.codebase.tar.gz', ...stored },
    content: { ...digest, files: 1, directories: 1, links: 0, ...content },
  }
}

const compareDumpPlain = (told: DatabaseArtifact, found: DumpContent) => compareDump(told, found, plainDigest)
const compareFilesPlain = (told: FilesArtifact, found: ArchiveSize) => compareFiles(told, found, plainDigest)

const empty = { ...digest, longestStatementBytes: 100, tables: [], views: [], triggers: [], routines: [], events: [] }

describe('compareDump and compareFiles', () => {
  it('has nothing to say about what is equal, in whatever order', () => {
    const tables = [fingerprint('b'), fingerprint('a')]
    const told = database({ tables: [fingerprint('a'), fingerprint('b')], views: 1 })
    expect(compareDumpPlain(told, { ...empty, tables, views: ['v'] })).toEqual([])
    expect(compareFilesPlain(files(), { ...digest, files: 1, directories: 1, links: 0, specials: 3 })).toEqual([])
  })

  it('names tables that are missing, additional or other, five of each', () => {
    const many = ['1', '2', '3', '4', '5', '6', '7'].map(fingerprint)
    const other = { ...fingerprint('orders'), sha256: 'b'.repeat(64) }
    const shorter = { ...fingerprint('users'), bytes: 4 }
    const told = database({ tables: [...many, fingerprint('orders'), fingerprint('users')] })
    expect(compareDumpPlain(told, { ...empty, tables: [other, shorter, fingerprint('new\n')] })).toEqual([
      'tables "1", "2", "3", "4", "5" and 2 more are missing',
      'table "new\\x0a" is unexpected',
      'tables "orders", "users" have other rows',
    ])
  })

  it('names other objects where the manifest does, and counts them where it does not', () => {
    const objects = { views: ['v'], triggers: [], routines: ['procedure p'], events: [] }
    const counts = { views: 1, routines: 1 }
    const found = { ...empty, views: ['w'], triggers: ['t'] }
    expect(compareDumpPlain(database({ ...counts, objects }), found)).toEqual([
      'view "v" is missing',
      'view "w" is unexpected',
      'trigger "t" is unexpected',
      'routine "procedure p" is missing',
    ])
    expect(compareDumpPlain(database(counts), found)).toEqual(['it has 1 trigger, not 0', 'it has 0 routines, not 1'])
  })

  it('counts files, directories, links and special files', () => {
    const found = { ...digest, files: 2, directories: 0, links: 1, specials: 3 }
    expect(compareFilesPlain(files({ specials: 2 }), found)).toEqual([
      'it has 2 files, not 1',
      'it has 0 directories, not 1',
      'it has 1 link, not 0',
      'it has 3 special files, not 2',
    ])
  })

  it('goes by the digest where nothing else tells a difference', () => {
    expect(compareDumpPlain(database(), { ...empty, sha256: 'b'.repeat(64) })).toEqual([
      `unpacked it has the sha256 ${'b'.repeat(64)}, not ${sha256}`,
    ])
    expect(compareDumpPlain(database(), { ...empty, bytes: 1 })).toEqual(['unpacked it has 1 byte, not 100'])
  })

  it('compares digests that are recorded under a key, and shows no other', () => {
    const recorded = keyedDigest(Buffer.alloc(32, 1))
    const told = database({
      sha256: recorded(sha256),
      tables: [{ ...fingerprint('a'), sha256: recorded(fingerprint('a').sha256) }],
    })
    expect(compareDump(told, { ...empty, tables: [fingerprint('a')] }, recorded)).toEqual([])
    expect(compareDump(told, { ...empty, tables: [fingerprint('a')] }, plainDigest)).toEqual([
      'table "a" has other rows',
    ])
    const other = compareFiles(
      files({ sha256: recorded(sha256) }),
      { ...digest, sha256: 'b'.repeat(64), files: 1, directories: 1, links: 0, specials: 0 },
      recorded,
    )
    expect(other).toEqual([expect.stringContaining(recorded('b'.repeat(64)))])
    expect(other[0]).not.toContain('bbbb')
  })
})
