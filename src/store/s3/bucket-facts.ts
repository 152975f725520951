import {
  type DefaultRetention,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3'
import { defined } from '../../runtime/defined'
import { plural } from '../../runtime/text/format-count'
import { defaultTuning, openS3Clients, type S3Tuning } from './s3-client'
import { readFault } from './s3-fault'
import type { S3Settings } from './s3-settings'

/** The settings of a bucket. Undefined: these credentials may not read it, or the store does not report it. */
export interface BucketFacts {
  versioning?: 'on' | 'off'
  /** Days after which a lifecycle rule aborts unfinished uploads of the prefix; `never` without any rule. */
  unfinishedUploads?: { days: number } | 'never' | 'other-rules'
  /** Object Lock by default: how long each version is kept, as in `30 days`, and the mode. */
  retention?: { period: string; mode: string }
}

/** Reads the settings of the bucket. Never throws: what the store does not report stays undefined. */
export async function readBucketFacts(settings: S3Settings, tuning: Partial<S3Tuning> = {}): Promise<BucketFacts> {
  const { quick, patient } = openS3Clients(settings, { ...defaultTuning, maxAttempts: 2, ...tuning })
  const Bucket = settings.bucket
  try {
    const versioning = await quick
      .send(new GetBucketVersioningCommand({ Bucket }))
      .then(({ Status }) => (Status === 'Enabled' ? ('on' as const) : ('off' as const)))
      .catch(() => undefined)
    const unfinishedUploads = await quick
      .send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
      .then(({ Rules }) => unfinishedUploadsRule(Rules ?? [], settings.prefix))
      .catch(error => (readFault(error).code === 'NoSuchLifecycleConfiguration' ? ('never' as const) : undefined))
    const retention = await quick
      .send(new GetObjectLockConfigurationCommand({ Bucket }))
      .then(({ ObjectLockConfiguration: lock }) => retentionOf(lock?.Rule?.DefaultRetention))
      .catch(() => undefined)
    return defined({ versioning, unfinishedUploads, retention })
  } finally {
    quick.destroy()
    patient.destroy()
  }
}

/** What the lifecycle rules say about unfinished uploads of the prefix. `other-rules`: no rule is about them. */
export function unfinishedUploadsRule(
  rules: readonly LifecycleRule[],
  prefix: string,
): NonNullable<BucketFacts['unfinishedUploads']> {
  const folder = prefix === '' ? '' : `${prefix}/`
  const days = rules
    .filter(({ Status }) => Status === 'Enabled')
    .filter(({ Filter, Prefix }) => folder.startsWith(Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? ''))
    .map(({ AbortIncompleteMultipartUpload: abort }) => abort?.DaysAfterInitiation)
    .filter(count => count !== undefined)
  if (days.length > 0) return { days: Math.min(...days) }
  return rules.length === 0 ? 'never' : 'other-rules'
}

function retentionOf(retention: DefaultRetention | undefined): BucketFacts['retention'] {
  const { Mode: mode = '', Days: days = 0, Years: years = 0 } = retention ?? {}
  if (days === 0 && years === 0) return undefined
  return { period: years > 0 ? plural(years, 'year') : plural(days, 'day'), mode }
}
