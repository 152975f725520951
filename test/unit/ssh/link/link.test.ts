import type { Socket } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import type { SshTarget } from '../../../../src/ssh/remote'
import { startTcpProxy, type TcpProxy } from '../../../servers/tcp-proxy'
import { cleanUp, connected, serverThat } from '../a-server'

async function throughProxy(target: SshTarget): Promise<{ proxy: TcpProxy; target: SshTarget }> {
  const proxy = await startTcpProxy(target)
  cleanUp.push(() => void proxy.stop())
  return { proxy, target: { ...target, port: proxy.port, password: 'correct horse' } }
}

/** What ssh2 does not show of its objects. */
interface Insides {
  outgoing: { id: number; window: number }
  _protocol: { channelWindowAdjust(id: number, bytes: number): void }
  _sock: Socket
}

function insides(of: object): Insides {
  return of as Insides
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

  it('is cut off when the server sends more than it was allowed to', async () => {
    const target = await serverThat({
      onCommand: channel => {
        insides(channel).outgoing.window = Number.POSITIVE_INFINITY
        channel.on('error', () => {})
        for (let index = 0; index < 20; index++) channel.write(Buffer.alloc(1_000_000))
      },
    })
    const connection = await connected({ ...target, password: 'correct horse' })
    const process = await connection.exec('flood')
    expect(await process.exit).toEqual({ kind: 'lost', reason: 'the server sent more than it was allowed to' })
    expect(process.stdout.readableLength).toBeLessThan(10_000_000)
  })

  it('does not keep what the server allows to be sent and does not read', async () => {
    const target = await serverThat({
      onCommand: (channel, _cut, client) => {
        const { _protocol: protocol, _sock: socket } = insides(client)
        protocol.channelWindowAdjust(insides(channel).outgoing.id, 0x7fffffff)
        setImmediate(() => socket.pause())
        cleanUp.push(() => socket.destroy())
      },
    })
    const connection = await connected({ ...target, password: 'correct horse' })
    const process = await connection.exec('sleep')
    let taken = 0
    for (let index = 0; index < 60; index++) process.stdin.write(Buffer.alloc(1_000_000), () => taken++)
    for (let index = 0; index < 2_000; index++) await turn()
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(30)
  })
})
