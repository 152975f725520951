import type { DatabaseArtifact } from '../../../../repository/manifest/manifest'

/** Those in whose name nothing was when the database was backed up, as the inventory of the source says. */
export function unlistedDefiners(
  { definers: listed = [] }: Pick<DatabaseArtifact['content'], 'definers'>,
  definers: readonly string[],
): string[] {
  return definers.filter(definer => !listed.includes(definer))
}
