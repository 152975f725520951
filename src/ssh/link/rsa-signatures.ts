import type { Client } from 'ssh2'

/** As ssh2 marks OpenSSH 7.4, which knows the SHA-2 signatures of RSA keys and does not say so. */
const knowsSha2 = 1 << 4

/**
 * Makes ssh2 sign a login by an RSA key with SHA-2, also where a server does not say that it knows it (RFC 8308): ssh2
 * would take SHA-1 then. Call it at the `handshake` event. The fields are private to ssh2 1.17.
 */
export function signWithSha2(client: Client): void {
  const protocol: unknown = Reflect.get(client, '_protocol')
  if (typeof protocol !== 'object' || protocol === null) throw new TypeError('ssh2 has no protocol.')
  Reflect.set(protocol, '_compatFlags', Number(Reflect.get(protocol, '_compatFlags')) | knowsSha2)
}
