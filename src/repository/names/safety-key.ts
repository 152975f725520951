import { type Encoded, suffixOf } from '../../pipeline/codec'
import { listingPrefix } from './keys'

/** The folder next to the ring for dumps of databases that a restore is about to replace. */
export const safetyFolder = 'before-restore'

/** A moment in a name: `2026-11-23T13-05-02Z`, without colons, which some tools cannot handle. */
export function timeStamp(at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z`
}

/** The key of such a dump: `<prefix>/before-restore/2026-11-23T13-05-02Z.shop.database.sql.gz`, or `.sql.gz.age`. */
export function safetyKey(prefix: string, stamp: string, database: string, encoded: Encoded): string {
  const name = `${stamp}.${encodeURIComponent(database)}.database.sql${suffixOf(encoded)}`
  return `${listingPrefix(prefix)}${safetyFolder}/${name}`
}
