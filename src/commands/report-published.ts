import { databaseCounts, filesCounts, type ReportedArtifact, type RunReport } from '../report/run-report'
import { slotKeys } from '../snapshot/keys'
import type { Artifact, Manifest } from '../snapshot/manifest'
import type { Prepared } from './prepare'

const largestShown = 10

/** Fills the report with what is stored now, beside what was stored the last time. */
export function reportPublished(
  report: RunReport,
  facts: { manifest: Manifest; prefix: string; prepared: Prepared; previous: Manifest | undefined },
): void {
  const { manifest, prefix, prepared, previous } = facts
  report.manifestKey = slotKeys(prefix, manifest.slot).manifest
  report.finishedAt = new Date(manifest.finishedAt)
  report.artifacts = manifest.artifacts.map(artifact =>
    reportedArtifact(
      artifact,
      previous?.artifacts.find(({ name }) => name === artifact.name),
    ),
  )
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

function reportedArtifact(artifact: Artifact, previous: Artifact | undefined): ReportedArtifact {
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
      : { previous: { bytes: previous.bytes, contentBytes: previous.content.bytes } }),
  }
}
