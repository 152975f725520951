import type { ListedArtifact } from '../manifest/kinds/kind'
import { kindOf } from '../manifest/kinds/kinds'
import type { Manifest } from '../manifest/manifest'

/** What a catalog keeps of a manifest. Manifests may have megabytes, so it is no more than a list tells. */
export interface CatalogFacts {
  takenAt: Date
  finishedAt: Date
  host: string
  timezone: string
  databases: NonNullable<ListedArtifact['databases']>
  /** Undefined without a files part. */
  files: ListedArtifact['files'] | undefined
  warnings: number
  runUrl: string
}

/** The facts of a manifest. */
export function factsOf(manifest: Manifest): CatalogFacts {
  const { startedAt, finishedAt, host, timezone, artifacts, warnings, run } = manifest
  const listed = artifacts.map(artifact => kindOf(artifact).listed(artifact))
  return {
    takenAt: new Date(startedAt),
    finishedAt: new Date(finishedAt),
    host,
    timezone,
    databases: listed.flatMap(({ databases = [] }) => databases),
    files: listed.find(({ files }) => files !== undefined)?.files,
    warnings: warnings.length,
    runUrl: run.url,
  }
}
