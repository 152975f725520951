import { describePublished } from '../../../../src/commands/backup/describe-published'
import type { PreparedArtifact } from '../../../../src/repository/commit/intend'
import type { Artifact } from '../../../../src/repository/manifest/manifest'
import { memoryStore } from '../../../memory/memory-store'
import { aBaseline, aDatabaseArtifact, aFilesArtifact, aManifest } from '../../repository/a-baseline'

const repository = { store: memoryStore(), prefix: 'running-backups' }
const place = { bucket: 'acme', prefix: 'running-backups', endpoint: 'https://s3.example.com' }

const prepared = (artifact: Artifact): PreparedArtifact => ({
  ...artifact,
  upload: { id: 'u', partETags: ['e'] },
})
const at = (second: number) => new Date(second * 1000)

describe('describePublished', () => {
  it('shows each part, what it holds, and what it was the last time', () => {
    const point = describePublished(aManifest(), repository, { prepared: [], baseline: aBaseline(), place })
    expect(point.taken).toBe('the database and the files')
    expect(point.manifestKey).toBe('running-backups/Monday-12-00.manifest.json')
    expect(point.artifacts).toMatchObject([
      {
        name: 'database',
        origins: ['shop'],
        counts: expect.arrayContaining(['2 tables']),
        durationMs: 30_000,
      },
      { name: 'codebase', origins: ['/var/www/html'], counts: expect.arrayContaining(['2,521 files']) },
    ])
    expect(point.artifacts.every(({ previous }) => previous !== undefined)).toBe(true)
    expect(point.changes?.since.slot).toBe('Monday-12-00')
  })

  it('gives the commands that bring exactly these objects back, and says where to run them', () => {
    const { recovery } = describePublished(aManifest(), repository, {
      prepared: [],
      baseline: undefined,
      place,
    })
    const fetch = 'aws --endpoint-url https://s3.example.com s3 cp s3://acme/running-backups/Monday-12-00'
    expect(recovery?.commands).toEqual([
      "mysql -e 'CREATE DATABASE IF NOT EXISTS `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci'",
      expect.stringMatching(
        /\.database\.sql\.gz - \| gunzip \| LC_ALL=C sed .* \| mysql --user=SITE_USER --password .* shop$/,
      ),
      `${fetch}.codebase.tar.gz - | gunzip | tar -xpf - -C /`,
    ])
    expect(recovery?.note).toMatch(/as root/)
  })

  it('names tables with their database where there are several, the largest first', () => {
    const artifacts = [aDatabaseArtifact(), { ...aDatabaseArtifact(), name: 'wiki.database', database: 'wiki' }]
    const manifest = aManifest({ artifacts })
    const point = describePublished(manifest, repository, { prepared: [], baseline: undefined, place })
    expect(point.taken).toBe('2 databases')
    expect(point.tables?.total).toBe(4)
    expect(point.tables?.largest.map(({ name }) => name).slice(0, 2)).toEqual(['shop.orders', 'wiki.orders'])
  })

  it('says how far the moments lie apart whose states the parts hold, by the first of each', () => {
    const dump = (second: number) => ({
      artifact: prepared(aDatabaseArtifact()),
      moment: at(second),
      warnings: [],
    })
    const archive = { artifact: prepared(aFilesArtifact()), moment: at(142), warnings: [] }
    const point = describePublished(aManifest(), repository, {
      ...{ prepared: [[dump(100), dump(900)], [archive]], baseline: undefined, place },
    })
    expect(point.skew).toEqual({ of: 'Database and files', seconds: 42 })
  })
})
