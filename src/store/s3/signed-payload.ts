import { createHash } from 'node:crypto'
import type { UploadPartCommand } from '@aws-sdk/client-s3'

/** Signs the body's sha256, also over http, so that a store refuses damaged bytes. Computed once, reused by retries. */
export function signPayload(command: UploadPartCommand, body: Buffer): void {
  const sha256 = createHash('sha256').update(body).digest('hex')
  command.middlewareStack.add(
    next => args => {
      if (!hasHeaders(args.request)) throw new Error('the request has no headers to sign')
      args.request.headers['x-amz-content-sha256'] = sha256
      return next(args)
    },
    { step: 'build', name: 'signPayload' },
  )
}

/** For the header `Content-MD5`. A bucket with Object Lock and default retention refuses parts and objects without it. */
export function contentMd5(body: Buffer): string {
  return createHash('md5').update(body).digest('base64')
}

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request
}
