/**
 * Answers at port 443 of an address, by TLS: passes on what comes to a socket, or, under the name of a monitor, writes down
 * what was asked. Run by Node itself, inside of a network name space: node tls-front.mts FOLDER ADDRESS MONITOR. Ends with
 * its standard input.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'

const [folder = '', address, monitor] = process.argv.slice(2)
const file = (name: string) => readFileSync(join(folder, name))
createServer({ key: file('store.key'), cert: file('store.pem') }, near => {
  if (near.servername === monitor) {
    near.on('error', () => {})
    near.once('data', request => {
      appendFileSync(join(folder, 'heartbeats'), `${request.toString('latin1').split(' ', 2).join(' ')}\n`)
      near.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK')
    })
    return
  }
  const far = connect({ path: join(folder, 'store.sock') })
  near.pipe(far).pipe(near)
  near.on('error', () => far.destroy())
  far.on('error', () => near.destroy())
}).listen(443, address, () => console.log('ready'))
process.stdin.resume().once('end', () => process.exit())
