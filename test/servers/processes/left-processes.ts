import { readdir, readFile } from 'node:fs/promises'

/**
 * Ends the servers that a killed run left behind: those whose command line names a path below `folder`, which is to be
 * a folder of their own.
 */
export async function endProcessesOf(folder: string): Promise<void> {
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (!commandLine.includes(`${folder}/`)) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
}
