import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { runOurs } from './ours'
import { type Section, table } from './report-rows'
import { inRounds, shownSpread, spreadOf } from './rounds'

const roundTripMs = 100

/** A small run against a server that is near, and against the same one behind a long line. */
export async function benchDistance({ services, options }: BenchPlace): Promise<Section[]> {
  const name = 'bench_far'
  await services.mariadb.sql(`CREATE OR REPLACE DATABASE ${name}; CREATE TABLE ${name}.notes (id INT PRIMARY KEY)`)
  const line = await startLongLine(services.ssh)
  const run = (port: number) => () =>
    withBucket(services.s3, async bucket => {
      const inputs = { databases: name, 'allow-empty': 'true', 'ssh-port': String(port) }
      // The pin of another port than that of the server.
      const known = services.ssh.knownHosts.replaceAll(`]:${services.ssh.port} `, `]:${port} `)
      const { usage } = await runOurs(services, options, bucket.name, { ...inputs, 'ssh-known-hosts': known })
      return usage.wallMs / 1000
    })
  try {
    const contestants = new Map([
      ['near', run(services.ssh.port)],
      [`with ${roundTripMs} ms for a round trip`, run(line.port)],
    ])
    const found = await inRounds(options.repeat, contestants)
    const rows = [...found].map(([what, figures]) => [what, shownSpread(spreadOf(figures), 2, ' s')])
    const [near = [], far = []] = [...found.values()]
    const { median } = spreadOf(far.map((figure, round) => figure - (near[round] ?? 0)))
    const measured = [{ what: 'What a far server adds to a run', figure: median, limit: 3, unit: ' s' }]
    return [{ title: 'A server far away', lines: table(['a run of a tiny database', 'wall'], rows), measured }]
  } finally {
    line.stop()
  }
}

/** Passes on what it gets, each way half a round trip later. */
async function startLongLine({ host, port }: { host: string; port: number }) {
  const sockets = new Set<Socket>()
  const delayed = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on('data', chunk => setTimeout(() => to.write(chunk), roundTripMs / 2))
    from.on('end', () => setTimeout(() => to.end(), roundTripMs / 2))
    from.on('error', () => to.destroy())
    from.on('close', () => sockets.delete(from))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, client => {
    const upstream = connect({ host, port, allowHalfOpen: true, noDelay: true })
    delayed(client, upstream)
    delayed(upstream, client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The line has no port.')
  const stop = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { port: address.port, stop }
}
