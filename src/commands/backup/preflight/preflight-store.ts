import { type Finding, warning } from '../../../findings/finding'
import type { PreflightReport } from '../../../findings/preflight'
import { shellWord } from '../../../findings/shell-word'
import type { Clock } from '../../../runtime/runtime'
import { plural } from '../../../runtime/text/format-count'
import { type BucketFacts, readBucketFacts } from '../../../store/s3/bucket-facts'
import { tryStoreRights } from '../../../store/s3/s3-rights'
import type { S3Settings } from '../../../store/s3/s3-settings'
import type { Store } from '../../../store/store'
import { clockDifference } from '../../clock-difference'

/** Tries the rights on the store, with `copies` also for longer tiers, and reads how the bucket is set up. Leaves nothing in it. */
export async function preflightStore(
  settings: S3Settings,
  store: Store,
  clock: Clock,
  { copies }: { copies: boolean },
  readFacts: (settings: S3Settings) => Promise<BucketFacts> = readBucketFacts,
): Promise<PreflightReport> {
  const [{ findings, held }, bucket] = await Promise.all([
    tryStoreRights(store, settings, { copies }),
    readFacts(settings),
  ])
  const setUp = checkBucket(bucket, settings)
  const time = checkClock(clock)
  return {
    findings: [...findings, ...time.findings, ...setUp.findings],
    facts: [
      ...(held.length === 0 ? [] : [`${store.name}: ${held.join(', ')} tried and held.`]),
      ...time.facts,
      ...setUp.facts,
    ],
  }
}

/** An interrupted run is finished from its parts by a later one. */
const leastUploadDays = 2

/** Checks a bucket's settings. What is not known is not mentioned. */
export function checkBucket(facts: BucketFacts, settings: S3Settings): PreflightReport {
  const checks = [
    checkVersioning(facts.versioning, settings),
    checkUploads(facts.unfinishedUploads, settings),
    checkRetention(facts.retention),
  ]
  return {
    findings: checks.flatMap(({ finding }) => (finding === undefined ? [] : [finding])),
    facts: checks.flatMap(({ fact }) => (fact === undefined ? [] : [fact])),
  }
}

interface Checked {
  finding?: Finding
  fact?: string
}

/** Once the store has answered; says nothing where it does not show its time. */
function checkClock(clock: Clock): PreflightReport {
  const difference = clockDifference(clock)
  if (difference !== undefined) return { findings: [difference], facts: [] }
  return { findings: [], facts: clock.aheadMs() === undefined ? [] : ["The runner's clock and the store's agree."] }
}

function checkVersioning(versioning: BucketFacts['versioning'], settings: S3Settings): Checked {
  if (versioning === undefined) return {}
  if (versioning === 'on') return { fact: 'The bucket keeps versions.' }
  return {
    finding: warning(
      'versioning',
      'The bucket keeps no versions: anyone who has the keys of the backup can overwrite every slot for good.',
      `Turn versioning on, with a lifecycle rule that expires old versions (NoncurrentVersionExpiration):\n${command('put-bucket-versioning', settings)} --versioning-configuration Status=Enabled`,
    ),
  }
}

function checkRetention(retention: BucketFacts['retention']): Checked {
  if (retention === undefined) return {}
  return {
    fact: `Object Lock (${retention.mode}) keeps each version for ${retention.period}: slots are overwritten as usual, and what is overwritten or removed stays so long as an old version.`,
  }
}

function checkUploads(uploads: BucketFacts['unfinishedUploads'], settings: S3Settings): Checked {
  if (uploads === undefined) return {}
  const rule = JSON.stringify({
    ID: 'parts of unfinished uploads',
    Status: 'Enabled',
    Filter: { Prefix: settings.prefix === '' ? '' : `${settings.prefix}/` },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: leastUploadDays },
  })
  const what = 'No lifecycle rule drops unfinished uploads here: invisible parts of killed runs can stay and cost.'
  if (uploads === 'never') {
    const put = command('put-bucket-lifecycle-configuration', settings)
    const rules = shellWord(`{"Rules":[${rule}]}`)
    return {
      finding: warning('unfinished-uploads', what, `Make one:\n${put} --lifecycle-configuration ${rules}`),
    }
  }
  // The command replaces all rules, so one that has to stay next to others is only shown.
  if (uploads === 'other-rules')
    return { finding: warning('unfinished-uploads', what, `Add this rule to those of the bucket:\n${rule}`) }
  if (uploads.days >= leastUploadDays)
    return { fact: `A lifecycle rule drops unfinished uploads after ${plural(uploads.days, 'day')}.` }
  return {
    finding: warning(
      'unfinished-uploads',
      `A lifecycle rule drops unfinished uploads after ${plural(uploads.days, 'day')}: an interrupted run may lose its parts before a later one finishes it.`,
      `Set its DaysAfterInitiation to ${leastUploadDays} or more.`,
    ),
  }
}

function command(name: string, { bucket, endpoint, region }: S3Settings): string {
  const where = endpoint === undefined ? `--region ${region}` : `--endpoint-url ${shellWord(endpoint)}`
  return `aws s3api ${name} --bucket ${shellWord(bucket)} ${where}`
}
