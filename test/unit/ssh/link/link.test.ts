import { setTimeout as wait } from 'node:timers/promises'
import type { SshTarget } from '../../../../src/ssh/remote'
import { startTcpProxy, type TcpProxy } from '../../../servers/tcp-proxy'
import { cleanUp, connected, serverThat } from '../a-server'

async function throughProxy(target: SshTarget): Promise<{ proxy: TcpProxy; target: SshTarget }> {
  const proxy = await startTcpProxy(target)
  cleanUp.push(() => void proxy.stop())
  return { proxy, target: { ...target, port: proxy.port, password: 'correct horse' } }
}

const timeouts = { keepaliveMs: 50, keepaliveCount: 3 }

describe('Link', () => {
  it('is lost when nothing arrives for more intervals than it may', async () => {
    const { proxy, target } = await throughProxy(await serverThat({}))
    const connection = await connected(target, { timeouts })
    const process = await connection.exec('sleep')
    proxy.blackhole()
    expect(await process.exit).toEqual({ kind: 'lost', reason: 'nothing arrived for 0.2 s' })
    await expect(connection.exec('true')).rejects.toThrow('was lost: nothing arrived for 0.2 s')
  }, 20_000)

  it('lives while the server answers, however silent its commands are', async () => {
    const { target } = await throughProxy(await serverThat({}))
    const connection = await connected(target, { timeouts })
    const process = await connection.exec('sleep')
    const lasting = Promise.race([process.exit, wait(600, 'alive')])
    expect(await lasting).toBe('alive')
  })
})
