import type { Clock, Log } from '../runtime'
import { formatDuration } from '../text/format-duration'
import { printable, printableLines } from '../text/printable'

/** The part of `@actions/core` that a log prints with. */
export interface LogCommands {
  info(line: string): void
  debug(line: string): void
  notice(message: string, properties: { title?: string }): void
  warning(message: string, properties: { title?: string }): void
  error(message: string, properties: { title?: string }): void
  startGroup(title: string): void
  endGroup(): void
  /** See `Log.live`. */
  live?(line: string): void
}

/**
 * A log that scrubs secrets from its lines and then makes them printable, in this order: escaping could change a secret
 * beyond recognition. GitHub does not nest groups, so an inner group is a plain heading. The duration of a group is
 * printed after it, where a reader sees it while the group is folded; under 0.1 s it is left out.
 */
export function createLog(
  commands: LogCommands,
  scrub: (text: string) => string,
  clock: Pick<Clock, 'monotonicMs'>,
): Log {
  let openGroups = 0

  const lines = (text: string) => printableLines(scrub(text))
  const info = (text: string) => {
    for (const line of lines(text)) commands.info(line)
  }
  const annotate =
    (kind: 'notice' | 'warning' | 'error') =>
    (message: string, title?: string): void =>
      commands[kind](lines(message).join('\n'), title === undefined ? {} : { title: printable(scrub(title)) })

  return {
    info,
    debug(text) {
      for (const line of lines(text)) commands.debug(line)
    },
    notice: annotate('notice'),
    warning: annotate('warning'),
    error: annotate('error'),
    ...(commands.live && { live: line => commands.live?.(printable(scrub(line))) }),
    async group(title, work) {
      const heading = printable(scrub(title))
      const startMs = clock.monotonicMs()
      let took = 'failed after'
      if (openGroups++ === 0) commands.startGroup(heading)
      else commands.info(heading)
      try {
        const result = await work()
        took = 'took'
        return result
      } finally {
        if (--openGroups === 0) commands.endGroup()
        const durationMs = clock.monotonicMs() - startMs
        if (durationMs >= 100) commands.info(`${heading}: ${took} ${formatDuration(durationMs)}`)
      }
    },
  }
}
