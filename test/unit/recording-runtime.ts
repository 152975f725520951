import { storeClock } from '../../src/runtime/clock'
import { createLog } from '../../src/runtime/github/log'
import { createMasks } from '../../src/runtime/github/masks'
import type { RunIdentity, Runtime } from '../../src/runtime/runtime'

/** One line of the log: `group` and `endgroup` mark where a fold begins and ends. */
interface RecordedLine {
  kind: 'info' | 'debug' | 'notice' | 'warning' | 'error' | 'group' | 'endgroup'
  text: string
  title?: string
}

/** What a runtime was told, in order, and the strings to pull. */
export interface RecordingRuntime extends Runtime {
  readonly lines: RecordedLine[]
  readonly outputs: Map<string, string>
  readonly states: Map<string, string>
  readonly summaries: string[]
  /** The secrets as they were passed to `mask`. */
  readonly secrets: string[]
  /** Aborts `signal`, as SIGINT does. */
  stop(reason?: unknown): void
  /** Moves both clocks on. */
  advance(ms: number): void
}

export interface RecordingOptions {
  inputs?: Readonly<Record<string, string>>
  /** What the main step saved, for a post step. */
  states?: Readonly<Record<string, string>>
  /** Where the clock stands at first; it moves only by `advance`. */
  now?: Date | string
  run?: Partial<RunIdentity>
}

/** A runtime in memory, with the masking and the log of the real one. */
export function recordingRuntime(options: RecordingOptions = {}): RecordingRuntime {
  const lines: RecordedLine[] = []
  const outputs = new Map<string, string>()
  const states = new Map(Object.entries(options.states ?? {}))
  const summaries: string[] = []
  const secrets: string[] = []
  const masks = createMasks()
  const controller = new AbortController()
  const start = new Date(options.now ?? '2026-11-23T13:05:02.120Z').getTime()
  let passedMs = 0

  const plain = (kind: RecordedLine['kind']) => (text: string) => void lines.push({ kind, text })
  const annotation =
    (kind: RecordedLine['kind']) =>
    (text: string, { title }: { title?: string }) =>
      void lines.push(title === undefined ? { kind, text } : { kind, text, title })
  const clock = storeClock({ now: () => new Date(start + passedMs), monotonicMs: () => passedMs })

  return {
    lines,
    outputs,
    states,
    summaries,
    secrets,
    clock,
    signal: controller.signal,
    graceMs: 8_000,
    run: { repository: 'acme/shop', id: '123', attempt: '1', event: 'schedule', url: '', ...options.run },
    log: createLog(
      {
        info: plain('info'),
        debug: plain('debug'),
        notice: annotation('notice'),
        warning: annotation('warning'),
        error: annotation('error'),
        startGroup: plain('group'),
        endGroup: () => void lines.push({ kind: 'endgroup', text: '' }),
      },
      masks.scrub,
      clock,
    ),
    input: name => (options.inputs?.[name] ?? '').trim(),
    mask(secret) {
      secrets.push(secret)
      masks.add(secret)
    },
    scrub: masks.scrub,
    output: (name, value) => void outputs.set(name, value),
    summary: async markdown => void summaries.push(masks.scrub(markdown)),
    saveState: (name, value) => void states.set(name, value),
    state: name => states.get(name) ?? '',
    stop: reason => controller.abort(reason),
    advance(ms) {
      passedMs += ms
    },
  }
}
