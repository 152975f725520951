import { generateKeyPairSync } from 'node:crypto'
import { freePort } from '../../servers/free-port'
import { expectFailure, openScene, type Scene } from './failure-scene'

let scene: Scene
beforeAll(async () => {
  scene = await openScene()
})
afterAll(() => scene?.close())

/** A line for a key that this server does not have. */
const foreignKey = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'

describe('a backup of a server whose host key is not proven', () => {
  const cases: [string, (host: string, key: string) => string, RegExp[]][] = [
    ['no pin at all', () => '', [/"ssh-known-hosts" pins no host key/]],
    [
      'a pin for another host only',
      () => `other.example.com ssh-ed25519 ${foreignKey}`,
      [/pins no host key for/, /cannot be verified/],
    ],
    ['another key', host => `${host} ssh-ed25519 ${foreignKey}`, [/not the one pinned/, /Do not replace the pin/]],
    ['another fingerprint', () => `SHA256:${'A'.repeat(43)}`, [/"ssh-known-hosts"/]],
    ['a revoked key', (host, key) => `@revoked ${host} ${key}`, [/marked @revoked/, /stolen/]],
  ]
  it.each(cases)('sends nothing when there is %s', async (_name, knownHosts, telling) => {
    const [host = '', type = '', key = ''] = scene.sshd.knownHosts.trim().split(' ')
    const earlier = (await scene.sshd.log()).length
    const run = await expectFailure(scene, { inputs: { 'ssh-known-hosts': knownHosts(host, `${type} ${key}`) } }, [
      ...telling,
      /Still safe: Nothing was sent to the server/,
    ])
    expect(run.main?.annotations.error[0]?.message).toContain(`${scene.sshd.fingerprints.ed25519} (ED25519)`)
    const printed = run.main?.log.map(line => line.trim())
    expect(printed).toContain(`${host} ${type} ${key}`)
    // sshd writes down each attempt to log in, and each key that was shown to it.
    const seen = (await scene.sshd.log()).slice(earlier)
    expect(seen).toContain('Connection from 127.0.0.1')
    expect(seen).not.toMatch(/Accepted|Failed|Postponed|authenticating user|invalid user/i)
  })
})

describe('a backup that is not let in', () => {
  it('shows which key was refused, by its fingerprint', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const key = privateKey.export({ type: 'sec1', format: 'pem' }).toString()
    await expectFailure(scene, { inputs: { 'ssh-key': key } }, [
      /did not let "\w+" in/,
      /ecdsa-sha2-nistp256 SHA256:/,
      /authorized_keys/,
    ])
  })

  it('names the user who was refused', async () => {
    await expectFailure(scene, { inputs: { 'ssh-user': 'nobody-of-that-name' } }, [
      /did not let "nobody-of-that-name" in/,
      /authorized_keys/,
    ])
  })

  it('says that nothing listens at the port', async () => {
    const port = await freePort()
    await expectFailure(scene, { inputs: { 'ssh-port': String(port) } }, [
      new RegExp(`:${port} refused the connection \\(3 attempts\\)`),
      /"ssh-port"/,
    ])
  })

  it('says that the name has no address', async () => {
    await expectFailure(scene, { inputs: { 'ssh-host': 'no-such-host.invalid' } }, [
      /"no-such-host.invalid"/,
      /"ssh-host"|looked up/,
    ])
  })
})
