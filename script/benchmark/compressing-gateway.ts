import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../../test/servers/free-port'
import { command } from '../../test/servers/processes/command'
import type { S3Account } from '../../test/servers/rgw'

/**
 * Starts a second gateway before the same store that compresses what it keeps: with it a store in memory takes any
 * number of gigabytes of zeros. `folder` is that of the store.
 */
export async function startCompressingGateway(
  store: S3Account,
  folder: string,
): Promise<{ account: S3Account; stop(): Promise<void> }> {
  const env = { PATH: process.env['PATH'] ?? '', CEPH_CONF: join(folder, 'ceph.conf') }
  const settings = ['--rgw-zone', 'default', '--placement-id', 'default-placement', '--compression', 'zstd']
  await command('env', [`CEPH_CONF=${env.CEPH_CONF}`, 'radosgw-admin', 'zone', 'placement', 'modify', ...settings])
  const port = await freePort()
  const options = ['-f', '-n', 'client.rgw.a', '--rgw-frontends', `beast endpoint=127.0.0.1:${port}`]
  const gateway = spawn('setpriv', ['--pdeathsig', 'KILL', 'radosgw', ...options], {
    cwd: folder,
    env,
    stdio: 'ignore',
  })
  const ended = new Promise<void>(resolve => gateway.once('exit', () => resolve()).once('error', () => resolve()))
  const stop = async () => {
    gateway.kill('SIGKILL')
    await ended
  }
  const endpoint = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await fetch(endpoint).catch(() => undefined)
    if (answer?.ok) return { account: { ...store, endpoint }, stop }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await stop()
  throw new Error('The compressing gateway did not answer within 30 s.')
}
