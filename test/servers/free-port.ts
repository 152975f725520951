import { createServer } from 'node:net'

/** A TCP port of 127.0.0.1 that was free a moment ago, above 20000, as the kernel gives them out. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await unusedPort()
    if (port > 20000) return port
  }
}

function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
