import { once } from 'node:events'
import { connect } from 'node:net'
import { pipeline } from 'node:stream'
import { createServer } from 'node:tls'
import { ownCertificate } from './own-certificate'

export interface TlsFront {
  /** `https://127.0.0.1:…` */
  readonly endpoint: string
  /** The certificate that a client must trust, as PEM. */
  readonly cert: string
  stop(): Promise<void>
}

/** TLS before an http server on loopback. */
export async function startTlsFront(upstream: string): Promise<TlsFront> {
  const { hostname, port } = new URL(upstream)
  const { key, cert } = ownCertificate()
  const server = createServer({ key, cert }, client => {
    const behind = connect(Number(port), hostname)
    pipeline(client, behind, client, () => {})
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    endpoint: `https://127.0.0.1:${address.port}`,
    cert,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}
