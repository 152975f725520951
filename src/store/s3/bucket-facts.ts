import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type LifecycleRule,
} from '@aws-sdk/client-s3'
import { defined } from '../../runtime/defined'
import { defaultTuning, openS3Clients, type S3Tuning } from './s3-client'
import { readFault } from './s3-fault'
import type { S3Settings } from './s3-settings'

/** How a bucket is set up. Undefined: these credentials may not read it, or the store does not tell. */
export interface BucketFacts {
  versioning?: 'on' | 'off'
  /** Days after which a rule drops unfinished uploads of the prefix; `never` when no rule does. */
  unfinishedUploads?: { days: number } | 'never' | 'other-rules'
  /** How far this machine's clock is ahead of the store's; negative when it is behind. To the second. */
  clockAheadMs?: number
}

/** Asks the bucket about itself. Never throws: what a store does not answer stays undefined. */
export async function readBucketFacts(
  settings: S3Settings,
  tuning: Partial<S3Tuning> = {},
): Promise<BucketFacts> {
  const { quick, patient } = openS3Clients(settings, { ...defaultTuning, maxAttempts: 2, ...tuning })
  let clockAheadMs: number | undefined
  quick.middlewareStack.add(
    next => async args => {
      const sentAt = Date.now()
      const result = await next(args)
      clockAheadMs = clockAhead(dateOf(result.response), sentAt, Date.now()) ?? clockAheadMs
      return result
    },
    // Next to the wire, so that a refusal, too, tells the time.
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
      .catch(error =>
        readFault(error).code === 'NoSuchLifecycleConfiguration' ? ('never' as const) : undefined,
      )
    return {
      ...defined({ versioning, unfinishedUploads, clockAheadMs }),
    }
  } finally {
    quick.destroy()
    patient.destroy()
  }
}

/** What the rules say about unfinished uploads under the prefix. `other-rules`: there are rules, none of them about it. */
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

/** Zero when the store's time, which has whole seconds, lies between the sending and the answer. */
export function clockAhead(
  date: string | undefined,
  sentAtMs: number,
  answeredAtMs: number,
): number | undefined {
  const told = date === undefined ? Number.NaN : Date.parse(date)
  if (Number.isNaN(told)) return undefined
  if (sentAtMs >= told + 1000) return sentAtMs - told - 1000
  return answeredAtMs < told ? answeredAtMs - told : 0
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined
  const { headers } = response
  if (typeof headers !== 'object' || headers === null) return undefined
  const date: unknown = Reflect.get(headers, 'date')
  return typeof date === 'string' ? date : undefined
}
