import type { ContentDigest } from '../pipeline/content-check'
import type { Artifact } from '../repository/manifest/manifest'
import { files } from './files/source'
import { mysql } from './mysql/source'
import type { Source } from './source'

/** The inputs of a backup, as far as the sources read them. */
type BackupSettings = Parameters<typeof mysql.backup>[0] & Parameters<typeof files.backup>[0]

/** The same of a restore. */
export type RestoreSettings = Parameters<typeof mysql.restore>[0] & Parameters<typeof files.restore>[0]

/** The same of a verification. */
export type DrillSettings = Parameters<typeof mysql.drill>[0] & Parameters<typeof files.drill>[0]

/** As the commands know them. */
export type AnySource = Source<Artifact, ContentDigest, BackupSettings, RestoreSettings, DrillSettings>

/** Every source, in the order of the artifacts in a manifest. */
export const sources: readonly AnySource[] = [mysql, files]

/** The source that took an artifact. */
export function sourceOf({ kind }: Pick<Artifact, 'kind'>): AnySource {
  const source = sources.find(each => each.kind === kind)
  if (source === undefined) throw new TypeError(`There is no source of the kind "${kind}".`)
  return source
}
