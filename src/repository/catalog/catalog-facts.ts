import type { ListedArtifact } from '../manifest/kinds/kind'
import { kindOf } from '../manifest/kinds/kinds'
import type { Manifest } from '../manifest/manifest'
import { takenAt } from './taken-at'

/** What a catalog keeps of a manifest: no more than a list shows, because manifests may have megabytes. */
export interface CatalogFacts {
  /** See `takenAt`. */
  takenAt: Date
  finishedAt: Date
  host: string
  timezone: string
  databases: NonNullable<ListedArtifact['databases']>
  /** Undefined without a files part. */
  files: ListedArtifact['files'] | undefined
  /** Whether a private key is needed to restore it. */
  isEncrypted: boolean
  warnings: number
  runUrl: string
}

/** The facts of a manifest that was stored then. */
export function factsOf(manifest: Manifest, storedAt: Date): CatalogFacts {
  const { finishedAt, host, timezone, encryption, artifacts, warnings, run } = manifest
  const listed = artifacts.map(artifact => kindOf(artifact).listed(artifact))
  return {
    takenAt: takenAt(manifest, storedAt),
    finishedAt: new Date(finishedAt),
    host,
    timezone,
    databases: listed.flatMap(({ databases = [] }) => databases),
    files: listed.find(({ files }) => files !== undefined)?.files,
    isEncrypted: encryption !== undefined,
    warnings: warnings.length,
    runUrl: run.url,
  }
}
