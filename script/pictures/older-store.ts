import { once } from 'node:events'
import { createServer, type IncomingMessage, request as requestUpstream, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A store that gives some objects another age, so that a history can be made in a minute. */
export interface OlderStore {
  readonly endpoint: string
  /** When the object of this key, in any bucket, was stored. */
  readonly storedAt: Map<string, Date>
  stop(): Promise<void>
}

/** Passes everything on to the store, and changes the dates of objects in its answers. */
export async function startOlderStore(upstream: string): Promise<OlderStore> {
  const origin = new URL(upstream)
  const storedAt = new Map<string, Date>()
  const server = createServer((incoming, answer) => forward(origin, storedAt, incoming, answer))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    storedAt,
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function forward(
  { hostname, port }: URL,
  storedAt: ReadonlyMap<string, Date>,
  incoming: IncomingMessage,
  answer: ServerResponse,
): void {
  const { method, url = '/', rawHeaders } = incoming
  const isListing = method === 'GET' && url.includes('list-type=2')
  const key = decodeURIComponent(new URL(url, 'http://store').pathname.split('/').slice(2).join('/'))
  const outgoing = requestUpstream({ host: hostname, port, method, path: url, headers: rawHeaders, setHost: false })
  outgoing.on('error', () => incoming.socket.destroy())
  outgoing.on('response', async upstreamAnswer => {
    const headers = { ...upstreamAnswer.headers }
    const older = storedAt.get(key)
    if (older !== undefined && method !== 'PUT') headers['last-modified'] = older.toUTCString()
    if (!isListing) {
      answer.writeHead(upstreamAnswer.statusCode ?? 502, headers)
      upstreamAnswer.pipe(answer)
      return
    }
    const chunks: Buffer[] = []
    for await (const chunk of upstreamAnswer) chunks.push(chunk)
    const text = Buffer.concat(chunks)
      .toString('utf8')
      .replace(/<Contents>.*?<\/Contents>/gs, entry => withItsAge(entry, storedAt))
    delete headers['transfer-encoding']
    answer.writeHead(upstreamAnswer.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(text) })
    answer.end(text)
  })
  incoming.pipe(outgoing)
}

function withItsAge(entry: string, storedAt: ReadonlyMap<string, Date>): string {
  const older = storedAt.get(decodeURIComponent(/<Key>(.*?)<\/Key>/.exec(entry)?.[1] ?? ''))
  return older === undefined ? entry : entry.replace(/(?<=<LastModified>)[^<]*/, older.toISOString())
}
