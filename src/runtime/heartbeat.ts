import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from './runtime'

/**
 * A dead man's switch: notifies a monitor of start and end by the convention of healthchecks.io (the URL for success,
 * `/start` and `/fail` appended to its path). Never throws: returns a failure as a sentence without the secret URL.
 */
export interface Heartbeat {
  start(): Promise<string | undefined>
  /** The monitor shows `text`; at most 10 kB of it are sent. */
  success(text: string): Promise<string | undefined>
  fail(text: string): Promise<string | undefined>
}

export interface HeartbeatOptions {
  log: Log
  fetch?: typeof fetch
  /** The time limit of one attempt. */
  timeoutMs?: number
  /** The pauses between attempts; there is one attempt more than pauses. */
  retryMs?: readonly number[]
}

/** The monitor at `url`. */
export function heartbeat(url: string, options: HeartbeatOptions): Heartbeat {
  const notify = (event: HeartbeatEvent, text?: string) => send(url, event, text, options)
  return {
    start: () => notify('start'),
    success: text => notify('success', text),
    fail: text => notify('fail', text),
  }
}

/** The URL for an event: its name goes after the path and before the query. */
export function heartbeatUrl(url: string, event: HeartbeatEvent): string {
  if (event === 'success') return url
  const parsed = new URL(url)
  parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/${event}`
  parsed.hash = ''
  return parsed.href
}

type HeartbeatEvent = 'start' | 'success' | 'fail'

const longestBody = 10_000

async function send(
  url: string,
  event: HeartbeatEvent,
  text: string | undefined,
  { log, fetch: send = fetch, timeoutMs = 10_000, retryMs = [500, 1_500] }: HeartbeatOptions,
): Promise<string | undefined> {
  let reason = ''
  for (const pause of [0, ...retryMs]) {
    await sleep(pause)
    const answer = await attempt(send, url, event, text, timeoutMs)
    if (answer === undefined) return undefined
    reason = answer.reason
    log.debug(`The heartbeat "${event}" failed: ${reason}.`)
    if (answer.isFinal) break
  }
  return `The heartbeat monitor did not receive "${event}": ${reason}. It may raise an alarm. Check "heartbeat-url"; the backup itself is not affected.`
}

/** Undefined when the monitor accepted it. */
async function attempt(
  send: typeof fetch,
  url: string,
  event: HeartbeatEvent,
  text: string | undefined,
  timeoutMs: number,
): Promise<{ reason: string; isFinal: boolean } | undefined> {
  try {
    const response = await send(heartbeatUrl(url, event), {
      ...(text === undefined ? {} : { method: 'POST', body: bodyOf(text), headers: plainText }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    // Frees the connection; the body is not needed.
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

/** Uses names and codes only: messages of errors may contain the URL. */
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
