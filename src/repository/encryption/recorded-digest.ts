import { createHmac } from 'node:crypto'

/** What a manifest records of the sha256 of content: itself, or where content is encrypted what a key makes of it. */
export type RecordedDigest = (sha256: string) => string

/** Of what is not encrypted. */
export const plainDigest: RecordedDigest = sha256 => sha256

/** The digest of a small table would show its rows to whoever tries all of them, so it is recorded under a key. */
export function keyedDigest(key: Buffer): RecordedDigest {
  return sha256 => createHmac('sha256', key).update(sha256).digest('hex')
}

/** Shows whether two manifests use the same key, and nothing of it. */
export function keyIdOf(key: Buffer): string {
  return createHmac('sha256', key).update('id').digest('hex').slice(0, 16)
}
