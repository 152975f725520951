import { shellWord } from '../../findings/shell-word'
import { defined } from '../../runtime/defined'
import { proxyFaultIn } from '../../runtime/proxy/proxy-fault'
import { formatCount } from '../../runtime/text/format-count'
import { titleOf } from '../../runtime/text/title-of'
import { listedMax } from '../store'
import { StoreError } from '../store-error'
import type { Explain, Explanation, S3Operation } from './explain/explanation'
import { refusedOptions } from './explain/refused-options'
import { shownRegion, wrongRegion } from './explain/wrong-region'
import { readFault, type S3Fault } from './s3-fault'
import type { S3Settings } from './s3-settings'

/** Turns any error of a request into a `StoreError` that says what failed and what to do, without credentials. */
export function explainS3Error(error: unknown, operation: S3Operation, settings: S3Settings): StoreError {
  if (error instanceof StoreError) return error
  const fault = readFault(error)
  const proxyFault = proxyFaultIn(error)
  const { reason, advice } =
    proxyFault === undefined
      ? explain(fault, operation, settings)
      : { reason: proxyFault.message, advice: proxyFault.advice }
  const said = scrub(fault.message, settings).replace(/\s+/g, ' ').slice(0, 500)
  const answered = fault.status === undefined ? fault.code : `${fault.status} ${fault.code}`
  return new StoreError(`Could not ${operation.doing}: ${reason}.`, {
    title: titleOf(`${reason}: could not ${operation.doing}`),
    code: fault.code,
    ...defined({ status: fault.status, advice }),
    detail: [
      `${answered}: ${said} (after ${fault.attempts === 1 ? '1 attempt' : `${fault.attempts} attempts`})`,
      ...(fault.requestId === undefined ? [] : [`request id ${fault.requestId}`]),
    ],
    // Not the SDK's error itself: it has the headers of the request, including a session token.
    cause: Object.assign(new Error(said), { name: fault.code }),
  })
}

function explain(fault: S3Fault, operation: S3Operation, settings: S3Settings): Explanation {
  const { code, status } = fault
  const refused = refusedOptions(fault, operation)
  if (refused) return refused
  const known = explanations[code]
  if (known) return known(fault, operation, settings)
  if (status === 301 || status === 307) return wrongRegion(fault, operation, settings)
  if (status === 403) return accessDenied(fault, operation, settings)
  if (status === 503 || status === 429) return slowDown(fault)
  if (status !== undefined && status >= 500)
    return { reason: `the store failed with ${status} ${code}`, advice: laterAdvice }
  if (status !== undefined && status < 300) {
    return { reason: `the response could not be understood`, advice: endpointAdvice(settings) }
  }
  if (isTlsCode(code)) return tlsFailed(fault, settings)
  if (status === undefined) return { reason: scrub(fault.message, settings) }
  if (status === 400 && fault.region !== undefined && fault.region !== settings.region)
    return wrongRegion(fault, operation, settings)
  return { reason: `the store answered ${status} ${code}`, advice: refusedAdvice }
}

const refusedAdvice =
  'Another run ends in the same way. The details in the log have the words of the store: compare them with the inputs "s3-…".'

const laterAdvice =
  'The problem is at the store. Run the workflow again. If it persists, check the status page of the store.'

const accessDenied: Explain = (_fault, { right, key }, { bucket, prefix }) => {
  const resource = `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${prefix === '' ? '' : `${prefix}/`}*`}`
  const extra =
    right === 's3:GetObject'
      ? ' Without s3:ListBucket on the bucket, a missing object is also reported as denied.'
      : right === 's3:PutObject'
        ? ' A bucket that encrypts with a KMS key also requires kms:GenerateDataKey and kms:Decrypt on that key.'
        : ''
  return {
    reason: `access denied, these credentials lack ${right}`,
    advice: `Allow ${right} on ${resource} for these credentials, and check for a bucket policy that denies it.${extra}`,
  }
}

const slowDown = ({ attempts }: S3Fault): Explanation => ({
  reason: `the store was still asking to slow down after ${attempts} attempts`,
  advice: laterAdvice,
})

const unreachable = (what: string): Explain => {
  return (_fault, _operation, settings) => ({
    reason: `${what} (${settings.endpoint ?? `AWS, region "${settings.region}"`})`,
    advice: endpointAdvice(settings),
  })
}

const expired: Explain = () => ({
  reason: 'the temporary credentials have expired',
  advice:
    'Get new ones right before this step (aws-actions/configure-aws-credentials), valid for longer than the backup takes (role-duration-seconds).',
})

const noCredentials: Explain = () => ({
  reason: 'no S3 credentials were found',
  advice:
    'Set the inputs "s3-access-key-id" and "s3-secret-access-key", or run aws-actions/configure-aws-credentials before this step. A secret that does not exist is empty: check its name.',
})

const stalled: Explain = ({ attempts }, _operation, settings) => ({
  reason: `the connection stalled or broke, ${attempts === 1 ? 'once' : `${attempts} times in a row`}`,
  advice: `Run the workflow again. If it persists, check ${settings.endpoint ?? 'the status page of AWS'} and the network in between.`,
})

const storageFull: Explain = () => ({
  reason: 'the store is full or its quota is used up',
  advice: 'Free space in the store or raise the quota.',
})

const explanations: Readonly<Record<string, Explain>> = {
  AccessDenied: accessDenied,
  Forbidden: accessDenied,
  NoSuchBucket: (_fault, _operation, { bucket, endpoint, region }) => ({
    reason: `there is no bucket "${bucket}" at ${endpoint ?? `AWS`}`,
    advice: `Check the input "s3-bucket" (got "${bucket}")${endpoint ? ' and "s3-endpoint"' : ''}, or create the bucket in the region "${region}".`,
  }),
  InvalidObjectState: (_fault, { key }, settings) => ({
    reason: 'the object is archived (in a cold storage class) and cannot be read',
    advice: `Restore it from the archive, which takes hours, then run the workflow again: \`${thawCommand(key, settings)}\` (if Intelligent-Tiering archived it: --restore-request '{}').`,
  }),
  PreconditionFailed: () => ({
    reason: 'the object was replaced in the meantime',
    advice: 'A backup may be running. Run the workflow again.',
  }),
  NoSuchUpload: () => ({ reason: 'the store does not know the upload: it was already completed or aborted' }),
  InvalidAccessKeyId: () => ({
    reason: 'the store does not know the access key id',
    advice:
      'Check the input "s3-access-key-id" (or the credentials of the environment): the key was deleted, mistyped, or belongs to another store.',
  }),
  SignatureDoesNotMatch: (_fault, _operation, settings) => ({
    reason: 'the secret access key does not belong to the access key id',
    advice: `Check the input "s3-secret-access-key": usually a character is missing, or there is an extra space or line break.${settings.endpoint === undefined ? '' : ` Some stores say the same of a wrong region: it is ${shownRegion(settings)}.`}`,
  }),
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  TokenRefreshRequired: expired,
  InvalidToken: () => ({
    reason: 'the store does not accept the session token',
    advice: 'Check the input "s3-session-token"; leave it empty for long-lived keys.',
  }),
  CredentialsProviderError: noCredentials,
  TokenProviderError: noCredentials,
  RequestTimeTooSkewed: () => ({
    reason: "this machine's clock and the store's are more than 15 minutes apart",
    advice: 'Set the clock of the runner (a self-hosted one needs NTP).',
  }),
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  InvalidRegion: wrongRegion,
  InvalidRegionName: wrongRegion,
  SlowDown: slowDown,
  ServiceUnavailable: slowDown,
  QuotaExceeded: storageFull,
  InsufficientStorage: storageFull,
  XMinioStorageFull: storageFull,
  EntityTooSmall: () => ({ reason: 'a part before the last is smaller than 5 MiB' }),
  BadDigest: ({ attempts }) => damaged(attempts),
  XAmzContentSHA256Mismatch: ({ attempts }) => damaged(attempts),
  ENOTFOUND: unreachable('the host name of the store is unknown'),
  EAI_AGAIN: unreachable('the host name of the store could not be looked up'),
  ECONNREFUSED: unreachable('nothing answers at the store’s address'),
  EHOSTUNREACH: unreachable('the store cannot be reached'),
  ENETUNREACH: unreachable('the store cannot be reached'),
  AnswerTooLong: (_fault, _operation, settings) => ({
    reason: 'the store sent more than any answer to this request has',
    advice: `Something else than an S3 store may answer. ${endpointAdvice(settings)}`,
  }),
  EndlessListing: (_fault, _operation, settings) => ({
    reason: 'the listing has no end',
    advice: `The store names the same page again and again, or pages without entries. ${endpointAdvice(settings)}`,
  }),
  ListingTooLong: () => ({
    reason: `there are more than ${formatCount(listedMax)} objects`,
    advice: 'Use a prefix that has only backups: input "s3-prefix".',
  }),
  TimeoutError: stalled,
  RequestTimeout: stalled,
  ETIMEDOUT: stalled,
  ECONNRESET: stalled,
  EPIPE: stalled,
}

function damaged(attempts: number): Explanation {
  return {
    reason: `the data arrived damaged ${attempts} times in a row and was refused`,
    advice: 'Something between the runner and the store changes data: check for a proxy, or try another runner.',
  }
}

function thawCommand(key: string | undefined, { bucket, endpoint, region }: S3Settings): string {
  const where = endpoint === undefined ? `--region ${region}` : `--endpoint-url ${shellWord(endpoint)}`
  return `aws s3api restore-object --bucket ${bucket} --key ${shellWord(key ?? '')} --restore-request Days=3 ${where}`
}

function isTlsCode(code: string): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|EPROTO$)/.test(code)
}

function tlsFailed({ code }: S3Fault, settings: S3Settings): Explanation {
  if (/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER)$/.test(code)) {
    return {
      reason: `the store does not speak TLS at this address (${code})`,
      advice:
        'Check the port in the input "s3-endpoint", and whether it should begin with http:// instead of https://.',
    }
  }
  return {
    reason: `the store's certificate was not accepted (${code})`,
    advice: `Check the host name in the input "s3-endpoint" (${settings.endpoint ?? 'not set'}); for a certificate authority of your own, set NODE_EXTRA_CA_CERTS in the environment of the step.`,
  }
}

function endpointAdvice({ endpoint, region }: S3Settings): string {
  return endpoint === undefined
    ? `Check the input "s3-region" (got "${region}").`
    : `Check the input "s3-endpoint" (got "${endpoint}").`
}

/** Removes secrets, in case the store repeats one in its message. */
function scrub(message: string, { credentials }: S3Settings): string {
  const secrets = [credentials?.secretAccessKey, credentials?.sessionToken]
  return secrets.reduce<string>((text, secret) => (secret ? text.replaceAll(secret, '***') : text), message)
}
