import { CancelledError } from '../../runtime/errors'
import { type HostKeyAlgorithm, hostKeyAlgorithms } from '../keys/host-keys'
import { openLink } from '../link/link'
import { Login } from '../link/login'
import type { SshTarget } from '../remote'
import type { SshTimeouts } from '../timeouts'
import type { Route } from './route'

const families: readonly (readonly HostKeyAlgorithm[])[] = [
  hostKeyAlgorithms.filter(algorithm => algorithm === 'ssh-ed25519'),
  hostKeyAlgorithms.filter(algorithm => algorithm.startsWith('ecdsa-')),
  hostKeyAlgorithms.filter(algorithm => algorithm.includes('rsa')),
]

/** Every host key of the server: one connection per family of algorithms, without login. Failing ones are left out. */
export async function offeredHostKeys(
  target: SshTarget,
  route: Route,
  timeouts: SshTimeouts,
  signal: AbortSignal,
): Promise<Buffer[]> {
  const keys: Buffer[] = []
  for (const family of families) {
    try {
      const socket = await route.open(target.host, target.port, timeouts.connectMs, signal)
      await openLink(socket, {
        user: target.user,
        hostKeyAlgorithms: family,
        verifyHostKey: key => {
          keys.push(Buffer.from(key))
          return false
        },
        login: new Login({ user: target.user, key: undefined, password: undefined }),
        timeouts,
        signal,
      })
    } catch (error) {
      // Expected: refusing the key ends the attempt with an error.
      if (error instanceof CancelledError) throw error
    }
  }
  return keys
}
