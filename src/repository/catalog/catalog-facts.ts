import type { Artifact, Manifest } from '../manifest/manifest'

/** What a catalog keeps of a manifest. Manifests may have megabytes, so it is no more than a list tells. */
export interface CatalogFacts {
  takenAt: Date
  finishedAt: Date
  host: string
  timezone: string
  databases: { name: string; bytes: number; tables: number }[]
  /** Undefined without a files part. */
  files: { paths: string[]; bytes: number; files: number } | undefined
  warnings: number
  runUrl: string
}

/** The facts of a manifest. */
export function factsOf(manifest: Manifest): CatalogFacts {
  const { startedAt, finishedAt, host, timezone, artifacts, warnings, run } = manifest
  return {
    takenAt: new Date(startedAt),
    finishedAt: new Date(finishedAt),
    host,
    timezone,
    databases: artifacts.flatMap(databaseFacts),
    files: artifacts.flatMap(filesFacts)[0],
    warnings: warnings.length,
    runUrl: run.url,
  }
}

function databaseFacts(artifact: Artifact): CatalogFacts['databases'] {
  if (artifact.kind !== 'database') return []
  return [{ name: artifact.database, bytes: artifact.bytes, tables: artifact.content.tables.length }]
}

function filesFacts(artifact: Artifact): NonNullable<CatalogFacts['files']>[] {
  if (artifact.kind !== 'files') return []
  return [{ paths: artifact.paths, bytes: artifact.bytes, files: artifact.content.files }]
}
