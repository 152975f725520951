import { setTimeout as sleep } from 'node:timers/promises'
import { countMatching, type Fault, type FaultProxy, type Match, startFaultProxy } from '../servers/fault-proxy'
import { testServices } from '../servers/test-services'

/** The requests of a backup to its store, as rules for the fault proxy. The slot is `running`. */
export const storeRequests = {
  list: { method: 'GET', query: { 'list-type': '2' } },
  listUploads: { method: 'GET', query: { uploads: true } },
  create: { method: 'POST', query: { uploads: true } },
  createFiles: { method: 'POST', path: /codebase/, query: { uploads: true } },
  part: { method: 'PUT', query: { partNumber: true } },
  complete: { method: 'POST', query: { uploadId: true } },
  completeDatabase: { method: 'POST', path: /database/, query: { uploadId: true } },
  completeFiles: { method: 'POST', path: /codebase/, query: { uploadId: true } },
  abort: { method: 'DELETE', query: { uploadId: true } },
  putManifest: { method: 'PUT', path: /running\.manifest\.json$/ },
  head: { method: 'HEAD' },
  headFiles: { method: 'HEAD', path: /codebase/ },
  read: { method: 'GET', path: /running-backups\/.+/ },
} satisfies Record<string, Match>

/**
 * Lets a request pass, and so keeps the next rule for the one after it: what it would damage lies behind every body.
 */
export const pass: Fault = { kind: 'flip', atByte: Number.POSITIVE_INFINITY }

export const denied: Fault = { kind: 'reply', status: 403, code: 'AccessDenied', message: 'Access Denied' }

/** A fault proxy before the S3 server of the tests. */
export function storeProxy(): Promise<FaultProxy> {
  return startFaultProxy({ upstream: testServices().s3.endpoint })
}

/** Resolves once so many such requests have arrived at the proxy. Throws after half a minute. */
export async function arrival({ requests }: FaultProxy, match: Match, times = 1): Promise<void> {
  for (let attempt = 0; attempt < 6_000; attempt++) {
    if (countMatching(requests, match) >= times) return
    await sleep(5)
  }
  throw new Error(`No such request arrived: ${JSON.stringify(match)}`)
}
