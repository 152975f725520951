import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { retryStrategy } from './s3-retry'
import type { S3Settings } from './s3-settings'

/** How patient the client is. Tests are less so. */
export interface S3Tuning {
  connectTimeoutMs: number
  /** How long a connection may stand still while a request is sent or answered. */
  idleTimeoutMs: number
  /** The same for what legitimately takes long: completing an upload, and a download whose reader is slow. */
  patientIdleTimeoutMs: number
  /** From the start of a request to the head of its answer, a part's body between them. */
  requestTimeoutMs: number
  maxAttempts: number
  /** The longest wait before the second attempt; it doubles with each. */
  retryDelayMs: number
  /** Entries asked for in one page of a listing; undefined: the store's choice, mostly 1,000. */
  pageSize: number | undefined
  /** The largest object that a single request copies. S3 takes 5 GB, and some stores mean 10^9 bytes by it. */
  singleCopyBytes: number
  /** The least size of a part of a larger copy. */
  copyPartBytes: number
}

export const defaultTuning: S3Tuning = {
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  patientIdleTimeoutMs: 300_000,
  requestTimeoutMs: 600_000,
  maxAttempts: 8,
  retryDelayMs: 200,
  pageSize: undefined,
  singleCopyBytes: 5_000_000_000,
  copyPartBytes: 2 ** 30,
}

export interface S3Clients {
  quick: S3Client
  /** Shares region and credentials with `quick`, but waits longer. */
  patient: S3Client
}

export function openS3Clients(settings: S3Settings, tuning: S3Tuning): S3Clients {
  const config: S3ClientConfig = {
    region: settings.region,
    forcePathStyle: settings.forcePathStyle ?? settings.endpoint !== undefined,
    retryStrategy: retryStrategy({ maxAttempts: tuning.maxAttempts, baseDelayMs: tuning.retryDelayMs }),
    maxAttempts: tuning.maxAttempts,
    // Half of the S3-compatible stores refuse the SDK's CRC32 headers. A part's sha256 is signed with it instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With "Expect: 100-continue" the SDK opens a new connection for every part.
    expectContinueHeader: false,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
  }
  const quick = new S3Client({
    ...config,
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    requestHandler: handlerOptions(tuning, tuning.idleTimeoutMs),
  })
  const patient = new S3Client({
    ...config,
    credentials: quick.config.credentials,
    requestHandler: handlerOptions(tuning, tuning.patientIdleTimeoutMs),
  })
  return { quick, patient }
}

function handlerOptions(tuning: S3Tuning, socketTimeout: number) {
  const agent = { keepAlive: true, maxSockets: 16 }
  return {
    connectionTimeout: tuning.connectTimeoutMs,
    socketTimeout,
    requestTimeout: Math.max(tuning.requestTimeoutMs, socketTimeout),
    // Without it the SDK only prints a warning.
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  }
}
