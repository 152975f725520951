import type { Clock, Log } from '../runtime'
import { formatDuration } from '../text/format-duration'
import { printable, printableLines } from '../text/printable'

/** What a log is printed with: the part of `@actions/core` that it needs. */
export interface LogCommands {
  info(line: string): void
  debug(line: string): void
  notice(message: string, properties: { title?: string }): void
  warning(message: string, properties: { title?: string }): void
  error(message: string, properties: { title?: string }): void
  startGroup(title: string): void
  endGroup(): void
}

/**
 * A log whose lines are scrubbed first (a secret is found only in its own shape) and made printable then. GitHub does
 * not nest groups: a group within a group is a plain heading. The time a group took stands below it, where it is seen
 * while the group is folded, and is left out when it was no time at all.
 */
export function createLog(commands: LogCommands, scrub: (text: string) => string, clock: Clock): Log {
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
