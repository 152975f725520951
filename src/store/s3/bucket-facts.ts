import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3'
import { defined } from '../../runtime/defined'
import { defaultTuning, openS3Clients, type S3Tuning } from './s3-client'
import { readFault } from './s3-fault'
import type { S3Settings } from './s3-settings'

/** The settings of a bucket. Undefined: these credentials may not read it, or the store does not report it. */
export interface BucketFacts {
  versioning?: 'on' | 'off'
  /** Days after which a lifecycle rule aborts unfinished uploads of the prefix; `never` without any rule. */
  unfinishedUploads?: { days: number } | 'never' | 'other-rules'
  /** How far the clock of this machine is ahead of the store's, to the second; negative when it is behind. */
  clockAheadMs?: number
}

/** Reads the settings of the bucket. Never throws: what the store does not report stays undefined. */
export async function readBucketFacts(settings: S3Settings, tuning: Partial<S3Tuning> = {}): Promise<BucketFacts> {
  const { quick, patient } = openS3Clients(settings, { ...defaultTuning, maxAttempts: 2, ...tuning })
  let clockAheadMs: number | undefined
  quick.middlewareStack.add(
    next => async args => {
      const sentAt = Date.now()
      const result = await next(args)
      clockAheadMs = clockAhead(dateOf(result.response), sentAt, Date.now()) ?? clockAheadMs
      return result
    },
    // The lowest step, so that an error response also gives the time.
    { step: 'deserialize', priority: 'low', name: 'readClock' },
  )
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
    return {
      ...defined({ versioning, unfinishedUploads, clockAheadMs }),
    }
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

/** Zero when the store's time, which has whole seconds, is between the request and the response. */
export function clockAhead(date: string | undefined, sentAtMs: number, answeredAtMs: number): number | undefined {
  const storeMs = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(storeMs)) return undefined
  if (sentAtMs >= storeMs + 1000) return sentAtMs - storeMs - 1000
  return answeredAtMs < storeMs ? answeredAtMs - storeMs : 0
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  const { headers } = response
  if (typeof headers !== 'object' || headers === null) return undefined
  const date: unknown = Reflect.get(headers, 'date')
  return typeof date === 'string' ? date : undefined
}
