import { newIdentity } from '../../pipeline/age/identity'
import { type Recipient, recipientOf } from '../../pipeline/age/recipient'
import type { Repository } from '../repository'
import { encryptionTo } from './encryption'

/** What the encryption of safety dumps depends on. */
interface Choice {
  /** Those of the recovery points of this prefix. */
  recorded: readonly string[]
  /** Whether somebody whose signature counts has recorded them. */
  isAuthentic: boolean
}

/**
 * A repository as a restore writes to it. What it keeps of the server must be readable by nobody who cannot read the
 * backups: it is encrypted to the keys that this run has, to the recipients of the backups where their signature counts
 * (whoever forged a manifest would read along), and to a key that only this run has, for its rollback. Where no backup is
 * encrypted, neither is this.
 */
export async function withSafetyEncryption(
  repository: Repository,
  { recorded, isAuthentic }: Choice,
): Promise<Repository> {
  const { identities = [] } = repository
  if (recorded.length === 0 && identities.length === 0) return repository
  const own = await Promise.all(identities.map(identity => identity.recipient()))
  const others = recorded.flatMap(line => recipientOf(line) ?? [])
  const readers: Recipient[] = own.length > 0 && !isAuthentic ? own : [...own, ...others]
  const forRollback = await newIdentity()
  const unique = readers.filter(({ line }, index) => readers.findIndex(other => other.line === line) === index)
  const encryption = await encryptionTo([...unique, await forRollback.recipient()], { signer: undefined, place: [] })
  return { ...repository, ...(encryption && { encryption }), identities: [...identities, forRollback] }
}
