import { createHash, createHmac, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { UserError } from '../../../../src/runtime/errors'
import { fingerprintOf, parseHostKeyPins } from '../../../../src/ssh/keys/host-keys'
import { sshString } from '../../../../src/ssh/keys/key-blob'

const ed25519 = keyOf('ssh-ed25519', 1)
const otherEd25519 = keyOf('ssh-ed25519', 2)
const rsa = keyOf('ssh-rsa', 3)
const ecdsa = keyOf('ecdsa-sha2-nistp256', 4)

function keyOf(type: string, seed: number): Buffer {
  return Buffer.concat([sshString(type), sshString(createHash('sha256').update(String(seed)).digest())])
}

function line(hosts: string, key: Buffer, comment = ''): string {
  const type = key.toString('latin1', 4, 4 + key.readUInt32BE(0))
  return `${hosts} ${type} ${key.toString('base64')}${comment === '' ? '' : ` ${comment}`}`
}

function hashed(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

function errorOf(text: string): UserError {
  try {
    parseHostKeyPins(text)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('parseHostKeyPins', () => {
  it('pins nothing for an empty text, blank lines and comments', () => {
    const pins = parseHostKeyPins('\n  \n# web1:22 SSH-2.0-OpenSSH_9.2\r\n')
    expect(pins.count).toBe(0)
    expect(pins.check('web1', 22, ed25519)).toBe('unknown')
  })

  it('trusts the key of a plain line, with Windows line breaks and a comment behind it', () => {
    const pins = parseHostKeyPins(`# web1\r\n${line('web1', ed25519, 'root@web1 (old)')}\r\n`)
    expect(pins.check('web1', 22, ed25519)).toBe('trusted')
    expect(pins.check('WEB1', 22, ed25519)).toBe('trusted')
    expect(pins.check('web1', 22, otherEd25519)).toBe('changed')
    expect(pins.check('web2', 22, ed25519)).toBe('unknown')
  })

  it.each([
    ['web1,10.0.0.1', 'web1', 22, true],
    ['web1,10.0.0.1', '10.0.0.1', 22, true],
    ['*.example.com', 'web1.example.com', 22, true],
    ['*.example.com', 'example.com', 22, false],
    ['web?.example.com', 'web1.example.com', 22, true],
    ['web?.example.com', 'web12.example.com', 22, false],
    ['*.example.com,!db.example.com', 'db.example.com', 22, false],
    ['!db.example.com,*.example.com', 'db.example.com', 22, false],
    ['!db.example.com,*.example.com', 'web.example.com', 22, true],
    ['!db.example.com', 'web.example.com', 22, false],
    ['[web1]:2222', 'web1', 2222, true],
    ['[web1]:2222', 'web1', 22, false],
    ['[web1]:2222', 'web1', 2223, false],
    ['web1', 'web1', 2222, false],
    ['[web1]:22', 'web1', 22, true],
    ['[*.example.com]:2222', 'a.example.com', 2222, true],
    ['2001:db8::1', '2001:db8::1', 22, true],
    ['[2001:db8::1]:2222', '2001:db8::1', 2222, true],
  ])('reads the host field %s for %s port %d: %s', (hosts, host, port, matches) => {
    expect(parseHostKeyPins(line(hosts, ed25519)).check(host, port, ed25519)).toBe(matches ? 'trusted' : 'unknown')
  })

  it('matches hashed names, with and without a port', () => {
    const pins = parseHostKeyPins([line(hashed('web1'), ed25519), line(hashed('[web1]:2222'), rsa)].join('\n'))
    expect(pins.check('web1', 22, ed25519)).toBe('trusted')
    expect(pins.check('web1', 2222, rsa)).toBe('trusted')
    expect(pins.check('web1', 2222, ed25519)).toBe('changed')
    expect(pins.check('web2', 22, ed25519)).toBe('unknown')
  })

  it('gives up the fingerprint of a key, which names no host, and keeps everything else', () => {
    const lines = [fingerprintOf(ed25519), fingerprintOf(rsa), line('web1', ecdsa), line('web2', ed25519)]
    const pins = parseHostKeyPins(lines.join('\n'))
    expect(pins.check('web1', 22, ed25519)).toBe('trusted')
    const rest = pins.without(ed25519)
    expect(rest.check('web1', 22, ed25519)).toBe('changed')
    expect(rest.check('web1', 22, rsa)).toBe('trusted')
    expect(rest.check('web1', 22, ecdsa)).toBe('trusted')
    expect(rest.check('web2', 22, ed25519)).toBe('trusted')
    expect(rest.count).toBe(3)
    expect(pins.check('web1', 22, ed25519)).toBe('trusted')
  })

  it('leaves nothing pinned but what names a host when the only fingerprint is given up', () => {
    const rest = parseHostKeyPins(fingerprintOf(ed25519)).without(ed25519)
    expect(rest.count).toBe(0)
    expect(rest.check('web1', 22, ed25519)).toBe('unknown')
  })

  it('rejects a revoked key even when it is pinned by line and by fingerprint', () => {
    const text = [line('web1', ed25519), fingerprintOf(ed25519), `@revoked ${line('*', ed25519)}`].join('\n')
    expect(parseHostKeyPins(text).check('web1', 22, ed25519)).toBe('revoked')
  })

  it('does not take the key of a certificate authority for a host key', () => {
    const pins = parseHostKeyPins(`@cert-authority ${line('*', ed25519)}`)
    expect(pins.count).toBe(0)
    expect(pins.check('web1', 22, ed25519)).toBe('unknown')
  })

  it.each([
    ['as it is', (print: string) => print],
    ['with the base64 padding', (print: string) => `${print}=`],
    ['as ssh-keygen -l prints it', (print: string) => `256 ${print} root@web1 (ED25519)`],
    ['among others on a line', (print: string) => `${fingerprintOf(rsa)}, ${print}`],
  ])('trusts a fingerprint %s', (_, write) => {
    const pins = parseHostKeyPins(write(fingerprintOf(ed25519)))
    expect(pins.check('any.example.com', 2222, ed25519)).toBe('trusted')
    expect(pins.check('any.example.com', 2222, otherEd25519)).toBe('changed')
  })

  it('takes lines and fingerprints together', () => {
    const pins = parseHostKeyPins(`${fingerprintOf(rsa)}\n${line('web1', ed25519)}\n`)
    expect(pins.count).toBe(2)
    expect(pins.check('web1', 22, ed25519)).toBe('trusted')
    expect(pins.check('web1', 22, rsa)).toBe('trusted')
    expect(pins.check('web1', 22, ecdsa)).toBe('changed')
    expect(pins.check('web2', 22, ecdsa)).toBe('unknown')
  })

  it.each([
    ['an MD5 fingerprint', 'MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', /MD5/],
    ['a bare MD5 fingerprint', '16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48', /MD5/],
    ['a cut fingerprint', fingerprintOf(ed25519).slice(0, -2), /whole fingerprint/],
    ['a public key without a host', line('web1', ed25519).slice(5), /no host/],
    ['a cut key', line('web1', ed25519).slice(0, -8), /damaged key/],
    ['a key of another type than it says', line('web1', ed25519).replace('ssh-ed25519', 'ssh-rsa'), /damaged key/],
    ['a damaged hash', line('|1|abc|def', ed25519), /hashed host name/],
    ['an unknown marker', `@trusted ${line('web1', ed25519)}`, /marker/],
    ['a host alone', 'web1.example.com', /neither/],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----', /private key/],
  ])('refuses %s, naming the line', (_, bad, what) => {
    const error = errorOf(`\n# comment\n${bad}`)
    expect(error.message).toMatch(/^Input "ssh-known-hosts", line 3, /)
    expect(error.message).toMatch(what)
    expect(error.advice).not.toBeUndefined()
  })

  it('either reads a text or refuses it with a UserError', () => {
    const piece = fc.constantFrom(
      '@revoked',
      '|1|',
      'web1',
      ' ',
      ',',
      '*',
      '!',
      'ssh-rsa',
      'SHA256:',
      'AAAA',
      '\n',
      '\r',
      '[',
      ']:22',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 }))), parts => {
        try {
          parseHostKeyPins(parts.join('')).check('web1', 22, ed25519)
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
        }
      }),
    )
  })

  it('matches patterns as a regular expression of the same meaning does', () => {
    const letters = (...list: string[]) =>
      fc.array(fc.constantFrom(...list), { minLength: 1, maxLength: 8 }).map(all => all.join(''))
    fc.assert(
      fc.property(letters('a', 'b', '.', '*', '?'), letters('a', 'b', '.'), (pattern, host) => {
        const source = pattern.replace(/\./g, '\\.').replace(/\*/g, '.*').replace(/\?/g, '.')
        const trusted = parseHostKeyPins(line(pattern, ed25519)).check(host, 22, ed25519) === 'trusted'
        expect(trusted).toBe(new RegExp(`^${source}$`).test(host))
      }),
    )
  })
})

describe('HostKeyPins.check', () => {
  const rsaOf = (bits: number) => {
    const modulus = Buffer.alloc(bits / 8, 0xc5)
    return Buffer.concat([
      sshString('ssh-rsa'),
      sshString('\x01\x00\x01'),
      sshString(Buffer.concat([Buffer.of(0), modulus])),
    ])
  }

  it.each([
    [1024, 'weak'],
    [2040, 'weak'],
    [2048, 'trusted'],
    [4096, 'trusted'],
  ])('finds a pinned RSA key of %i bits %s', (bits, verdict) => {
    const key = rsaOf(bits)
    expect(parseHostKeyPins(line('web1', key)).check('web1', 22, key)).toBe(verdict)
    expect(parseHostKeyPins(fingerprintOf(key)).check('web1', 22, key)).toBe(verdict)
  })

  it('finds a weak key that is not pinned as unknown as any', () => {
    expect(parseHostKeyPins('').check('web1', 22, rsaOf(1024))).toBe('unknown')
    expect(parseHostKeyPins(line('web1', ed25519)).check('web1', 22, rsaOf(1024))).toBe('changed')
  })
})

describe('HostKeyPins.candidates', () => {
  const sound = ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256']
  const ecdsas = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']

  it('has only the pinned types of this host, ed25519 first', () => {
    const pins = parseHostKeyPins([line('web1', rsa), line('web1', ed25519), line('web2', ecdsa)].join('\n'))
    expect(pins.candidates('web1', 22)).toEqual(sound)
    expect(pins.candidates('web2', 22)).toEqual(['ecdsa-sha2-nistp256'])
  })

  it('is empty when nothing is pinned for this host', () => {
    expect(parseHostKeyPins(line('web2', rsa)).candidates('web1', 22)).toEqual([])
  })

  it('has every type when a fingerprint is pinned, those known of the host first, and no SHA-1', () => {
    const pins = parseHostKeyPins(`${line('web1', ecdsa)}\n${fingerprintOf(ed25519)}`)
    expect(pins.candidates('web1', 22)).toEqual(['ecdsa-sha2-nistp256', ...sound, ...ecdsas.slice(1)])
  })

  it('begins with the type that ssh-keygen prints behind a fingerprint', () => {
    const pins = parseHostKeyPins(`256 ${fingerprintOf(ecdsa)} root@web1 (ECDSA)`)
    expect(pins.candidates('web1', 22)).toEqual([...ecdsas, ...sound])
  })
})

describe('HostKeyPins.idle', () => {
  it('has the @cert-authority lines for this host', () => {
    const pins = parseHostKeyPins(line('@cert-authority *.example.com', ed25519))
    expect(pins.idle('web1.example.com', 22)).toEqual(['@cert-authority'])
    expect(pins.idle('web1.example.org', 22)).toEqual([])
  })

  it('has keys of an unknown type, which neither pin anything nor make another key a changed one', () => {
    const type = 'ssh-mldsa44-ed25519'
    const pins = parseHostKeyPins(line('web1', keyOf(type, 5)))
    expect(pins.idle('web1', 22)).toEqual([type])
    expect(pins.check('web1', 22, ed25519)).toBe('unknown')
    expect(pins.candidates('web1', 22)).toEqual([])
  })
})
