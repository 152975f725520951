import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { abortable } from '../../../runtime/abortable'
import { LineCutter } from '../../../server/line-cutter'
import { signalGroup } from '../../../server/local/process-group'

/** A program that runs next to the drill and can be ended at any moment. */
export interface ToolProcess {
  /** How it ended; never rejects. `code` is undefined when a signal ended it, or when it never started. */
  readonly ended: Promise<ToolEnd>
  /** The end of its output. */
  lastLines(): string[]
  /** Ends it and its child processes, at once. */
  kill(): void
}

export interface ToolEnd {
  code: number | undefined
  /** For a message: `ended with status 1`. */
  how: string
}

const keptLines = 40
const longestLine = 500

/** Starts a program without input, in its own process group. */
export function startTool(
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): ToolProcess {
  const child = spawn(program, words, { env: { ...environment }, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) keepLast(stream, lines)
  const ended = new Promise<ToolEnd>(resolve => {
    child.on('error', error => resolve({ code: undefined, how: `could not be started: ${error.message}` }))
    child.on('close', (code, signal) =>
      resolve(
        code === null
          ? { code: undefined, how: `was ended by ${signal ?? 'a signal'}` }
          : { code, how: `ended with status ${code}` },
      ),
    )
  })
  return { ended, lastLines: () => [...lines], kill: () => signalGroup(child, 'SIGKILL') }
}

/** Waits for a program to end. When the signal is aborted, ends it and throws the reason. */
export async function endOf(tool: ToolProcess, signal: AbortSignal): Promise<ToolEnd> {
  try {
    return await abortable(tool.ended, signal)
  } catch (error) {
    tool.kill()
    await tool.ended
    throw error
  }
}

function keepLast(stream: Readable, lines: string[]): void {
  const cutter = new LineCutter(longestLine)
  const keep = (line: string) => {
    if (line.trim() === '') return
    lines.push(line)
    if (lines.length > keptLines) lines.shift()
  }
  stream.on('data', (chunk: Buffer) => {
    for (const line of cutter.lines(chunk)) keep(line)
  })
  stream.on('end', () => {
    for (const line of cutter.last()) keep(line)
  })
}
