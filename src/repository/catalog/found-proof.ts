import { FailureError } from '../../runtime/errors'
import { printable } from '../../runtime/text/printable'
import { hourMs } from '../../runtime/times'
import { isArchivedFault, isDenied, StoreError } from '../../store/store-error'
import type { Manifest } from '../manifest/manifest'
import { isProofOf, type Proof, parseProof } from '../manifest/proof'
import { slotKeys } from '../names/keys'
import type { Repository } from '../repository'
import { readSignature } from '../signatures/found-signature'
import { objectionTo } from '../signatures/trust'

/** What the last drill of a recovery point is known to have shown. `untrusted`: its record does not count. */
export type FoundProof =
  | { kind: 'proven'; provenAt: Date; restoreSeconds: number }
  | { kind: 'failed'; failedAt: Date; problem: string }
  | { kind: 'untrusted'; problem: string }

interface ProofToRead {
  repository: Repository
  slot: string
  manifest: Manifest
  /** By key, as a listing shows them. Without them nothing is proven. */
  etags?: ReadonlyMap<string, string>
  /** When the proof was stored, where that is known. */
  storedAt?: Date
}

/**
 * The proof of a recovery point. Undefined: it cannot be read, or is that of an earlier week or of other objects, and
 * proves nothing. Throws `StoreError`.
 */
export async function readProof(wanted: ProofToRead): Promise<FoundProof | undefined> {
  const { repository, slot, manifest, etags = new Map(), storedAt } = wanted
  const { proof: key } = slotKeys(repository.prefix, slot)
  const text = await textUnlessUnfit(repository, key)
  const proof = text === undefined ? undefined : parsed(text, key)
  if (text === undefined || proof === undefined || !isProofOf(proof, manifest, etags)) return undefined
  const problem = await objectionToProof(repository, { key, text, proof, storedAt })
  if (problem !== undefined) return { kind: 'untrusted', problem }
  return proof.status === 'proven'
    ? { kind: 'proven', provenAt: new Date(proof.provenAt), restoreSeconds: proof.restoreSeconds }
    : { kind: 'failed', failedAt: new Date(proof.failedAt), problem: shown(proof.findings[0]?.message) }
}

/** In a sentence: what the last drill of the recovery point of this name has found. */
export function failedDrill(name: string, { failedAt, problem }: Extract<FoundProof, { kind: 'failed' }>): string {
  return `The last drill of ${name} failed at ${failedAt.toISOString().slice(0, 19)}Z: ${problem}`
}

/** The text is of whoever wrote the proof. */
function shown(message = 'It does not say why.'): string {
  return printable(message.slice(0, 500))
}

/** Why a proof does not count, as a whole sentence; undefined when it does. Throws `StoreError`. */
export async function objectionToProof(
  repository: Repository,
  { key, text, proof, storedAt }: { key: string; text: string; proof: Proof; storedAt: Date | undefined },
): Promise<string | undefined> {
  const { trust } = repository
  if (trust === undefined) return undefined
  const objection = objectionTo(await readSignature(repository, key, text), trust, 'proof')
  if (objection !== undefined) return objection
  const endedAt = proof.status === 'proven' ? proof.provenAt : proof.failedAt
  if (storedAt === undefined || storedAt.getTime() - Date.parse(endedAt) <= hourMs) return undefined
  return `Its proof of ${endedAt} was stored again at ${storedAt.toISOString()}: copied from elsewhere, or replayed.`
}

async function textUnlessUnfit({ store }: Repository, key: string): Promise<string | undefined> {
  try {
    return await store.getText(key)
  } catch (error) {
    const isUnfit =
      isDenied(error) || isArchivedFault(error) || (error instanceof StoreError && error.code === 'TooLong')
    if (isUnfit) return undefined
    throw error
  }
}

function parsed(text: string, key: string): Proof | undefined {
  try {
    return parseProof(text, key)
  } catch (error) {
    if (error instanceof FailureError) return undefined
    throw error
  }
}
