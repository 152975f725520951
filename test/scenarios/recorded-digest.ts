import { createHash, createHmac } from 'node:crypto'
import { ageKeyFile } from '../runner/encryption-switch'
import { filter } from '../servers/processes/stock-tools'

interface Recorded {
  encryption?: { fingerprintKey: string } | undefined
}

/** What a manifest records of the sha256 of content: itself, or where it is encrypted an HMAC under the key that it has. */
export async function recordedDigest({ encryption }: Recorded): Promise<(content: Buffer) => string> {
  const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')
  if (encryption === undefined) return sha256
  const key = await filter('age', ['-d', '-i', ageKeyFile], Buffer.from(encryption.fingerprintKey, 'base64'))
  return content => createHmac('sha256', key).update(sha256(content)).digest('hex')
}
