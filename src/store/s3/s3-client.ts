import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { TunnelAgent } from '../../runtime/proxy/tunnel-agent'
import type { StoreClock } from '../../runtime/runtime'
import { limitAnswers } from './answer-limits'
import { readClock } from './answer-time'
import { retryStrategy } from './s3-retry'
import type { S3Settings } from './s3-settings'
import { sendThroughProxy } from './send-through-proxy'

/** Time limits and sizes of the client. Tests use smaller ones. */
export interface S3Tuning {
  connectTimeoutMs: number
  /** How long a connection may be idle during a request. */
  idleTimeoutMs: number
  /** The same for slow requests: completing an upload, and a download with a slow reader. */
  patientIdleTimeoutMs: number
  /** From the start of a request to the headers of its response, including the body of a part. */
  requestTimeoutMs: number
  /** From the headers of an answer to its end, unless it is an object. */
  answerTimeoutMs: number
  maxAttempts: number
  /** The longest wait before the second attempt; doubles with each attempt. */
  retryDelayMs: number
  /** Entries per page of a listing; undefined: the store's default, usually 1,000. */
  pageSize: number | undefined
  /** The largest object that one request copies. The limit of S3 is 5 GB; some stores mean 10^9 bytes by GB. */
  singleCopyBytes: number
  /** The smallest part of a larger copy. */
  copyPartBytes: number
}

export const defaultTuning: S3Tuning = {
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  patientIdleTimeoutMs: 300_000,
  requestTimeoutMs: 600_000,
  answerTimeoutMs: 120_000,
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

/** `clock` learns the store's time from its answers. */
export function openS3Clients(settings: S3Settings, tuning: S3Tuning, clock?: Pick<StoreClock, 'asking'>): S3Clients {
  const config: S3ClientConfig = {
    region: settings.region,
    forcePathStyle: settings.forcePathStyle ?? settings.endpoint !== undefined,
    retryStrategy: retryStrategy({ maxAttempts: tuning.maxAttempts, baseDelayMs: tuning.retryDelayMs }),
    maxAttempts: tuning.maxAttempts,
    // Half of the S3-compatible stores refuse the SDK's CRC32 headers. The sha256 of each part is signed instead.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With "Expect: 100-continue" the SDK opens a new connection for every part.
    expectContinueHeader: false,
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
  }
  const quick = new S3Client({
    ...config,
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
    requestHandler: handlerOptions(settings, tuning, tuning.idleTimeoutMs),
  })
  const patient = new S3Client({
    ...config,
    credentials: quick.config.credentials,
    requestHandler: handlerOptions(settings, tuning, tuning.patientIdleTimeoutMs),
  })
  for (const client of [quick, patient]) {
    limitAnswers(client, tuning.answerTimeoutMs)
    if (clock !== undefined) readClock(client, clock)
    if (settings.proxies !== undefined) sendThroughProxy(client, settings.proxies)
  }
  return { quick, patient }
}

/** The clients that get credentials by OIDC use the same, and so the same proxies. */
function handlerOptions({ proxies }: S3Settings, tuning: S3Tuning, socketTimeout: number) {
  const agent = { keepAlive: true, maxSockets: 16 }
  return {
    connectionTimeout: tuning.connectTimeoutMs,
    socketTimeout,
    requestTimeout: Math.max(tuning.requestTimeoutMs, socketTimeout),
    // Without it the SDK only prints a warning.
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: proxies === undefined ? agent : new TunnelAgent(proxies, agent),
  }
}
