import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { startTcpProxy, type TcpProxy } from '../servers/tcp-proxy'

let server: Server
let accepted: Socket[]
let proxy: TcpProxy

beforeEach(async () => {
  accepted = []
  server = createServer({ allowHalfOpen: true }, socket => {
    accepted.push(socket)
    socket.on('error', () => {})
    socket.on('data', chunk => socket.write(chunk))
    socket.on('end', () => socket.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  proxy = await startTcpProxy({ host: '127.0.0.1', port: address.port })
})

afterEach(async () => {
  await proxy.stop()
  for (const socket of accepted) socket.destroy()
  server.close()
})

/** A connection through the proxy that has exchanged its first bytes, with what arrives on it. */
async function talk() {
  const socket = connect(proxy.port, proxy.host)
  let received = ''
  let end = ''
  socket.on('data', chunk => {
    received += chunk
  })
  socket.on('end', () => {
    end = 'fin'
  })
  socket.on('error', error => {
    end = 'code' in error ? String(error.code) : 'error'
  })
  const until = async (isThere: () => boolean) => {
    while (!isThere()) await new Promise(resolve => setTimeout(resolve, 2))
  }
  socket.write('hello')
  await until(() => received === 'hello')
  return { socket, until, received: () => received, end: () => end }
}

describe('startTcpProxy', () => {
  it('passes bytes both ways and the end of a stream', async () => {
    const talking = await talk()
    talking.socket.end(' there')
    await talking.until(() => talking.end() !== '')
    expect(talking.received()).toBe('hello there')
    expect(talking.end()).toBe('fin')
    expect(proxy).toMatchObject({ connections: 1, bytesToClient: 11 })
  })

  it('resets', async () => {
    const talking = await talk()
    proxy.reset()
    await talking.until(() => talking.end() !== '')
    expect(talking.end()).toBe('ECONNRESET')
  })

  it('ends in good order', async () => {
    const talking = await talk()
    proxy.fin()
    await talking.until(() => talking.end() !== '')
    expect(talking.end()).toBe('fin')
  })

  it('cuts the connection once so many bytes have passed', async () => {
    const talking = await talk()
    proxy.cutAfterBytes(3)
    talking.socket.write('abcdefgh')
    await talking.until(() => talking.end() !== '')
    expect(proxy.bytesToClient).toBe(8)
    expect(talking.end()).toBe('ECONNRESET')
  })

  it('swallows everything, until it heals for new connections', async () => {
    const talking = await talk()
    proxy.blackhole()
    talking.socket.write('into the void')
    const later = connect(proxy.port, proxy.host)
    later.write('me too')
    await once(later, 'connect')
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(talking.received()).toBe('hello')
    expect(talking.end()).toBe('')
    expect(later.bytesRead).toBe(0)
    later.destroy()
    proxy.heal()
    expect((await talk()).received()).toBe('hello')
  })
})
