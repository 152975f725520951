import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { heartbeat, heartbeatUrl } from '../../../src/runtime/heartbeat'
import { freePort } from '../../servers/free-port'
import { startHttpProxy } from '../../servers/proxy/http-proxy'
import { recordingRuntime } from '../recording-runtime'

const id = 'b4d1c0de-secret-0000'
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    const closed = once(server, 'close')
    server.close()
    await closed
  }
})

interface Ping {
  request: string
  type: string | undefined
  body: string
}

/** A monitor that answers each ping in turn as it is told, the last one for all that follow. */
async function monitorThat(
  ...answers: ((answer: ServerResponse, request: IncomingMessage) => void)[]
): Promise<{ url: string; pings: Ping[] }> {
  const pings: Ping[] = []
  const server = createServer(async (request, answer) => {
    const act = answers[Math.min(pings.length, answers.length - 1)]
    const ping = {
      request: `${request.method} ${request.url}`,
      type: request.headers['content-type'],
      body: '',
    }
    pings.push(ping)
    request.on('error', () => {})
    act?.(answer, request)
    ping.body = await textOf(request).catch(() => '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  servers.push(server)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The monitor has no port.')
  return { url: `http://127.0.0.1:${address.port}/ping/${id}`, pings }
}

const ok = (answer: ServerResponse) => answer.end('OK')
const status = (code: number) => (answer: ServerResponse) => {
  answer.statusCode = code
  answer.end('no')
}
const hang = () => {}
const reset = (_: ServerResponse, request: IncomingMessage) => request.socket.resetAndDestroy()

/** Long enough for a busy machine; a monitor that hangs is waited for so long each time. */
const quick = { log: recordingRuntime().log, retryMs: [1, 1], timeoutMs: 1_000 }

describe('heartbeat', () => {
  it('tells that a run began, and how it ended', async () => {
    const { url, pings } = await monitorThat(ok)
    const monitor = heartbeat(url, quick)
    expect(await monitor.start()).toBeUndefined()
    expect(await monitor.success('Monday-13-00, 12 MB')).toBeUndefined()
    expect(await monitor.fail('mysqldump ended with status 2 ☠')).toBeUndefined()
    const type = 'text/plain; charset=utf-8'
    expect(pings).toEqual([
      { request: `GET /ping/${id}/start`, type: undefined, body: '' },
      { request: `POST /ping/${id}`, type, body: 'Monday-13-00, 12 MB' },
      { request: `POST /ping/${id}/fail`, type, body: 'mysqldump ended with status 2 ☠' },
    ])
  })

  it('goes through the proxy of the runner, and calls it by its name when it is to blame', async () => {
    const proxy = await startHttpProxy()
    const { url, pings } = await monitorThat(ok)
    const proxies = { http: { variable: 'http_proxy', origin: proxy.url }, direct: [] }
    expect(await heartbeat(url, { ...quick, proxies }).success('12 MB')).toBeUndefined()
    expect(pings).toEqual([{ request: `POST /ping/${id}`, type: 'text/plain; charset=utf-8', body: '12 MB' }])
    expect(proxy.requests).toEqual([`POST ${url}`])
    proxy.refuse(407)
    const what = await heartbeat(url, { ...quick, proxies }).start()
    expect(what).toContain(`the proxy ${proxy.url} of http_proxy wants a user and a password (407)`)
    expect(what).not.toContain(id)
    await proxy.stop()
    expect(await heartbeat(url, { ...quick, proxies }).start()).toContain('cannot be reached (ECONNREFUSED)')
  })

  it('follows a redirect, and not for ever', async () => {
    const moved =
      (to: string, code = 301) =>
      (answer: ServerResponse) =>
        void answer.writeHead(code, { location: to }).end()
    const { url, pings } = await monitorThat(moved(`/ping/${id}/new`, 308), ok, moved('/round/and/round'))
    expect(await heartbeat(url, quick).success('12 MB')).toBeUndefined()
    expect(pings.at(-1)).toMatchObject({ request: `POST /ping/${id}/new`, body: '12 MB' })
    expect(await heartbeat(url, { ...quick, retryMs: [] }).start()).toContain('it answered 301')
  })

  it('sends at most 10 kB, cut at a whole character', async () => {
    const { url, pings } = await monitorThat(ok)
    await heartbeat(url, quick).fail(`x${'☠'.repeat(5_000)}`)
    expect(pings[0]?.body).toBe(`x${'☠'.repeat(3_333)}`)
  })

  it.each([
    ['an answer of 500', status(500)],
    ['an answer of 429', status(429)],
    ['a reset', reset],
    ['no answer', hang],
  ])('tries again after %s', async (_, fault) => {
    const { url, pings } = await monitorThat(fault, fault, ok)
    expect(await heartbeat(url, quick).success('fine')).toBeUndefined()
    expect(pings.map(({ body }) => body)).toHaveLength(3)
    expect(pings[2]?.body).toBe('fine')
  })

  it.each([
    ['answers 500', status(500), 'it answered 500', 3],
    ['does not know the address', status(404), 'it answered 404', 1],
    ['resets every connection', reset, 'the connection broke', 3],
    ['hangs', hang, 'no answer within 1 s', 3],
  ])('gives up with a warning on a monitor that %s', async (_, fault, reason, attempts) => {
    const { url, pings } = await monitorThat(fault)
    expect(await heartbeat(url, quick).fail('x')).toBe(
      `The heartbeat monitor did not receive "fail": ${reason}. It may raise an alarm. Check "heartbeat-url"; the backup itself is not affected.`,
    )
    expect(pings).toHaveLength(attempts)
  })

  it('gives up on an answer that begins too late', async () => {
    const { url } = await monitorThat(answer => setTimeout(() => answer.end('OK'), 60_000).unref())
    expect(await heartbeat(url, { ...quick, retryMs: [] }).start()).toContain('no answer within 1 s')
  })

  it('does not wait for the end of an answer', async () => {
    const { url } = await monitorThat(answer => answer.writeHead(200).write('OK, and then'))
    expect(await heartbeat(url, { ...quick, retryMs: [] }).start()).toBeUndefined()
  })

  it.each([
    [
      'nothing listens',
      async () => `http://127.0.0.1:${await freePort()}/ping/${id}`,
      'nothing answers at its address',
    ],
    [
      'the name is unknown',
      async () => `http://no-such-host.invalid/ping/${id}`,
      /its host name has no address|the name server did not answer/,
    ],
    ['the address is none', async () => `nonsense ${id}`, 'the request failed'],
    ['TLS is not spoken there', async () => '', /the request failed|the connection broke/],
  ])('never throws and never shows the address: %s', async (_, address, reason) => {
    const { url } = await monitorThat(ok)
    const runtime = recordingRuntime()
    const warning = await heartbeat((await address()) || url.replace('http:', 'https:'), {
      ...quick,
      log: runtime.log,
    }).fail('x')
    expect(warning).toMatch(reason)
    expect(JSON.stringify([warning, runtime])).not.toContain(id)
    expect(JSON.stringify([warning, runtime])).not.toContain('127.0.0.1')
  })
})

describe('heartbeatUrl', () => {
  it.each([
    ['https://hc.example/a1b2', 'https://hc.example/a1b2/start'],
    ['https://hc.example/a1b2/', 'https://hc.example/a1b2/start'],
    ['https://hc.example/key/slug?create=1', 'https://hc.example/key/slug/start?create=1'],
    ['https://hc.example/a1b2/?rid=x%2Fy#top', 'https://hc.example/a1b2/start?rid=x%2Fy'],
    ['https://hc.example:8443', 'https://hc.example:8443/start'],
    ['https://hc.example/a%20b', 'https://hc.example/a%20b/start'],
  ])('puts the word behind the path of %s', (url, started) => {
    expect(heartbeatUrl(url, 'start')).toBe(started)
    expect(heartbeatUrl(url, 'fail')).toBe(started.replace('/start', '/fail'))
    expect(heartbeatUrl(url, 'success')).toBe(url)
  })
})
