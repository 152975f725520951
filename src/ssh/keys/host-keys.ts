import { createHash } from 'node:crypto'
import { UserError } from '../../runtime/errors'
import { matchesHost } from './host-pattern'
import { isWeakKey, keyTypeOf } from './key-blob'

/** The result of comparing an offered host key with the pins. */
type HostKeyVerdict = 'trusted' | 'weak' | 'unknown' | 'changed' | 'revoked'

/**
 * Host key algorithms that ssh2 supports and that are still secure (no SHA-1), in the order in which they are asked for:
 * a server shows one key for each connection, and these are the types of most pins.
 */
export const hostKeyAlgorithms = [
  'ssh-ed25519',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
] as const
export type HostKeyAlgorithm = (typeof hostKeyAlgorithms)[number]

/** The host keys that the user trusts: the parsed input `ssh-known-hosts`. */
export interface HostKeyPins {
  /** The number of pinned keys and fingerprints, for all hosts. */
  readonly count: number
  /**
   * The lines for this host that pin nothing: `@cert-authority`, since host certificates are not supported, and the types
   * of keys that ssh2 does not know.
   */
  idle(host: string, port: number): string[]
  /**
   * `trusted`: pinned for this host; `weak`: pinned, and too short to be trusted; `revoked`: marked as revoked, even if also pinned; `changed`: other keys are
   * pinned for this host, or only fingerprints are pinned and none matches; `unknown`: nothing is pinned for this host.
   */
  check(host: string, port: number, key: Buffer): HostKeyVerdict
  /**
   * The algorithms by which this host could show a pinned key: those of the types that are pinned for it; followed by
   * all others if a fingerprint is pinned, whose type is unknown or only noted beside it. Empty if nothing is pinned.
   */
  candidates(host: string, port: number): HostKeyAlgorithm[]
  /** The same pins without this bare fingerprint: it names no host, so the jump host could pose as the server. */
  without(key: Buffer): HostKeyPins
}

/**
 * Parses the input `ssh-known-hosts`: lines of a `known_hosts` file (sshd(8)) and `SHA256:` fingerprints, also as
 * `ssh-keygen -l` prints them. Empty text pins nothing. Throws `UserError` for any other line.
 */
export function parseHostKeyPins(text: string): HostKeyPins {
  const lines: KnownHost[] = []
  const fingerprints = new Map<string, string>()
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\uFEFF/, '').trim()
    if (line === '' || line.startsWith('#')) continue
    const found = readFingerprints(line, index + 1)
    if (found.length > 0) for (const fingerprint of found) fingerprints.set(fingerprint, noteBehind(line))
    else lines.push(readKnownHost(line, index + 1))
  }
  return pinsOf(lines, fingerprints)
}

/** `SHA256:` and 43 characters, as OpenSSH prints a key's fingerprint. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type of the keys that a server proves by this algorithm. */
export function typeForAlgorithm(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm
}

interface KnownHost {
  marker: '' | '@revoked' | '@cert-authority'
  hosts: string
  key: Buffer
}

/** `fingerprints`: each with the kind of its key, as far as it is known. */
function pinsOf(lines: readonly KnownHost[], fingerprints: ReadonlyMap<string, string>): HostKeyPins {
  const keys = lines.filter(line => line.marker === '')
  const isUsable = (line: KnownHost) =>
    hostKeyAlgorithms.some(algorithm => typeForAlgorithm(algorithm) === keyTypeOf(line.key))
  const keysOf = (host: string, port: number) =>
    keys.filter(line => isUsable(line) && matchesHost(line.hosts, host, port))
  const marked = (marker: KnownHost['marker'], host: string, port: number) =>
    lines.filter(line => line.marker === marker && matchesHost(line.hosts, host, port))
  return {
    count: keys.length + fingerprints.size,
    idle: (host, port) => [
      ...marked('@cert-authority', host, port).map(() => '@cert-authority'),
      ...marked('', host, port)
        .filter(line => !isUsable(line))
        .map(line => keyTypeOf(line.key) ?? ''),
    ],
    check(host, port, key) {
      if (marked('@revoked', host, port).some(line => line.key.equals(key))) return 'revoked'
      const pinned = keysOf(host, port)
      if (fingerprints.has(fingerprintOf(key)) || pinned.some(line => line.key.equals(key))) {
        return isWeakKey(key) ? 'weak' : 'trusted'
      }
      return pinned.length > 0 || (fingerprints.size > 0 && keys.length === 0) ? 'changed' : 'unknown'
    },
    candidates(host, port) {
      const types = keysOf(host, port).map(line => keyTypeOf(line.key))
      const kinds = [...fingerprints.values()]
      const isFirst = (algorithm: HostKeyAlgorithm) => {
        const type = typeForAlgorithm(algorithm)
        return types.includes(type) || kinds.includes(kindOfKey(type))
      }
      const rest = fingerprints.size === 0 ? [] : hostKeyAlgorithms.filter(algorithm => !isFirst(algorithm))
      return [...hostKeyAlgorithms.filter(isFirst), ...rest]
    },
    without(key) {
      return pinsOf(lines, new Map([...fingerprints].filter(([each]) => each !== fingerprintOf(key))))
    },
  }
}

/** `ED25519`, `RSA` or `ECDSA`, as OpenSSH prints it behind a fingerprint. */
export function kindOfKey(type: string): string {
  return type.startsWith('ecdsa') ? 'ECDSA' : type.replace('ssh-', '').toUpperCase()
}

/** `ssh-keygen -l` ends its line with the kind of the key, in parentheses. */
function noteBehind(line: string): string {
  return /\((\w+)\)$/.exec(line)?.[1]?.toUpperCase() ?? ''
}

function readFingerprints(line: string, number: number): string[] {
  const words = line.split(/[\s,]+/)
  // `ssh-keygen -l` prints the bits of the key before the fingerprint, the comment and the type after it.
  const first = /^\d+$/.test(words[0] ?? '') ? words[1] : words[0]
  if (/^(MD5:)?([0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(first ?? '')) {
    throw badLine(
      number,
      'is an MD5 fingerprint, which is too weak to trust',
      'Print the SHA256 one on the server: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    )
  }
  if (!/^SHA-?256:/i.test(first ?? '')) return []
  return words
    .filter(word => /^SHA-?256:/i.test(word))
    .map(word => {
      const match = /^SHA256:([A-Za-z0-9+/]{43})=?$/.exec(word)
      if (match === null) {
        throw badLine(
          number,
          'is not a whole fingerprint',
          'It must be "SHA256:" and 43 letters, digits, "+" or "/", as ssh-keygen -lf prints it.',
        )
      }
      return `SHA256:${match[1]}`
    })
}

function readKnownHost(line: string, number: number): KnownHost {
  const words = line.split(/\s+/)
  if (line.includes('PRIVATE KEY')) {
    throw badLine(
      number,
      'is part of a private key',
      'Private keys belong in "ssh-key". This input takes the public host keys of the server. Replace the private key if others could read it.',
    )
  }
  const marker = words[0]?.startsWith('@') ? words.shift() : ''
  if (marker !== '' && marker !== '@revoked' && marker !== '@cert-authority') {
    throw badLine(number, 'starts with an unknown marker', 'The markers are @revoked and @cert-authority.')
  }
  const [hosts, type, base64] = words
  if (hosts !== undefined && isKeyType(hosts) && !isKeyType(type ?? '')) {
    throw badLine(
      number,
      'has a key but no host before it',
      'Write the host name first: "web1.example.com ssh-ed25519 AAAA…", or "[web1.example.com]:2222 …" for another port than 22.',
    )
  }
  if (hosts === undefined || type === undefined || base64 === undefined || !isKeyType(type)) {
    throw badLine(
      number,
      'is neither a known_hosts line nor a fingerprint',
      `It must be "host type key" or "SHA256:…". ${howToGetLines}`,
    )
  }
  if (hosts.startsWith('|') && !/^\|1\|[A-Za-z0-9+/]{27}=\|[A-Za-z0-9+/]{27}=$/.test(hosts)) {
    throw badLine(
      number,
      'has a damaged hashed host name',
      'It must look like "|1|salt|hash" and come whole from a known_hosts file.',
    )
  }
  const key = Buffer.from(base64, 'base64')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || keyTypeOf(key) !== type) {
    throw badLine(number, 'has a damaged key', `The text after the type is cut off or changed. ${howToGetLines}`)
  }
  return { marker, hosts, key }
}

const howToGetLines = 'This prints the lines: ssh-keyscan <host> (compare them with the server before you trust them).'

/** Also a type that this action does not know: a server may have more keys, and `ssh-keyscan` prints them all. */
function isKeyType(word: string): boolean {
  return /^(ssh|ecdsa|sk|rsa)-[a-z0-9-]+(@[a-z0-9.-]+)?$/.test(word)
}

function badLine(number: number, what: string, advice: string): UserError {
  return new UserError(`Input "ssh-known-hosts", line ${number}, ${what}.`, { advice })
}
