import { createHmac, timingSafeEqual } from 'node:crypto'

/** The name of a host in a `known_hosts` file: with brackets and port unless the port is 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** Whether the first field of a `known_hosts` line (sshd(8)) means this host: names, patterns, or a hash. */
export function matchesHost(hosts: string, host: string, port: number): boolean {
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
