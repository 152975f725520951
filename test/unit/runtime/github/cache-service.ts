import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** GitHub's cache service (version 2), as much of it as saving and restoring one small entry takes. */
export interface CacheService {
  /** `ACTIONS_RESULTS_URL`. */
  readonly url: string
  /** The keys of all entries, the oldest first. */
  readonly keys: string[]
  /** How it is today: `well`, every request answered 500, or no request answered. */
  mood: 'well' | 'broken' | 'silent'
  /** Makes every stored entry something that cannot be unpacked. */
  spoil(): void
  close(): Promise<void>
}

/** Listens on a free port of 127.0.0.1. */
export async function startCacheService(): Promise<CacheService> {
  const keys: string[] = []
  const bodies = new Map<string, Buffer>()
  const versions = new Map<string, string>()
  const server = createServer((request, response) => {
    answer(request).then(
      reply => {
        if (reply === undefined) return
        response.writeHead(reply.status, reply.headers)
        response.end(reply.body)
      },
      () => response.destroy(),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const service: CacheService = {
    url: `http://127.0.0.1:${port}/`,
    keys,
    mood: 'well',
    spoil: () => {
      for (const key of keys) bodies.set(key, Buffer.from('no archive'))
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answer(request: IncomingMessage): Promise<Reply | undefined> {
    const body = await buffer(request)
    if (service.mood === 'silent') return undefined
    if (service.mood === 'broken') return { status: 500, headers: {}, body: '{}' }
    const { pathname } = new URL(request.url ?? '', service.url)
    const method = pathname.split('/').at(-1)
    if (pathname.startsWith('/blob/')) return blob(request.method, decodeURIComponent(method ?? ''), body)
    const asked = JSON.parse(body.toString())
    if (method === 'CreateCacheEntry') {
      if (versions.has(asked.key)) return json({ ok: false })
      versions.set(asked.key, asked.version)
      return json({ ok: true, signed_upload_url: blobUrl(asked.key) })
    }
    if (method === 'FinalizeCacheEntryUpload') {
      keys.push(asked.key)
      return json({ ok: true, entry_id: String(keys.length) })
    }
    const wanted: string[] = asked.restore_keys ?? []
    const found = keys.findLast(
      key => versions.get(key) === asked.version && wanted.some(prefix => key.startsWith(prefix)),
    )
    return json(
      found === undefined ? { ok: false } : { ok: true, signed_download_url: blobUrl(found), matched_key: found },
    )
  }

  function blob(method: string | undefined, key: string, body: Buffer): Reply {
    const headers = {
      etag: '"1"',
      'last-modified': new Date(0).toUTCString(),
      'x-ms-request-id': '1',
      'x-ms-version': '2024-11-04',
    }
    if (method === 'PUT') {
      bodies.set(key, body)
      return { status: 201, headers, body: '' }
    }
    const stored = bodies.get(key) ?? Buffer.alloc(0)
    return {
      status: 200,
      headers: { ...headers, 'content-length': String(stored.length) },
      body: method === 'HEAD' ? '' : stored,
    }
  }

  function blobUrl(key: string): string {
    return `${service.url}blob/${encodeURIComponent(key)}?sig=1`
  }

  return service
}

interface Reply {
  status: number
  headers: Record<string, string>
  body: string | Buffer
}

function json(value: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}
