import { generateKeyPairSync, KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { Client, Server } from 'ssh2'
import { useKeyObjects } from '../../../../src/ssh/keys/cipher-keys'
import { encodeEd25519Key } from '../../../../src/ssh/keys/openssh-key'

function inside(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

describe('useKeyObjects', () => {
  it('finds the keys of both directions in the ssh2 that is installed', async () => {
    const server = new Server({ hostKeys: [encodeEd25519Key(generateKeyPairSync('ed25519').privateKey)] }, client =>
      client.on('error', () => {}).on('authentication', login => login.accept()),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const client = new Client()
    client.on('handshake', () => useKeyObjects(client))
    client.connect({
      host: '127.0.0.1',
      port: address === null || typeof address === 'string' ? 0 : address.port,
      username: 'deploy',
      algorithms: { cipher: ['aes128-gcm@openssh.com'] },
    })
    await once(client, 'ready')
    const protocol = inside(client, '_protocol')
    expect(inside(inside(protocol, '_decipher'), '_decipherKey')).toBeInstanceOf(KeyObject)
    expect(inside(inside(protocol, '_cipher'), '_encKey')).toBeInstanceOf(KeyObject)
    client.end()
    server.close()
    await once(server, 'close')
  })

  it('leaves alone what it does not know', () => {
    expect(() => useKeyObjects(new Client())).not.toThrow()
  })
})
