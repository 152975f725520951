import { type Finding, problem, warning } from '../../findings/finding'
import type { OpenUpload, Store } from '../store'
import { StoreError } from '../store-error'
import { policyStatement, type S3Right } from './policy-statement'
import type { S3Settings } from './s3-settings'

/** The rights of the credentials. */
export interface StoreRights {
  findings: Finding[]
  /** The rights that were used successfully. */
  held: S3Right[]
}

/** The settings that a policy depends on. */
export type PolicyPlace = Pick<S3Settings, 'bucket' | 'prefix' | 'region' | 'objects'>

/**
 * Tries what a backup does with a store: list, read metadata, start, list and abort an upload of one byte, with `copies`
 * also copy. Uses a key that no backup writes and completes nothing. A store that cannot be used at all is one finding.
 */
export async function tryStoreRights(
  store: Store,
  place: PolicyPlace,
  { copies }: { copies: boolean } = { copies: false },
): Promise<StoreRights> {
  const probe = new Probe(store, place)
  try {
    await probe.reading()
    await probe.writing()
    if (copies) await probe.copying()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    probe.findings.push(problem('store', error.message, error.advice ?? 'Run the workflow again.'))
  }
  return { findings: probe.findings, held: probe.held }
}

class Probe {
  readonly findings: Finding[] = []
  readonly held: S3Right[] = []
  readonly #store: Store
  readonly #place: PolicyPlace
  readonly #folder: string

  constructor(store: Store, place: PolicyPlace) {
    this.#store = store
    this.#place = place
    this.#folder = place.prefix === '' ? '' : `${place.prefix}/`
  }

  /** Prefers an object that exists: without the right to list, a missing one is also denied. */
  async reading(): Promise<void> {
    let seen: string | undefined
    const mayList = await this.#try('s3:ListBucket', async () => {
      for await (const { key } of this.#store.list(this.#folder)) {
        seen = key
        break
      }
    })
    const key = seen ?? this.#key()
    if (mayList) await this.#try('s3:GetObject', () => this.#store.head(key))
  }

  async writing(): Promise<void> {
    const key = this.#key()
    let uploadId: string | undefined
    const mayBegin = await this.#try('s3:PutObject', async () => {
      uploadId = await this.#store.createUpload(key, { contentType: 'application/octet-stream' })
    })
    if (!mayBegin || uploadId === undefined) return
    const ours = uploadId
    try {
      const mayPut = await this.#try('s3:PutObject', () => this.#store.uploadPart(key, ours, 1, Buffer.from('\n')))
      if (mayPut) await this.#try('s3:ListBucketMultipartUploads', () => this.#endEarlier(key, ours))
    } finally {
      await this.#try('s3:AbortMultipartUpload', () => this.#store.abortUpload(key, ours))
    }
  }

  /** Without the rights to list and to read, a missing source is denied, whatever else is allowed. */
  async copying(): Promise<void> {
    const needed: readonly S3Right[] = ['s3:ListBucket', 's3:GetObject', 's3:PutObject']
    if (!needed.every(right => this.held.includes(right))) return
    try {
      const put = { contentType: 'application/octet-stream' }
      await this.#store.tryCopy(`${this.#folder}preflight.missing`, this.#key(), put)
    } catch (error) {
      // What else a store says of a missing source does not matter.
      if (!isRefused(error)) return
      this.findings.push(
        problem(
          's3-copies',
          `These S3 credentials may write to ${this.#store.name}/${this.#folder}*, but not copy there: the longer tiers (keep-daily and so on) cannot be made.`,
          'Look in the policies of the bucket and of these credentials for a Deny of s3:PutObject with a condition (s3:x-amz-copy-source, s3:x-amz-metadata-directive, s3:if-match, s3:if-none-match), and exempt these credentials. Or set the inputs "keep-daily", "keep-weekly", "keep-monthly" and "keep-yearly" to 0.',
        ),
      )
    }
  }

  /** Aborts the uploads of earlier probes that were killed. */
  async #endEarlier(key: string, ours: string): Promise<void> {
    const open: OpenUpload[] = []
    for await (const upload of this.#store.listUploads(key)) open.push(upload)
    const begun = open.find(({ uploadId }) => uploadId === ours)?.initiated.getTime()
    if (begun === undefined) return
    for (const { key: other, uploadId, initiated } of open) {
      if (other !== key || begun - initiated.getTime() < anHourMs) continue
      await this.#try('s3:AbortMultipartUpload', () => this.#store.abortUpload(key, uploadId))
    }
  }

  /** Returns false and adds a finding when the right is missing. Throws other errors. */
  async #try(right: S3Right, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work()
    } catch (error) {
      if (!isRefused(error)) throw error
      this.#lacks(right)
      return false
    }
    if (!this.held.includes(right)) this.held.push(right)
    return true
  }

  #lacks(right: S3Right): void {
    const at = this.held.indexOf(right)
    if (at >= 0) this.held.splice(at, 1)
    const { finding, without } = consequences[right]
    const what = `The S3 credentials lack ${right} on ${this.#store.name}${right.includes('ListBucket') ? '' : `/${this.#folder}*`}: ${without}.`
    if (this.findings.some(each => each.what === what)) return
    this.findings.push(finding('s3-rights', what, fixFor(right, this.#place)))
  }

  #key(): string {
    return `${this.#folder}preflight.probe`
  }
}

const anHourMs = 60 * 60 * 1000

/** Documented in docs/security.md. */
const consequences: Readonly<Record<S3Right, { finding: typeof problem; without: string }>> = {
  's3:PutObject': { finding: problem, without: 'nothing can be stored' },
  's3:AbortMultipartUpload': {
    finding: problem,
    without:
      'the invisible parts of failed runs, and of this check, stay and cost money until a lifecycle rule removes them',
  },
  's3:GetObject': {
    finding: warning,
    without:
      'stored objects cannot be compared with what was sent, and an interrupted run cannot be finished or rolled back',
  },
  's3:ListBucket': {
    finding: warning,
    without:
      'the last recovery point is not found, and a missing object is reported as denied, so s3:GetObject was not tried',
  },
  's3:ListBucketMultipartUploads': {
    finding: warning,
    without: 'uploads of runs that died are not found',
  },
}

function fixFor(right: S3Right, place: PolicyPlace): string {
  const lines = [
    'Add this statement to the policy of these credentials, and check for a bucket policy that denies it:',
    policyStatement(right, place),
  ]
  const encryption = place.objects?.encryption
  if (right === 's3:PutObject' && encryption !== undefined && encryption.kind !== 'AES256') {
    lines.push(
      `With ${encryption.kind} the key${encryption.kmsKeyId === undefined ? '' : ` ${encryption.kmsKeyId}`} must allow kms:GenerateDataKey and kms:Decrypt too.`,
    )
  }
  return lines.join('\n')
}

/** Refused because a right is missing, not because the credentials are wrong, expired or unknown. */
function isRefused(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.code === 'AccessDenied' || (error.status === 403 && !aboutCredentials.test(error.code)))
  )
}

const aboutCredentials =
  /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|RequestTimeTooSkewed|AuthorizationHeaderMalformed)/
