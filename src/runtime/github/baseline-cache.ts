import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { abortable } from '../abortable'
import { messageOf } from '../errors'
import type { Clock, Log, RunIdentity } from '../runtime'
import { baselineCacheEntry, type CacheEntry } from './baseline-cache-entry'
import { divertOutput } from './divert-output'

/**
 * A small text in the cache of GitHub Actions, for credentials that cannot read the bucket. Never rejects; failures are
 * debug lines. GitHub drops entries that are unused for seven days. Strangers can read them.
 */
export interface BaselineCache {
  /** The newest saved text; undefined when there is none, or the cache is unavailable. */
  load(): Promise<string | undefined>
  save(text: string): Promise<void>
}

export interface BaselineCacheOptions {
  /** Identifies the site; strangers can read it. */
  scope: string
  run: Pick<RunIdentity, 'id' | 'attempt'>
  /** `RUNNER_TEMP`; '' outside GitHub, where there is no cache. */
  tempFolder: string
  clock: Pick<Clock, 'now'>
  log: Pick<Log, 'debug'>
  signal: AbortSignal
  /** The time limit of each method; 10 s by default. */
  limitMs?: number
}

/** The cache of GitHub Actions, over `@actions/cache`. */
export function baselineCache(options: BaselineCacheOptions): BaselineCache {
  const { scope, run, tempFolder, clock, log } = options
  const entryNow = () => baselineCacheEntry({ scope, run, tempFolder, now: clock.now() })
  return {
    load: () =>
      attempt('read', options, async () => {
        const entry = entryNow()
        const text = await withFolder(entry, () => restore(entry))
        log.debug(text === undefined ? 'The cache has no baseline.' : 'Read a baseline from the cache.')
        return text
      }),
    save: text =>
      attempt('written', options, async () => {
        const entry = entryNow()
        await withFolder(entry, () => store(entry, text))
      }),
  }
}

/** The baseline of 40,000 tables takes a third of this. */
const textBytesMax = 8 * 1024 * 1024

async function restore({ path, key, keyPrefix }: CacheEntry): Promise<string | undefined> {
  const cache = await openCache()
  const found = await cache.restoreCache([path], key, [keyPrefix])
  if (found === undefined) return undefined
  const { size } = await stat(path)
  return size > textBytesMax ? undefined : await readFile(path, 'utf8')
}

async function store({ path, key }: CacheEntry, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  const cache = await openCache()
  await cache.saveCache([path], key)
}

/** Imported on demand: 2.5 MB of code that a run which can read its bucket never needs. */
async function openCache(): Promise<typeof import('@actions/cache')> {
  const cache = await import('@actions/cache')
  if (!cache.isFeatureAvailable()) throw new Error('this runner has no cache service')
  return cache
}

/** Runs `work` with an empty folder and removes the folder afterwards. */
async function withFolder<T>({ path }: CacheEntry, work: () => Promise<T>): Promise<T> {
  const folder = dirname(path)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    return await work()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function attempt<T>(
  what: 'read' | 'written',
  { tempFolder, log, signal, limitMs = 10_000 }: BaselineCacheOptions,
  work: () => Promise<T>,
): Promise<T | undefined> {
  if (tempFolder === '' || signal.aborted) return undefined
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new Error(`no result after ${limitMs / 1000} s`)), limitMs)
  try {
    return await abortable(
      divertOutput(line => log.debug(line), work),
      AbortSignal.any([signal, limit.signal]),
    )
  } catch (error) {
    log.debug(`The baseline could not be ${what} in the cache: ${messageOf(error)}`)
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
