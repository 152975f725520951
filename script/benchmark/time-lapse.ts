import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { freePort } from '../../test/servers/free-port'
import type { S3Account } from '../../test/servers/rgw'

/** A gateway before a store whose clock can be moved. */
export interface TimeLapse {
  account: S3Account
  /** How far its clock is ahead of the machine's. */
  aheadMs: number
  stop(): Promise<void>
}

/**
 * Starts a gateway before a store that shows the time of a clock of its own: in each answer, and of each object that was
 * written through it. A request is signed again, since the store takes none that was signed at another time.
 */
export async function startTimeLapse(store: S3Account): Promise<TimeLapse> {
  const written = new Map<string, number>()
  const port = await freePort()
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing, { store, written, lapse }).catch(error => outgoing.destroy(error))
  })
  const lapse: TimeLapse = {
    account: { ...store, endpoint: `http://127.0.0.1:${port}` },
    aheadMs: 0,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  return lapse
}

interface Gateway {
  store: S3Account
  /** How far the clock was ahead when a key was written. */
  written: Map<string, number>
  lapse: TimeLapse
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, gateway: Gateway): Promise<void> {
  const { store, written, lapse } = gateway
  const { method = 'GET', url = '/' } = incoming
  const target = new URL(store.endpoint)
  const headers = signed(method, url, { ...incoming.headers, host: target.host }, store)
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: target.hostname, port: target.port, method, path: url, headers }, resolve)
    sent.once('error', reject)
    incoming.pipe(sent)
  })
  const [path = '', query = ''] = url.split('?')
  if ((method === 'PUT' || method === 'POST') && !query.includes('partNumber=')) written.set(path, lapse.aheadMs)
  const shown = { ...answer.headers }
  const moved = (name: string, aheadMs: number) => {
    const value = shown[name]
    if (typeof value === 'string') shown[name] = new Date(Date.parse(value) + aheadMs).toUTCString()
  }
  moved('date', lapse.aheadMs)
  moved('last-modified', written.get(path) ?? 0)
  if (!/xml/.test(shown['content-type'] ?? '')) {
    outgoing.writeHead(answer.statusCode ?? 500, shown)
    answer.pipe(outgoing)
    return
  }
  const bucket = `/${path.split('/')[1]}`
  const text = moveTimes(
    (await buffer(answer)).toString(),
    key => written.get(`${bucket}/${encoded(key)}`) ?? lapse.aheadMs,
  )
  outgoing.writeHead(answer.statusCode ?? 500, {
    ...Object.fromEntries(Object.entries(shown).filter(([name]) => name !== 'transfer-encoding')),
    'content-length': Buffer.byteLength(text),
  })
  outgoing.end(text)
}

/** Of objects and uploads in a listing. */
function moveTimes(xml: string, aheadOf: (key: string) => number): string {
  return xml.replace(/<Key>([^<]*)<\/Key>(?:(?!<Key>).)*?<(LastModified|Initiated)>([^<]*)</gs, (found, key, _, time) =>
    found.replace(`>${time}<`, `>${new Date(Date.parse(time) + aheadOf(decodeURIComponent(key))).toISOString()}<`),
  )
}

function encoded(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

/** The headers with a signature of this moment (AWS signature, version 4), over those that the store looks at. */
function signed(method: string, url: string, headers: IncomingHttpHeaders, account: S3Account): IncomingHttpHeaders {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const { authorization: _, ...kept } = headers
  const all: IncomingHttpHeaders = { ...kept, 'x-amz-date': time }
  const names = Object.keys(all)
    .filter(name => name === 'host' || name.startsWith('x-amz-'))
    .sort()
  const [path = '', query = ''] = url.split('?')
  const payload = String(all['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD')
  const canonical = [
    method,
    path,
    query
      .split('&')
      .filter(each => each !== '')
      .map(each => (each.includes('=') ? each : `${each}=`))
      .sort()
      .join('&'),
    ...names.map(name => `${name}:${String(all[name]).trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n')
  const scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${account.secretKey}`)
  const signature = hmac(key, text).toString('hex')
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${account.accessKey}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
