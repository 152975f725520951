import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPrivateKey } from '../../../../src/ssh/keys/private-key'
import { type SigningKey, signingKeyOf } from '../../../../src/ssh/keys/signing-key'

/** A key pair made by `ssh-keygen`. */
export interface KeyPair {
  privateKey: string
  /** `ssh-ed25519 AAAA… comment` */
  publicKey: string
}

/** `args`: `-t ecdsa -b 384` and the like. */
export function makeKeyPair(args: readonly string[] = ['-t', 'ed25519'], passphrase = ''): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), 'make-a-backup-key-'))
  try {
    const file = join(folder, 'key')
    execFileSync('ssh-keygen', ['-q', '-N', passphrase, '-C', 'a comment', '-f', file, ...args])
    return { privateKey: readFileSync(file, 'utf8'), publicKey: readFileSync(`${file}.pub`, 'utf8').trim() }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A key that signs, of a new pair. */
export function aSigningKey(args?: readonly string[]): SigningKey {
  return signingKeyOf(readPrivateKey(makeKeyPair(args).privateKey))
}
