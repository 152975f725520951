import { createHash } from 'node:crypto'
import type { UploadPartCommand } from '@aws-sdk/client-s3'

/**
 * Includes the sha256 of the body in the signature of the request, with http and https, so that a store refuses damaged
 * bytes. The hash is computed once and reused by retries.
 */
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

function hasHeaders(request: unknown): request is { headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request
}
