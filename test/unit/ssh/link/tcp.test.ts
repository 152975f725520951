import { getEventListeners, once } from 'node:events'
import { createServer } from 'node:net'
import { CancelledError } from '../../../../src/runtime/errors'
import { DialError } from '../../../../src/ssh/link/dial-error'
import { openSocket } from '../../../../src/ssh/link/tcp'
import { errorOf } from '../../error-of'

async function listening(): Promise<{ port: number; close(): void }> {
  const server = createServer(socket => socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return { port: address.port, close: () => server.close() }
}

describe('openSocket', () => {
  it('opens a connection, which the signal does not end any more', async () => {
    const { port, close } = await listening()
    const abort = new AbortController()
    const socket = await openSocket('127.0.0.1', port, 1_000, abort.signal)
    await new Promise(resolve => setTimeout(resolve, 1_100))
    abort.abort()
    expect([socket.destroyed, socket.connecting]).toEqual([false, false])
    expect(socket.listenerCount('connect')).toBe(0)
    expect(getEventListeners(abort.signal, 'abort')).toEqual([])
    socket.destroy()
    close()
  })

  it('says why there is none', async () => {
    const { port, close } = await listening()
    close()
    const error = await errorOf(openSocket('127.0.0.1', port, 5_000, new AbortController().signal))
    expect(error).toBeInstanceOf(DialError)
    expect(error).toMatchObject({ failure: 'refused', message: 'connection refused' })
  })

  it.each(['before', 'meanwhile'])('ends when it is cancelled %s', async when => {
    const { port, close } = await listening()
    const abort = new AbortController()
    if (when === 'before') abort.abort()
    const opening = errorOf(openSocket('127.0.0.1', port, 5_000, abort.signal))
    abort.abort()
    expect(await opening).toBeInstanceOf(CancelledError)
    close()
  })
})
