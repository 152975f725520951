import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Client } from 'ssh2'
import { sshString } from '../../../../src/ssh/keys/key-blob'
import { limitServer } from '../../../../src/ssh/link/server-limits'
import { connected, parsed, serverThat, userKey } from '../a-server'

/** What ssh2 does not show of a connection of its server. */
interface Insides {
  _protocol: {
    ping(): void
    rekey(): void
    _handlers: object
    channelOpenConfirm(theirs: number, ours: number, window: number, packetBytes: number): void
    channelWindowAdjust(id: number, bytes: number): void
    _cipher: { encrypt(packet: Buffer): void; allocPacket(bytes: number): Buffer }
  }
  _sock: Socket
}

function insides(of: object): Insides {
  return of as Insides
}

const password = 'correct horse'

describe('limitServer', () => {
  it.each([0, 1, 1023])('uses no channel that takes packets of %i bytes', async bytes => {
    const target = await serverThat({
      onLogin: (login, client) => {
        const protocol = insides(client)._protocol
        const confirm = protocol.channelOpenConfirm.bind(protocol)
        protocol.channelOpenConfirm = (theirs, ours, window) => confirm(theirs, ours, window, bytes)
        login.accept()
      },
    })
    const connection = await connected({ ...target, password })
    await expect(connection.exec('true')).rejects.toThrow(`was lost: the server takes packets of ${bytes} bytes only`)
  })

  it('cuts off a server that sends requests and does not read the answers', () => {
    const { ask, answered, faults } = limited({ writableLength: 36 })
    for (let index = 0; index < 10_000; index++) ask('GLOBAL_REQUEST')
    expect(faults).toEqual([])
    ask('GLOBAL_REQUEST')
    expect(faults).toEqual(['the server sends requests and does not read the answers'])
    expect(answered()).toBe(10_000)
  })

  it.each(['CHANNEL_OPEN', 'CHANNEL_REQUEST'])('counts %s too', request => {
    const { ask, answered, faults } = limited({ writableLength: 36 })
    for (let index = 0; index < 10_001; index++) ask(request)
    expect(faults).toHaveLength(1)
    expect(answered()).toBe(10_000)
  })

  it('counts again once everything has been read', () => {
    const socket = { writableLength: 36 }
    const { ask, answered, faults } = limited(socket)
    for (let index = 0; index < 25_000; index++) {
      socket.writableLength = index % 10_000 === 9_999 ? 0 : 36
      ask('GLOBAL_REQUEST')
    }
    expect(faults).toEqual([])
    expect(answered()).toBe(25_000)
  })

  it('answers requests as long as the server reads the answers', async () => {
    const target = await serverThat({
      onCommand: async (channel, _cut, client) => {
        for (let round = 0; round < 25; round++) {
          for (let index = 0; index < 500; index++) insides(client)._protocol.ping()
          await turn()
        }
        channel.exit(0)
        channel.end()
      },
    })
    const connection = await connected({ ...target, password })
    const process = await connection.exec('ask')
    expect(await process.exit).toEqual({ kind: 'code', code: 0 })
  }, 60_000)

  it('keeps nothing for keys that a server announces again and again', async () => {
    const announced = Buffer.concat([
      Buffer.from([80]),
      sshString('hostkeys-00@openssh.com'),
      Buffer.from([1]),
      sshString(parsed(userKey).getPublicSSH()),
    ])
    const answers: string[] = []
    const target = await serverThat({
      ident: 'OpenSSH_10.0',
      onCommand: (channel, _cut, client) => {
        const { _protocol: protocol } = insides(client)
        Reflect.set(protocol._handlers, 'GLOBAL_REQUEST', (_protocol: object, name: string) => answers.push(name))
        for (let index = 0; index < 100; index++) {
          const packet = protocol._cipher.allocPacket(announced.length)
          packet.set(announced, 5)
          protocol._cipher.encrypt(packet)
        }
        channel.exit(0)
        channel.end()
      },
    })
    const connection = await connected({ ...target, password })
    expect(await (await connection.exec('announce')).exit).toEqual({ kind: 'code', code: 0 })
    for (let index = 0; index < 200; index++) await turn()
    // It would ask for proofs: hostkeys-prove-00@openssh.com.
    expect(answers).toEqual([])
  })

  it('sends nothing on while keys are exchanged, which a server may never finish', async () => {
    const target = await serverThat({
      onCommand: (channel, _cut, client) => {
        const { _protocol: protocol } = insides(client)
        protocol.channelWindowAdjust(outgoingOf(channel).id, 0x7fffffff)
        protocol.rekey()
        // The client's answer is never read.
        Reflect.set(protocol, '_parse', (_chunk: Buffer, _at: number, length: number) => length)
      },
    })
    const connection = await connected({ ...target, password })
    const process = await connection.exec('sleep')
    let taken = 0
    for (let index = 0; index < 500; index++) await turn()
    for (let index = 0; index < 60; index++) process.stdin.write(Buffer.alloc(1_000_000), () => taken++)
    for (let index = 0; index < 2_000; index++) await turn()
    expect(taken).toBeLessThan(3)
  })
})

/** What ssh2 has of a client, as far as it matters here. */
function limited(socket: { writableLength: number }) {
  const client = new EventEmitter()
  let answers = 0
  const answer = () => answers++
  const handlers: Record<string, (...facts: unknown[]) => void> = { CHANNEL_OPEN: answer, CHANNEL_REQUEST: answer }
  Reflect.set(client, '_protocol', { _handlers: handlers })
  const faults: string[] = []
  limitServer(client as Client, socket as Socket, fault => faults.push(fault))
  client.emit('handshake')
  return {
    faults,
    answered: () => answers,
    ask: (request: string) => handlers[request]?.({ requestFailure: answer }, 'anything', true),
  }
}

function outgoingOf(channel: object): { id: number } {
  return Reflect.get(channel, 'outgoing')
}
