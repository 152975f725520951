import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs work whose libraries print on their own. Their standard output goes to `sink`, line by line, so that an optional
 * step that fails leaves no annotation on a good run. Only masks and debug lines reach the runner unchanged. Applies to
 * everything that `work` started, even after nobody waits for it, and to nothing else.
 */
export function divertOutput<T>(sink: (line: string) => void, work: () => Promise<T>): Promise<T> {
  install()
  return sinks.run(sink, work)
}

const sinks = new AsyncLocalStorage<(line: string) => void>()
let isInstalled = false

function install(): void {
  if (isInstalled) return
  isInstalled = true
  process.stdout.write = new Proxy(process.stdout.write, {
    apply(write, stream, args: unknown[]) {
      const sink = sinks.getStore()
      const [chunk] = args
      if (sink === undefined) return Reflect.apply(write, stream, args)
      // The sink prints too, and its own output must not be diverted.
      sinks.exit(() => {
        for (const line of linesOf(chunk)) {
          if (/^::(add-mask|debug)::/.test(line)) Reflect.apply(write, stream, [`${line}\n`])
          else sink(line.replace(/^::(\w+)[^:]*::/, '$1: '))
        }
      })
      const done = args.at(-1)
      if (typeof done === 'function') process.nextTick(done)
      return true
    },
  })
}

function linesOf(chunk: unknown): string[] {
  const text = typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : ''
  return text.split(/\r?\n/).filter(line => line !== '')
}
