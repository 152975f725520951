import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs work whose libraries print for themselves. What they write to standard output goes to `sink`, line by line, so that a
 * hiccup of something optional makes no annotation on a good run; only masks and debug lines reach the runner as
 * they are. It holds for everything that the work started, even after it has been given up; all others print as ever.
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
      // The sink prints too: from outside of the work.
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
  const text =
    typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : ''
  return text.split(/\r?\n/).filter(line => line !== '')
}
