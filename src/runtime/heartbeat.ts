import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './runtime'

/**
 * A dead man's switch: tells a monitor that a run began and how it ended, by the convention of healthchecks.io (the address
 * itself for success, `/start` and `/fail` behind its path). Nothing here throws or fails a run. What could not be told comes
 * back as a sentence, in which the address, a secret, does not occur.
 */
export interface Heartbeat {
  start(): Promise<string | undefined>
  /** `text` is shown by the monitor; at most 10 kB of it are sent. */
  success(text: string): Promise<string | undefined>
  fail(text: string): Promise<string | undefined>
}

export interface HeartbeatOptions {
  log: Log
  fetch?: typeof fetch
  /** For one attempt. */
  timeoutMs?: number
  /** The pauses between attempts; there is one attempt more than pauses. */
  retryMs?: readonly number[]
}

/** The monitor at `url`. */
export function heartbeat(url: string, options: HeartbeatOptions): Heartbeat {
  const tell = (what: Told, text?: string) => send(url, what, text, options)
  return {
    start: () => tell('start'),
    success: text => tell('success', text),
    fail: text => tell('fail', text),
  }
}

/** The address to tell something to: a word goes behind the path and before the query. */
export function heartbeatUrl(url: string, what: Told): string {
  if (what === 'success') return url
  const parsed = new URL(url)
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/${what}`
  parsed.hash = ''
  return parsed.href
}

type Told = 'start' | 'success' | 'fail'

const longestBody = 10_000

async function send(
  url: string,
  what: Told,
  text: string | undefined,
  { log, fetch: send = fetch, timeoutMs = 10_000, retryMs = [500, 1_500] }: HeartbeatOptions,
): Promise<string | undefined> {
  let reason = ''
  for (const pause of [0, ...retryMs]) {
    await sleep(pause)
    const answer = await attempt(send, url, what, text, timeoutMs)
    if (answer === undefined) return undefined
    reason = answer.reason
    log.debug(`Telling the heartbeat monitor "${what}" failed: ${reason}.`)
    if (answer.isFinal) break
  }
  return `The heartbeat monitor could not be told "${what}": ${reason}. It may raise an alarm. Check "heartbeat-url"; the backup itself is not touched by this.`
}

/** Undefined when it was told. */
async function attempt(
  send: typeof fetch,
  url: string,
  what: Told,
  text: string | undefined,
  timeoutMs: number,
): Promise<{ reason: string; isFinal: boolean } | undefined> {
  try {
    const response = await send(heartbeatUrl(url, what), {
      ...(text === undefined ? {} : { method: 'POST', body: bodyOf(text), headers: plainText }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    // Read to the end, so that the connection is free again; what it says is of no use.
    await response.body?.cancel()
    if (response.ok) return undefined
    const { status } = response
    return {
      reason: `it answered ${status}`,
      isFinal: status >= 400 && status < 500 && status !== 408 && status !== 429,
    }
  } catch (error) {
    return { reason: reasonOf(error, timeoutMs), isFinal: false }
  }
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' }

/** Cut at a whole character. */
function bodyOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text)
  let end = Math.min(bytes.length, longestBody)
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.slice(0, end)
}

/** By names and codes alone: messages of errors may hold the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (textIn(error, 'name') === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined
  const code = textIn(error, 'code') ?? textIn(cause, 'code')
  return code === undefined ? 'the request failed' : (meaningOf[code] ?? `the request failed with ${code}`)
}

function textIn(error: unknown, field: string): string | undefined {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined
  return typeof value === 'string' ? value : undefined
}

const meaningOf: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its host name has no address',
  EAI_AGAIN: 'the name server did not answer',
  ECONNREFUSED: 'nothing answers at its address',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
}
