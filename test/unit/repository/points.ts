import type { Artifact, Manifest } from '../../../src/repository/manifest/manifest'
import { serializeManifest } from '../../../src/repository/manifest/manifest-codec'
import type { Proof } from '../../../src/repository/manifest/proof'
import { artifactKey, slotKeys } from '../../../src/repository/names/keys'
import type { MemoryStore } from '../../memory/memory-store'
import { aManifest } from './a-baseline'

/** How a stored recovery point differs from the usual one. */
export interface PointOptions {
  prefix?: string
  manifest?: Partial<Manifest>
  /** Names of artifacts whose objects are left out. */
  without?: readonly string[]
}

/**
 * Stores a recovery point by its name (`Monday-13-00`, `daily/2026-11-23`, `suspect/Monday-13-00`): a manifest and
 * objects of the sizes that it says.
 */
export async function putPoint(
  store: MemoryStore,
  name: string,
  takenAt: string,
  { prefix = 'web1', manifest: changes = {}, without = [] }: PointOptions = {},
): Promise<Manifest> {
  const [, folder = '', slot = name] = /^(suspect)\/(.*)$/.exec(name) ?? []
  const place = [prefix, folder].filter(part => part !== '').join('/')
  const usual = aManifest({ slot, startedAt: takenAt, finishedAt: takenAt, ...changes })
  const artifacts = usual.artifacts.map(artifact => ({
    ...artifact,
    key: keyOf(place, slot, artifact),
    bytes: 10,
  }))
  const manifest = { ...usual, prefix: changes.prefix ?? place, artifacts }
  for (const { key, name: artifactName } of artifacts) {
    if (!without.includes(artifactName)) await store.putText(key, '0123456789', { contentType: 'text/plain' })
  }
  await store.putText(slotKeys(place, slot).manifest, serializeManifest(manifest), json)
  return manifest
}

export const json = { contentType: 'application/json' }

/** What a run leaves that is killed in the middle of a commit: uploads that are still to be completed. */
export function asIntent(manifest: Manifest): Manifest {
  return {
    ...manifest,
    state: 'publishing',
    artifacts: manifest.artifacts.map(artifact => ({ ...artifact, upload: { id: 'u', partETags: ['e'] } })),
    previous: null,
  }
}

function keyOf(prefix: string, slot: string, { name, kind, compression }: Artifact): string {
  return artifactKey(prefix, slot, name, kind, { compression })
}

type GoodProof = Extract<Proof, { status: 'proven' }>

/** The proof of a recovery point that `putPoint` has stored. */
export async function proofOf(store: MemoryStore, { slot, startedAt, artifacts }: Manifest): Promise<GoodProof> {
  const proven = artifacts.map(async ({ key, sha256 }) => ({
    ...{ key, sha256 },
    etag: (await store.head(key))?.etag ?? '',
  }))
  return aProof({ slot, takenAt: startedAt, artifacts: await Promise.all(proven) })
}

/** A proof of other objects than there are. */
export function aProof(changes: Partial<GoodProof> = {}): GoodProof {
  return {
    format: 'make-a-backup-proof/1',
    slot: 'Monday-13-00',
    takenAt: '2026-11-23T13:17:00.000Z',
    status: 'proven',
    provenAt: '2026-11-24T04:45:00.000Z',
    artifacts: [{ key: 'web1/Monday-13-00.database.sql.gz', sha256: 'a'.repeat(64), etag: 'e' }],
    restoreSeconds: 98.4,
    server: { flavor: 'mariadb', version: '11.4.2' },
    tables: 16,
    files: 2521,
    run: { repository: 'acme/shop', id: '7', attempt: '1', event: 'schedule', url: '' },
    tool: { name: 'make-a-backup', version: '1.0.0' },
    ...changes,
  }
}
