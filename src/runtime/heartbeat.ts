import { setTimeout as sleep } from 'node:timers/promises'
import { statusOf } from './proxy/proxied-request'
import type { Proxies } from './proxy/proxies'
import { proxyFaultIn } from './proxy/proxy-fault'
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
  /** Undefined: connections are direct. */
  proxies?: Proxies | undefined
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
  { log, proxies = { direct: [] }, timeoutMs = 10_000, retryMs = [500, 1_500] }: HeartbeatOptions,
): Promise<string | undefined> {
  let reason = ''
  for (const pause of [0, ...retryMs]) {
    await sleep(pause)
    const answer = await attempt(url, event, text, { proxies, timeoutMs })
    if (answer === undefined) return undefined
    reason = answer.reason
    log.debug(`The heartbeat "${event}" failed: ${reason}.`)
    if (answer.isFinal) break
  }
  return `The heartbeat monitor did not receive "${event}": ${reason}. It may raise an alarm. Check "heartbeat-url"; the backup itself is not affected.`
}

/** Undefined when the monitor accepted it. */
async function attempt(
  url: string,
  event: HeartbeatEvent,
  text: string | undefined,
  { proxies, timeoutMs }: { proxies: Proxies; timeoutMs: number },
): Promise<{ reason: string; isFinal: boolean } | undefined> {
  const content = text === undefined ? { method: 'GET' as const } : { method: 'POST' as const, ...bodyOf(text) }
  try {
    const address = new URL(heartbeatUrl(url, event))
    const status = await statusOf(address, { ...content, proxies, signal: AbortSignal.timeout(timeoutMs) })
    if (status >= 200 && status < 300) return undefined
    return {
      reason: `it answered ${status}`,
      isFinal: status >= 400 && status < 500 && status !== 408 && status !== 429,
    }
  } catch (error) {
    return { reason: reasonOf(error, timeoutMs), isFinal: false }
  }
}

/** Cut at a whole character. */
function bodyOf(text: string) {
  const bytes = new TextEncoder().encode(text)
  let end = Math.min(bytes.length, longestBody)
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return { body: bytes.slice(0, end), headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': end } }
}

/** Uses names and codes only: messages of errors may contain the URL. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const proxyFault = proxyFaultIn(error)
  if (proxyFault !== undefined) return proxyFault.message
  if (textIn(error, 'name') === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  const code = textIn(error, 'code')
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
}
