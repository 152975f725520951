import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { UserError } from '../../runtime/errors'
import { isWeakKey, keyTypeOf } from './key-blob'

/** The result of comparing an offered host key with the pins. */
type HostKeyVerdict = 'trusted' | 'weak' | 'unknown' | 'changed' | 'revoked'

/** Host key algorithms that ssh2 supports and that are still secure, in the order in which they are offered: no SHA-1. */
export const hostKeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const
export type HostKeyAlgorithm = (typeof hostKeyAlgorithms)[number]

/** The host keys that the user trusts: the parsed input `ssh-known-hosts`. */
export interface HostKeyPins {
  /** The number of pinned keys and fingerprints, for all hosts. */
  readonly count: number
  /** The number of `@cert-authority` lines. Host certificates are not supported, so these lines pin nothing. */
  readonly certificateAuthorities: number
  /**
   * `trusted`: pinned for this host; `weak`: pinned, and too short to be trusted; `revoked`: marked as revoked, even if also pinned; `changed`: other keys are
   * pinned for this host, or only fingerprints are pinned and none matches; `unknown`: nothing is pinned for this host.
   */
  check(host: string, port: number, key: Buffer): HostKeyVerdict
  /**
   * The algorithms to offer, so that the server presents a key that can be compared: the types pinned for this host,
   * followed by all others if a fingerprint is pinned (it does not show its type) or nothing is.
   */
  algorithms(host: string, port: number): HostKeyAlgorithm[]
  /** The same pins without this bare fingerprint: it names no host, so the jump host could pose as the server. */
  without(key: Buffer): HostKeyPins
}

/**
 * Parses the input `ssh-known-hosts`: lines of a `known_hosts` file (sshd(8)) and `SHA256:` fingerprints, also as
 * `ssh-keygen -l` prints them. Empty text pins nothing. Throws `UserError` for any other line.
 */
export function parseHostKeyPins(text: string): HostKeyPins {
  const lines: KnownHost[] = []
  const fingerprints = new Set<string>()
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\uFEFF/, '').trim()
    if (line === '' || line.startsWith('#')) continue
    const found = readFingerprints(line, index + 1)
    if (found.length > 0) for (const fingerprint of found) fingerprints.add(fingerprint)
    else lines.push(readKnownHost(line, index + 1))
  }
  return pinsOf(lines, fingerprints)
}

/** `SHA256:` and 43 characters, as OpenSSH prints a key's fingerprint. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The name of a host in a `known_hosts` file: with brackets and port unless the port is 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** The algorithms with which a server can prove that it has a key of this type. */
export function algorithmsForType(keyType: string): HostKeyAlgorithm[] {
  if (keyType === 'ssh-rsa') return ['rsa-sha2-512', 'rsa-sha2-256']
  return hostKeyAlgorithms.filter(algorithm => algorithm === keyType)
}

interface KnownHost {
  marker: '' | '@revoked' | '@cert-authority'
  hosts: string
  key: Buffer
}

function pinsOf(lines: readonly KnownHost[], fingerprints: ReadonlySet<string>): HostKeyPins {
  const keys = lines.filter(line => line.marker === '')
  const revoked = lines.filter(line => line.marker === '@revoked')
  const keysOf = (host: string, port: number) => keys.filter(line => matchesHost(line.hosts, host, port))
  return {
    count: keys.length + fingerprints.size,
    certificateAuthorities: lines.length - keys.length - revoked.length,
    check(host, port, key) {
      if (revoked.some(line => line.key.equals(key) && matchesHost(line.hosts, host, port))) return 'revoked'
      const pinned = keysOf(host, port)
      if (fingerprints.has(fingerprintOf(key)) || pinned.some(line => line.key.equals(key))) {
        return isWeakKey(key) ? 'weak' : 'trusted'
      }
      return pinned.length > 0 || (fingerprints.size > 0 && keys.length === 0) ? 'changed' : 'unknown'
    },
    algorithms(host, port) {
      const pinned = new Set(keysOf(host, port).flatMap(line => algorithmsForType(keyTypeOf(line.key) ?? '')))
      const first = hostKeyAlgorithms.filter(algorithm => pinned.has(algorithm))
      if (fingerprints.size === 0 && first.length > 0) return first
      return [...first, ...hostKeyAlgorithms.filter(algorithm => !pinned.has(algorithm))]
    },
    without(key) {
      return pinsOf(lines, new Set([...fingerprints].filter(each => each !== fingerprintOf(key))))
    },
  }
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
  if (hosts !== undefined && isKeyType(hosts)) {
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

function isKeyType(word: string): boolean {
  return /^(ssh-(rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com|[a-z0-9-]+-cert-v\d\d@openssh\.com)$/.test(
    word,
  )
}

function badLine(number: number, what: string, advice: string): UserError {
  return new UserError(`Input "ssh-known-hosts", line ${number}, ${what}.`, { advice })
}

function matchesHost(hosts: string, host: string, port: number): boolean {
  const name = knownHostsName(host, port)
  return hosts.startsWith('|') ? matchesHash(hosts, name) : matchesPatterns(hosts, name)
}

function matchesHash(hashed: string, name: string): boolean {
  const [, , salt, hash] = hashed.split('|')
  if (salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64')
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function matchesPatterns(list: string, name: string): boolean {
  let matched = false
  for (const item of list.toLowerCase().split(',')) {
    const negated = item.startsWith('!')
    // OpenSSH writes port 22 without brackets; an item with brackets means the same.
    const pattern = (negated ? item.slice(1) : item).replace(/^\[(.+)\]:22$/, '$1')
    if (!matchesHostPattern(pattern, name)) continue
    // A negated pattern that matches excludes the whole line, in any position.
    if (negated) return false
    matched = true
  }
  return matched
}

/** `*` is any text, `?` any one character. Backtracks only to the last `*`, so that no pattern can make it slow. */
function matchesHostPattern(pattern: string, text: string): boolean {
  let p = 0
  let star = -1
  let resume = 0
  for (let t = 0; t < text.length; ) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (pattern[p] === '?' || (p < pattern.length && pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
