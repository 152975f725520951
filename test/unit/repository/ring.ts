import { createHash } from 'node:crypto'
import type { Compression } from '../../../src/pipeline/compression'
import { objectsOf, type PreparedObject } from '../../../src/repository/artifact/objects'
import type { PreparedArtifact, PreparedManifest } from '../../../src/repository/commit/intend'
import { type Published, publish } from '../../../src/repository/commit/publish'
import {
  type ArtifactObject,
  type ChainObject,
  type Manifest,
  manifestFormat,
} from '../../../src/repository/manifest/manifest'
import { parseManifest } from '../../../src/repository/manifest/manifest-codec'
import { type ObjectOrigin, objectMetadata } from '../../../src/repository/manifest/object-metadata'
import { type BaseName, baseSlot } from '../../../src/repository/names/base-name'
import { artifactKey, baseKey, parseKey } from '../../../src/repository/names/keys'
import type { Repository } from '../../../src/repository/repository'
import { defined } from '../../../src/runtime/defined'
import type { SigningKey } from '../../../src/ssh/keys/signing-key'
import type { Store } from '../../../src/store/store'
import type { Moment, StoreOperation } from '../../memory/memory-faults'
import { type MemoryStore, memoryStore } from '../../memory/memory-store'
import { clockAt } from '../clock-at'

export const prefix = 'running-backups'
export const slot = 'Monday-13-00'

/** What one artifact holds in a test: its parts, all of the same length but the last. */
export interface Content {
  name: string
  parts: string[]
  compression?: Compression
  /** What an archive builds on: bases that are there, by their names, and new ones. */
  chain?: readonly (BaseName | NewBase)[]
}

interface NewBase {
  base: BaseName
  parts: string[]
}

/** The process that used the store is gone: nothing it still tries has an effect. */
export class Death extends Error {}

/**
 * A store, a clock that moves on with every use, and a hand on the life of whoever uses the store: `dieAt` lets the
 * n-th operation from now on, and every one after it, throw `Death`.
 */
export class World {
  readonly store: MemoryStore
  readonly clock = clockAt(() => new Date(this.#timeMs))
  operationCount = 0
  /** Signs what is published and recovered. */
  signer: SigningKey | undefined
  /** Whether the death came. */
  hasDied = false
  onOperation: (operation: StoreOperation, key: string, moment: Moment) => void | Promise<void> = () => {}
  #timeMs = Date.UTC(2026, 10, 23, 13, 5)
  #death: { at: number; moment: Moment } | undefined

  constructor() {
    this.store = memoryStore({
      minPartBytes: 1,
      now: () => {
        this.pass(100)
        return this.clock.now()
      },
      onOperation: (operation, key, moment) => {
        if (moment === 'before') this.operationCount++
        const death = this.#death
        if (death !== undefined) {
          const isPast = this.operationCount > death.at
          if (isPast || (this.operationCount === death.at && (moment === death.moment || moment === 'after'))) {
            this.hasDied = true
            throw new Death(`at ${operation} ${key}`)
          }
        }
        return this.onOperation(operation, key, moment)
      },
    })
  }

  get repository(): Repository {
    return { store: this.store, prefix, ...defined({ signer: this.signer }) }
  }

  dieAt(count: number, moment: Moment): void {
    this.operationCount = 0
    this.hasDied = false
    this.#death = { at: count, moment }
  }

  revive(): void {
    this.#death = undefined
  }

  pass(ms: number): void {
    this.#timeMs += ms
  }

  /** Uploads the parts of a recovery point, without making anything visible. */
  async prepare(contents: Content[], at = slot, runId = String(this.#timeMs)): Promise<PreparedManifest> {
    const startedAt = this.clock.now().toISOString()
    const run = { repository: 'acme/shop', id: runId, attempt: '1', event: 'schedule', url: '' }
    const artifacts: PreparedArtifact[] = []
    for (const content of contents) artifacts.push(await this.#upload(content, { slot: at, run, startedAt }))
    return { ...aRecoveryPoint, slot: at, startedAt, run, artifacts }
  }

  publish(manifest: PreparedManifest): Promise<Published> {
    return publish(this.repository, manifest, { clock: this.clock })
  }

  /** Every object, byte for byte. */
  photograph(): Map<string, string> {
    return new Map(this.store.keys().map(key => [key, this.text(key)]))
  }

  text(key: string): string {
    return this.store.bytes(key)?.toString('utf8') ?? ''
  }

  manifest(at = slot): Manifest {
    const key = `${prefix}/${at}.manifest.json`
    return parseManifest(this.text(key), key)
  }

  async openUploads(): Promise<string[]> {
    const keys = []
    for await (const upload of this.store.listUploads('')) keys.push(upload.key)
    return keys
  }

  /** The keys of complete manifests whose objects are not the ones they describe. Must always be empty. */
  lies(): string[] {
    return this.store.keys().filter(key => {
      if (parseKey(prefix, key)?.what !== 'manifest') return false
      const manifest = parseManifest(this.text(key), key)
      return manifest.state === 'complete' && !objectsOf(manifest).every(object => this.#holds(object))
    })
  }

  #holds({ key, bytes, sha256 }: ArtifactObject): boolean {
    const held = this.store.bytes(key)
    return held !== undefined && held.length === bytes && sha256Of(held) === sha256
  }

  async #upload(
    { name, parts, compression = 'gzip', chain }: Content,
    origin: ObjectOrigin,
  ): Promise<PreparedArtifact> {
    const kind = name === 'codebase' ? 'files' : 'database'
    const { slot: at, startedAt } = origin
    const sent = await this.#send(artifactKey(prefix, at, name, kind, { compression }), parts, origin)
    const stored = { ...{ name, ...sent, compression }, ...{ startedAt, finishedAt: startedAt } }
    const { bytes, sha256 } = sent
    if (kind === 'database') return { ...stored, kind, database: 'shop', content: { bytes, sha256, ...emptyDump } }
    const content = { bytes, sha256, files: 1, directories: 1, links: 0 }
    return {
      ...{ ...stored, kind, paths: ['/var/www/html'], content },
      ...(chain === undefined ? {} : { chain: await this.#chain(chain, origin) }),
    }
  }

  async #chain(chain: readonly (BaseName | NewBase)[], origin: ObjectOrigin): Promise<ChainObject[]> {
    const objects: ChainObject[] = []
    for (const [level, each] of chain.entries()) {
      const base = typeof each === 'string' ? each : each.base
      const key = baseKey(prefix, base, 'codebase', 'files', { compression: 'gzip' })
      if (typeof each === 'string') objects.push(this.#known(key))
      else {
        const sent = await this.#send(key, each.parts, { ...origin, slot: baseSlot(base) })
        objects.push({ ...sent, level, takenAt: origin.startedAt, snapshot: sent.sha256 })
      }
    }
    return objects
  }

  /** As the manifest of those that build on it has it. */
  #known(key: string): ChainObject {
    const manifests = this.store.keys().filter(each => each.endsWith('.manifest.json'))
    const known = manifests
      .flatMap(each => objectsOf(parseManifest(this.text(each), each)))
      .find((object): object is ChainObject => object.key === key && 'level' in object)
    if (known === undefined) throw new Error(`Nothing builds on ${key}.`)
    return known
  }

  async #send(key: string, parts: readonly string[], origin: ObjectOrigin): Promise<PreparedObject & Version> {
    const metadata = objectMetadata(origin)
    const id = await this.store.createUpload(key, { contentType: 'application/octet-stream', metadata })
    const partETags = []
    for (const [index, part] of parts.entries())
      partETags.push(await this.store.uploadPart(key, id, index + 1, Buffer.from(part)))
    const bytes = Buffer.from(parts.join(''))
    return {
      ...{ key, bytes: bytes.length, sha256: sha256Of(bytes), upload: { id, partETags } },
      ...{ etag: '', versionId: null },
    }
  }
}

type Version = Pick<ArtifactObject, 'etag' | 'versionId'>

/** The same store, some of whose answers are others. */
export function answering(store: Store, answers: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(Reflect.has(answers, name) ? answers : target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const emptyDump = {
  ...{ tables: [], views: 0, triggers: 0, routines: 0, events: 0 },
  ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' },
}

const aRecoveryPoint = {
  format: manifestFormat,
  verdict: 'good',
  timezone: 'UTC',
  host: 'web1.example.com',
  tool: { name: 'make-a-backup', version: '1.0.0' },
  server: { os: 'Debian GNU/Linux 12' },
  warnings: [],
} satisfies Partial<PreparedManifest>
