import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { DirectHosts } from '../../../../src/runtime/proxy/direct-hosts'
import type { HttpProxy } from '../../../../src/runtime/proxy/proxies'
import { TunnelAgent } from '../../../../src/runtime/proxy/tunnel-agent'
import { freePort } from '../../../servers/free-port'
import { type HttpProxyServer, startHttpProxy } from '../../../servers/proxy/http-proxy'
import { startTlsFront, type TlsFront } from '../../../servers/proxy/tls-front'
import { errorOf } from '../../error-of'

let server: Server
let front: TlsFront
let proxy: HttpProxyServer

beforeAll(async () => {
  server = createServer((_, answer) => answer.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  front = await startTlsFront(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`)
  proxy = await startHttpProxy('runner:secret word')
})

beforeEach(() => proxy.clear())

afterAll(async () => {
  await proxy?.stop()
  server?.closeAllConnections()
  await front?.stop()
  server?.close()
})

const header = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`

async function get(https: HttpProxy, direct: DirectHosts = [], ca: string | undefined = front.cert) {
  const agent = new TunnelAgent({ https, direct }, { keepAlive: true })
  try {
    const sent = request(front.endpoint, { agent, ...(ca === '' ? {} : { ca }) })
    sent.end()
    const [answer] = await once(sent, 'response')
    return await text(answer)
  } finally {
    agent.destroy()
  }
}

const through = (change: Partial<HttpProxy> = {}): HttpProxy => ({
  variable: 'HTTPS_PROXY',
  origin: `http://127.0.0.1:${proxy.port}`,
  authorization: header('runner:secret word'),
  ...change,
})

describe('TunnelAgent', () => {
  it('reaches an https server through a tunnel, with TLS end to end', async () => {
    expect(await get(through())).toBe('hello')
    expect(proxy.requests).toEqual([`CONNECT ${new URL(front.endpoint).host}`])
  })

  it('still checks the certificate of the server', async () => {
    const error = await errorOf(get(through(), [], ''))
    expect(error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
  })

  it('goes directly where NO_PROXY says so, and to the proxy itself', async () => {
    expect(await get(through(), [{ host: '127.0.0.1' }])).toBe('hello')
    expect(await get(through({ origin: front.endpoint }))).toBe('hello')
    expect(proxy.requests).toEqual([])
  })

  it.each<[string, number, string, RegExp]>([
    ['wrong credentials', 407, 'does not accept the user and password in that variable (407)', /USER:PASSWORD@/],
    ['a refusal', 403, 'does not allow it (403)', /NO_PROXY/],
    ['no way on', 503, 'could not connect to it (503)', /NO_PROXY/],
  ])('calls %s so', async (_name, status, reason, advice) => {
    proxy.refuse(status)
    expect(await errorOf(get(through()))).toMatchObject({
      message: `the proxy http://127.0.0.1:${proxy.port} of HTTPS_PROXY ${reason}`,
      advice: expect.stringMatching(advice),
    })
  })

  it('says that the proxy wants a user, and when it is not there', async () => {
    const { authorization: _, ...anonymous } = through()
    expect(await errorOf(get(anonymous))).toMatchObject({
      code: 'ERR_PROXY_AUTHENTICATION',
      message: expect.stringContaining('wants a user and a password (407)'),
    })
    const origin = `http://127.0.0.1:${await freePort()}`
    expect(await errorOf(get(through({ origin })))).toMatchObject({
      code: 'ECONNREFUSED',
      message: `the proxy ${origin} of HTTPS_PROXY cannot be reached (ECONNREFUSED)`,
    })
  })
})
