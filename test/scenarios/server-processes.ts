import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that runs on the "server". */
export interface ServerProcess {
  pid: number
  /** The file name of its program: `mariadb-dump`, `tar`, `dash`. */
  program: string
  commandLine: string
  /** What it has read and written so far, pipes included. */
  readBytes: number
  writtenBytes: number
}

/** Everything that sessions with this home folder have started and that still runs, whoever its parent is by now. */
function serverProcesses(home: string): ServerProcess[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
        if (!environment.includes(`HOME=${home}`)) return []
        const io = readFileSync(`/proc/${pid}/io`, 'latin1')
        const counted = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(io)?.[1] ?? 0)
        return {
          pid: Number(pid),
          program: basename(readlinkSync(`/proc/${pid}/exe`)),
          commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
          readBytes: counted('rchar'),
          writtenBytes: counted('wchar'),
        }
      } catch {
        // It has ended in this very moment.
        return []
      }
    })
}

/**
 * Waits for a process of this program, with this in its command line, that has read and written so many bytes. Throws
 * after half a minute.
 */
export async function serverProcess(
  home: string,
  program: string,
  least: { commandLine?: string; readBytes?: number; writtenBytes?: number } = {},
): Promise<ServerProcess> {
  const { commandLine = '', readBytes = 0, writtenBytes = 0 } = least
  for (let attempt = 0; attempt < 3_000; attempt++) {
    const found = serverProcesses(home).find(
      process =>
        process.program === program &&
        process.commandLine.includes(commandLine) &&
        process.readBytes >= readBytes &&
        process.writtenBytes >= writtenBytes,
    )
    if (found !== undefined) return found
    await sleep(10)
  }
  throw new Error(`No ${program} was seen on the server.`)
}

/** What still runs after so long as an orderly end may take; empty as soon as nothing does. */
export async function lastingProcesses(home: string, patienceMs = 5_000): Promise<string[]> {
  const until = performance.now() + patienceMs
  for (;;) {
    const left = serverProcesses(home)
    if (left.length === 0 || performance.now() > until) return left.map(process => process.commandLine)
    await sleep(20)
  }
}
