import type { LogCommands } from '../github/log'

/** Where a log for a person is written to. */
export interface Terminal {
  write(text: string): unknown
  isTTY?: boolean
  columns?: number
}

/**
 * Prints a log for a person: groups as headings with their lines indented, annotations as lines that begin with what they
 * are. On a terminal the live line is always the last one. `isVerbose`: debug lines too.
 */
export function terminalCommands(terminal: Terminal, isVerbose: boolean): LogCommands {
  let indent = ''
  let live = ''
  const redraw = (text: string) => {
    const shown = live === '' ? '' : live.slice(0, Math.max(0, (terminal.columns ?? 80) - 1))
    terminal.write(`${terminal.isTTY ? erase : ''}${text}${shown}`)
  }
  const print = (line: string) => redraw(`${indent}${line}\n`)
  const annotation =
    (kind: string) =>
    (message: string, { title }: { title?: string }) => {
      const [first = '', ...rest] = [...(title === undefined ? [] : [title]), ...message.split('\n')]
      print(`${kind}${first}`)
      for (const line of rest) print(`  ${line}`)
    }
  return {
    info: print,
    debug: line => {
      if (isVerbose) print(line)
    },
    notice: annotation(''),
    warning: annotation('Warning: '),
    error: annotation('Error: '),
    startGroup: title => {
      print(title)
      indent = '  '
    },
    endGroup: () => {
      indent = ''
    },
    ...(terminal.isTTY && {
      live: line => {
        if (line === live) return
        live = line
        redraw('')
      },
    }),
  }
}

/** To the beginning of the line, and erase it. */
const erase = '\r\u001b[K'
