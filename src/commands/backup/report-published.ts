import type { PrefixIndex } from '../../repository/catalog/prefix-index'
import { bytesByKind, sizeHistory } from '../../repository/catalog/size-history'
import {
  type ArtifactBaseline,
  type Baseline,
  baselineOf,
  sameSource,
} from '../../repository/guards/baseline'
import { compareWith } from '../../repository/guards/changes'
import type { Artifact, Manifest } from '../../repository/manifest/manifest'
import { slotKeys } from '../../repository/names/keys'
import type { TierKeep } from '../../repository/names/tier-name'
import type { Repository } from '../../repository/repository'
import { tierAges } from '../../repository/tiers/tier-ages'
import { filesCounts } from '../../sources/files/check/files-counts'
import { databaseCounts } from '../../sources/mysql/check/database-counts'
import type { Prepared } from './prepare'
import type { ReportedArtifact, RunReport } from './run-report'

const largestShown = 10

/** Fills the report with what is stored now, beside what was stored the last time. */
export function reportPublished(
  report: RunReport,
  facts: { manifest: Manifest; prefix: string; prepared: Prepared; baseline: Baseline | undefined },
): void {
  const { manifest, prefix, prepared, baseline } = facts
  const now = baselineOf(manifest)
  report.manifestKey = slotKeys(prefix, manifest.slot).manifest
  report.finishedAt = new Date(manifest.finishedAt)
  report.artifacts = manifest.artifacts.map((artifact, index) => {
    const own = now.artifacts[index]
    return reportedArtifact(artifact, own && sameSource(baseline, own))
  })
  if (baseline !== undefined) report.changes = compareWith(baseline, now)
  const tables = manifest.artifacts.flatMap(artifact =>
    artifact.kind === 'database'
      ? artifact.content.tables.map(({ name, bytes }) => ({
          name: prepared.databases.length > 1 ? `${artifact.database}.${name}` : name,
          bytes,
        }))
      : [],
  )
  if (prepared.databases.length > 0) {
    const largest = tables.sort((one, other) => other.bytes - one.bytes).slice(0, largestShown)
    report.tables = { total: tables.length, largest }
  }
  const [first] = prepared.databases
  if (first !== undefined && prepared.files !== undefined) {
    report.skewSeconds = (prepared.files.mirroredAt.getTime() - first.artifact.startedAt.getTime()) / 1000
  }
  report.result = 'good'
}

/** Fills the report with how sizes went and how far back one can go. */
export async function reportHistory(
  report: RunReport,
  repository: Repository,
  facts: { keep: TierKeep; index: PrefixIndex; manifest: Manifest },
): Promise<void> {
  const { prefix } = repository
  const { keep, index, manifest } = facts
  const takenAt = new Date(manifest.startedAt)
  const own = slotKeys(prefix, manifest.slot).manifest.replace(/manifest\.json$/, '')
  const others = index.objects.filter(({ key }) => !key.startsWith(own))
  report.sizes = [...sizeHistory(prefix, others), { takenAt, bytes: bytesByKind(manifest.artifacts) }]
  const ages = await tierAges(repository, keep)
  const ring = report.sizes.map(point => point.takenAt.getTime())
  report.tiers = [
    { name: 'ring', count: ring.length, newest: takenAt, oldest: new Date(Math.min(...ring)) },
    ...ages.map(({ tier, count, newest, oldest }) => ({
      name: tier,
      count,
      newest: newest?.takenAt,
      oldest: oldest?.takenAt,
    })),
  ]
}

function reportedArtifact(artifact: Artifact, previous: ArtifactBaseline | undefined): ReportedArtifact {
  return {
    name: artifact.name,
    source:
      artifact.kind === 'database'
        ? {
            kind: 'database',
            database: artifact.database,
            characterSet: artifact.content.characterSet,
            collation: artifact.content.collation,
          }
        : { kind: 'files', paths: artifact.paths },
    key: artifact.key,
    bytes: artifact.bytes,
    sha256: artifact.sha256,
    compression: artifact.compression,
    contentBytes: artifact.content.bytes,
    counts:
      artifact.kind === 'database'
        ? databaseCounts({ ...artifact.content, tables: artifact.content.tables.length })
        : filesCounts(artifact.content),
    durationMs: Date.parse(artifact.finishedAt) - Date.parse(artifact.startedAt),
    ...(previous === undefined
      ? {}
      : { previous: { bytes: previous.bytes, contentBytes: previous.contentBytes } }),
  }
}
