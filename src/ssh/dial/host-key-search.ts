import { type HostKeyAlgorithm, hostKeyAlgorithms, typeForAlgorithm } from '../keys/host-keys'
import { keyTypeOf } from '../keys/key-blob'
import type { ServerHello } from '../link/server-hello'
import type { SshTarget } from '../remote'

/**
 * Looks for a pinned key among those of a host. A server shows one key for each connection, of a type that the client
 * asks for, and takes connections without a login for an attack (OpenSSH 9.8, `PerSourcePenalties`). So a type is asked
 * for only if a key of it may be pinned and the server says that it has one, and no type twice.
 */
export class HostKeySearch {
  readonly #target: SshTarget
  readonly #preferred: string | undefined
  readonly #shown = new Map<string, Buffer>()
  readonly #missing = new Set<string>()
  #theirs: readonly string[] | undefined
  #asked: readonly (HostKeyAlgorithm | 'ssh-rsa')[] = []

  /** `preferred`: the type of the key that was found pinned earlier. */
  constructor(target: SshTarget, preferred: string | undefined) {
    this.#target = target
    this.#preferred = preferred
  }

  /** The untrusted keys that the server has shown so far. */
  get shown(): Buffer[] {
    return [...this.#shown.values()]
  }

  /** The types of keys that the server says it has and has not shown, RSA also where it proves it by SHA-1 alone. */
  get unseen(): string[] {
    const known = new Set(this.#theirs?.map(typeForAlgorithm))
    const types = new Set(hostKeyAlgorithms.map(typeForAlgorithm))
    return [...types].filter(type => known.has(type) && !this.#shown.has(type))
  }

  /** Those of them of which a key may be a pinned one: as long as there is one, nothing is known about the pin. */
  get undecided(): string[] {
    const { host, port, hostKeys } = this.#target
    const types = hostKeys.candidates(host, port).map(typeForAlgorithm)
    return this.unseen.filter(type => types.includes(type))
  }

  /** Whether the server has no host key that it can prove by a sound algorithm. */
  get isHopeless(): boolean {
    return this.#theirs !== undefined && !hostKeyAlgorithms.some(algorithm => this.#theirs?.includes(algorithm))
  }

  /** The algorithms to ask for next; undefined when no other key of the server can be a pinned one. */
  next(): readonly HostKeyAlgorithm[] | undefined {
    const { host, port, hostKeys } = this.#target
    const candidates = hostKeys.candidates(host, port)
    const isFirst = this.#theirs === undefined && this.#shown.size === 0
    const all = candidates.length === 0 && isFirst ? hostKeyAlgorithms : candidates
    const open = all.filter(algorithm => this.#isOpen(algorithm))
    const preferred = open.filter(algorithm => typeForAlgorithm(algorithm) === this.#preferred)
    return this.#ask(preferred.length > 0 ? preferred : open)
  }

  /** The algorithms to ask for to see the key of this type. Of a server that knows no other, SHA-1 too. */
  show(type: string): readonly (HostKeyAlgorithm | 'ssh-rsa')[] {
    const sound = hostKeyAlgorithms.filter(algorithm => typeForAlgorithm(algorithm) === type)
    const theirs = sound.filter(algorithm => this.#theirs?.includes(algorithm) !== false)
    return this.#ask(theirs.length > 0 || type !== 'ssh-rsa' ? theirs : ['ssh-rsa']) ?? []
  }

  /** Takes what an attempt has shown: a key that is not trusted, or none of the types that were asked for. */
  learn(hello: ServerHello, key: Buffer | undefined): void {
    this.#theirs = hello.algorithms?.hostKey ?? this.#theirs
    const type = key === undefined ? undefined : keyTypeOf(key)
    if (key !== undefined && type !== undefined) this.#shown.set(type, key)
    // Whatever the server has done, the next question is another one.
    if (type === undefined) for (const asked of this.#asked) this.#missing.add(typeForAlgorithm(asked))
  }

  /** Whether the server can sign with a sound algorithm by the key of this type. */
  isSound(type: string): boolean {
    return (
      this.#theirs === undefined ||
      hostKeyAlgorithms.some(each => typeForAlgorithm(each) === type && this.#theirs?.includes(each))
    )
  }

  #isOpen(algorithm: HostKeyAlgorithm): boolean {
    const type = typeForAlgorithm(algorithm)
    return !this.#shown.has(type) && !this.#missing.has(type) && this.#theirs?.includes(algorithm) !== false
  }

  #ask<T extends HostKeyAlgorithm | 'ssh-rsa'>(algorithms: readonly T[]): readonly T[] | undefined {
    this.#asked = algorithms
    return algorithms.length > 0 ? algorithms : undefined
  }
}
