import type { ReportedStore } from '../../commands/run-facts'
import { code } from './markdown'

/** Where the recovery points are, for the line of facts below a heading. */
export function bucketFact({ bucket, prefix, endpoint }: ReportedStore): string {
  const folder = prefix === '' ? '' : `${prefix}/`
  return `**Bucket** ${code(`s3://${bucket}/${folder}`)}${endpoint === undefined ? '' : ` at ${code(endpoint)}`}`
}
