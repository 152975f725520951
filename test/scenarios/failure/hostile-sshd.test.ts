import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Writable } from 'node:stream'
import type { ServerChannel, Connection as ServerConnection } from 'ssh2'
import { fingerprintOf } from '../../../src/ssh/keys/host-keys'
import { encodeEd25519Key } from '../../../src/ssh/keys/openssh-key'
import { backupRun } from '../../runner/backup-run'
import { freshBucket, testServices } from '../../servers/test-services'
import { cleanUp, parsed, serverThat } from '../../unit/ssh/a-server'
import { expectOneError } from './failure-scene'

const services = testServices()
const hostKey = encodeEd25519Key(generateKeyPairSync('ed25519').privateKey)

/** Writes one thing again and again, as fast as it is read. */
function pour(stream: Writable, piece: string | Buffer): void {
  const more = () => {
    while (!stream.destroyed && stream.writable && stream.write(piece));
  }
  stream.on('drain', more)
  stream.on('error', () => {})
  more()
}

const lines = (line: string) => `${line}\n`.repeat(Math.ceil(30_000 / line.length))

/** A machine that is no SSH server, or only begins like one. */
async function machineThatSays(text: string): Promise<number> {
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    pour(socket, text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanUp.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

const sshdThat = async (onCommand: (channel: ServerChannel, client: ServerConnection) => void): Promise<number> =>
  (await serverThat({ hostKeys: [hostKey], onCommand: (channel, _cut, client) => onCommand(channel, client) })).port

/** Calls back with the word that makes a line one of the report. */
function whenAsked(channel: ServerChannel, answer: (nonce: string) => void): void {
  let heard = ''
  channel.on('data', (piece: Buffer) => {
    const before = /nonce=(\w+)/.test(heard)
    heard += piece.toString('latin1')
    const nonce = /nonce=(\w+)\n/.exec(heard)?.[1]
    if (!before && nonce !== undefined) answer(nonce)
  })
}

describe('a machine that never stops', () => {
  it.each<[string, () => Promise<number>]>([
    ['lines before its name', () => machineThatSays(lines('Welcome'))],
    ['its name', () => machineThatSays('SSH-2.0-'.padEnd(30_000, 'a'))],
    ['output before the job begins', () => sshdThat(channel => pour(channel, lines('motd')))],
    [
      'lines of its report',
      () => sshdThat(channel => whenAsked(channel, nonce => pour(channel.stderr, lines(`@${nonce} begin`)))),
    ],
    [
      'an answer',
      () =>
        sshdThat(channel =>
          whenAsked(channel, nonce => {
            channel.stderr.write(`@${nonce} begin\n`)
            channel.write(`@${nonce}\n`)
            pour(channel, lines('path\t/srv'))
          }),
        ),
    ],
  ])('with %s fails the run in constant memory', async (_what, start) => {
    const bucket = await freshBucket(services)
    const pin = fingerprintOf(parsed(hostKey).getPublicSSH())
    const port = String(await start())
    const inputs = { 'ssh-port': port, 'ssh-known-hosts': pin, 's3-bucket': bucket, databases: '', 'mysql-user': '' }
    const { conclusion, main } = await backupRun(services, {
      inputs: { ...inputs, 'mysql-password': '', 'mysql-socket': '', paths: '/srv/site' },
    })
    expect(conclusion).toBe('failure')
    expectOneError(main, [/server|SSH/])
    expect(main?.peakRssBytes).toBeGreaterThan(20_000_000)
    expect(main?.peakRssBytes).toBeLessThan(256_000_000)
  })
})
