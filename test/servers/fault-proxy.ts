import { once } from 'node:events'
import { createServer, type IncomingMessage, request as requestUpstream, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline, Readable, Transform } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'

/** A request as it arrived, for rules and for assertions. `path` is still percent-encoded, without the query. */
export interface SeenRequest {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  /** The fault it met; undefined when it passed. */
  fault?: Fault
}

/**
 * All that is given must agree. `query`: names that must be there, with a value unless it is `true`. `has`, `lacks`: a header
 * has such a name, or none has.
 */
export interface Match {
  method?: string
  path?: RegExp
  query?: Record<string, string | true>
  lacks?: RegExp
  has?: RegExp
}

export type Fault =
  /** An answer in the store's place; `forward` first lets the store carry the request out. */
  | {
      kind: 'reply'
      status: number
      code: string
      message?: string
      headers?: Record<string, string>
      forward?: boolean
    }
  /**
   * A connection reset: before the store hears of the request, after so many bytes of its body, or in place of the
   * answer.
   */
  | { kind: 'reset'; when: 'before' | 'after' | { bodyBytes: number } }
  /** No answer, ever. The store does not hear of the request. */
  | { kind: 'hang' }
  /** An answer in the store's place, made for the request. */
  | { kind: 'made'; headers?: Record<string, string>; body: (request: SeenRequest) => string }
  /**
   * An answer in the store's place whose body begins with one text and repeats another one: for ever, or so many times,
   * or once in so many milliseconds.
   */
  | {
      kind: 'repeat'
      status?: number
      headers?: Record<string, string>
      begin?: string
      text: string
      end?: string
      times?: number
      everyMs?: number
    }
  /** The connection ends after so many bytes of the answer's body. */
  | { kind: 'truncate'; afterBytes: number }
  /** The answer passes with these headers, in place of its own of the same names. */
  | { kind: 'headers'; headers: Record<string, string> }
  /** One bit of the request's body arrives wrong. */
  | { kind: 'flip'; atByte: number }

export interface FaultProxy {
  readonly endpoint: string
  /** Every request so far, in order of arrival. */
  readonly requests: readonly SeenRequest[]
  /** The next `times` requests that match meet the fault. Earlier rules come first. */
  fail(match: Match, fault: Fault, times?: number): void
  /** Forgets rules and requests. */
  clear(): void
  /** Resets what is open and waits until the port is free. */
  stop(): Promise<void>
}

/** How many of these requests match. */
export function countMatching(requests: readonly SeenRequest[], match: Match): number {
  return requests.filter(seen => matches(seen, match)).length
}

/** From now on the store asks for checksums as AWS does in a bucket with Object Lock and default retention; Ceph does not. */
export function askForChecksums(proxy: FaultProxy): void {
  for (const [what, query] of [
    ['Put Part', { partNumber: true }],
    ['Put Object', undefined],
  ] as const) {
    const message = `Content-MD5 OR x-amz-checksum- HTTP header is required for ${what} requests with Object Lock parameters`
    proxy.fail(
      {
        method: 'PUT',
        lacks: /^(content-md5$|x-amz-checksum-|x-amz-copy-source$)/,
        ...(query === undefined ? {} : { query }),
      },
      { kind: 'reply', status: 400, code: 'InvalidRequest', message },
      Number.POSITIVE_INFINITY,
    )
  }
}

/**
 * An HTTP proxy before an S3 endpoint that does what networks and stores do on bad days. It passes the Host header on
 * as it came, so the client's signature stays right. Bodies stream through it.
 */
export async function startFaultProxy({ upstream }: { upstream: string }): Promise<FaultProxy> {
  const origin = new URL(upstream)
  const requests: SeenRequest[] = []
  let rules: { match: Match; fault: Fault; left: number }[] = []

  const server = createServer((incoming, answer) => {
    const url = new URL(incoming.url ?? '/', 'http://proxy')
    const seen: SeenRequest = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
    }
    requests.push(seen)
    // The other end may go at any moment: that is what the proxy is for.
    incoming.on('error', () => {})
    answer.on('error', () => {})
    const rule = rules.find(({ match, left }) => left > 0 && matches(seen, match))
    if (rule === undefined) return forward(origin, incoming, answer)
    rule.left--
    seen.fault = rule.fault
    meet(rule.fault, seen, origin, incoming, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    endpoint: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    fail: (match, fault, times = 1) => {
      rules.push({ match, fault, left: times })
    },
    clear: () => {
      rules = []
      requests.length = 0
    },
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function matches(seen: SeenRequest, { method, path, query, has, lacks }: Match): boolean {
  const names = Object.keys(seen.headers)
  if (lacks !== undefined && names.some(name => lacks.test(name))) return false
  if (has !== undefined && !names.some(name => has.test(name))) return false
  if (method !== undefined && seen.method !== method) return false
  if (path !== undefined && seen.path.search(path) < 0) return false
  return Object.entries(query ?? {}).every(([name, value]) =>
    value === true ? seen.query.has(name) : seen.query.get(name) === value,
  )
}

function meet(fault: Fault, seen: SeenRequest, origin: URL, incoming: IncomingMessage, answer: ServerResponse): void {
  switch (fault.kind) {
    case 'reply':
      if (fault.forward) forward(origin, incoming, answer, { instead: () => reply(answer, fault) })
      else drain(incoming, () => reply(answer, fault))
      break
    case 'reset':
      if (fault.when === 'before') incoming.socket.resetAndDestroy()
      else if (fault.when === 'after')
        forward(origin, incoming, answer, { instead: () => incoming.socket.resetAndDestroy() })
      else afterBytes(incoming, fault.when.bodyBytes, () => incoming.socket.resetAndDestroy())
      break
    case 'hang':
      incoming.resume()
      break
    case 'made':
      answer.writeHead(200, { 'content-type': 'application/xml', ...fault.headers })
      drain(incoming, () => answer.end(fault.body(seen)))
      break
    case 'repeat':
      answer.writeHead(fault.status ?? 200, { 'content-type': 'application/xml', ...fault.headers })
      drain(incoming, () => pipeline(Readable.from(repeated(fault)), answer, () => {}))
      break
    case 'truncate':
      forward(origin, incoming, answer, { cutAfterBytes: fault.afterBytes })
      break
    case 'headers':
      forward(origin, incoming, answer, { headers: fault.headers })
      break
    case 'flip':
      forward(origin, incoming, answer, { flipAtByte: fault.atByte })
      break
  }
}

async function* repeated({
  begin = '',
  text,
  end = '',
  times = Number.POSITIVE_INFINITY,
  everyMs,
}: Extract<Fault, { kind: 'repeat' }>): AsyncGenerator<Buffer> {
  yield Buffer.from(begin)
  const each = Math.max(1, Math.floor(65_536 / text.length))
  for (let left = times; left > 0; left -= each) {
    if (everyMs === undefined) yield Buffer.from(text.repeat(Math.min(left, each)))
    else {
      await wait(everyMs)
      yield Buffer.from(text)
    }
  }
  yield Buffer.from(end)
}

interface Twist {
  /** Called once the store has answered in full, in place of passing the answer on. */
  instead?: () => void
  cutAfterBytes?: number
  headers?: Record<string, string>
  flipAtByte?: number
}

function forward(origin: URL, incoming: IncomingMessage, answer: ServerResponse, twist: Twist = {}): void {
  const outgoing = requestUpstream({
    host: origin.hostname,
    port: origin.port,
    method: incoming.method,
    path: incoming.url,
    headers: incoming.rawHeaders,
    setHost: false,
    agent: false,
  })
  outgoing.on('error', () => incoming.socket.resetAndDestroy())
  outgoing.on('response', upstreamAnswer => {
    if (twist.instead) return drain(upstreamAnswer, twist.instead)
    const headers = endToEnd(upstreamAnswer.rawHeaders, twist.headers)
    answer.writeHead(upstreamAnswer.statusCode ?? 502, headers)
    if (twist.cutAfterBytes === undefined) pipeline(upstreamAnswer, answer, () => {})
    else passOnly(upstreamAnswer, answer, twist.cutAfterBytes)
  })
  // A client that goes away takes its request with it.
  answer.once('close', () => outgoing.destroy())
  if (twist.flipAtByte === undefined) pipeline(incoming, outgoing, () => {})
  else pipeline(incoming, flip(twist.flipAtByte), outgoing, () => {})
}

function passOnly(upstreamAnswer: IncomingMessage, answer: ServerResponse, bytes: number): void {
  let left = bytes
  upstreamAnswer.on('data', (chunk: Buffer) => {
    const part = chunk.subarray(0, left)
    left -= part.length
    answer.write(part, () => {
      if (left === 0) answer.socket?.destroy()
    })
  })
  upstreamAnswer.on('end', () => answer.socket?.destroy())
}

/** Headers without those that are about the connection to the store, and with those that are put in their place. */
function endToEnd(rawHeaders: readonly string[], replaced: Record<string, string> = {}): string[] {
  const kept = Object.entries(replaced).flat()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = '', value = ''] = rawHeaders.slice(index, index + 2)
    const isReplaced = Object.keys(replaced).some(other => other.toLowerCase() === name.toLowerCase())
    if (!/^(connection|keep-alive)$/i.test(name) && !isReplaced) kept.push(name, value)
  }
  return kept
}

function flip(atByte: number): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const index = atByte - seen
      seen += chunk.length
      if (index < 0 || index >= chunk.length) return done(null, chunk)
      const damaged = Buffer.from(chunk)
      damaged.writeUInt8(damaged.readUInt8(index) ^ 1, index)
      done(null, damaged)
    },
  })
}

function drain(stream: IncomingMessage, then: () => void): void {
  stream.once('end', then)
  stream.resume()
}

function afterBytes(stream: IncomingMessage, bytes: number, then: () => void): void {
  let seen = 0
  stream.on('data', (chunk: Buffer) => {
    seen += chunk.length
    if (seen >= bytes) then()
  })
}

function reply(answer: ServerResponse, { status, code, message, headers }: Extract<Fault, { kind: 'reply' }>): void {
  answer.writeHead(status, { 'content-type': 'application/xml', ...headers })
  const text = message ?? `Scripted ${code}.`
  answer.end(`<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message></Error>`)
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.')
  return address.port
}
