import { cpus, loadavg, release, totalmem } from 'node:os'
import { node24 } from '../../test/runner/step-process'
import { tryCommand } from '../../test/servers/processes/command'

/** What the figures depend on, a line each. */
export async function machineFacts(): Promise<string[]> {
  const versionOf = async (file: string, ...args: string[]) => {
    const said = await tryCommand(file, args).catch(() => undefined)
    if (said === undefined) return `no ${file}`
    const { stdout, stderr } = said
    return (stdout || stderr).split('\n')[0] ?? ''
  }
  const [model] = cpus()
  return [
    `${cpus().length} × ${model?.model.trim() ?? 'CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory, Linux ${release()}`,
    `Node ${await versionOf(node24(), '--version')}, ${await versionOf('ssh', '-V')}`,
    `${(await versionOf('aws', '--version')).split(' ')[0]}, ${await versionOf('rclone', 'version')}, ${(await versionOf('restic', 'version')).split(' ').slice(0, 2).join(' ')}, ${await versionOf('radosgw', '--version')}`,
    `sshd, MariaDB and the store run on the same cores; load when it began: ${loadavg()[0]?.toFixed(1)}`,
  ]
}
