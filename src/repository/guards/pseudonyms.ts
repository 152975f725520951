import { createHash, createHmac, hkdfSync } from 'node:crypto'

/** The site that a baseline is about. */
export interface BaselinePlace {
  host: string
  /** `Store.name`. */
  store: string
  prefix: string
}

/** The secrets of a run that can key the pseudonyms. */
export interface BaselineSecrets {
  /** The private key of the SSH login, in any of its forms. */
  privateKey?: string | undefined
  credentials?: { secretAccessKey: string; sessionToken?: string | undefined } | undefined
}

/** Makes pseudonyms for words that no stranger may read: always the same for the same words. */
export interface Pseudonymiser {
  /** Differs between two keys and reveals neither. */
  readonly keyId: string
  /** 16 characters. The first word is the type of the others: equal names of different things differ. */
  pseudonymOf(...words: readonly string[]): string
}

/**
 * The pseudonymiser of this site, keyed by a secret of the run. Anyone who can read the runner's cache (with a public
 * repository everybody, through pull requests from forks) can then neither read a name nor test a guess like
 * `wp_users`.
 *
 * The key comes from a secret that lasts and that no one can guess: the SSH private key, else an S3 secret access key
 * that is not temporary. Never from a password, because its pseudonyms would let anybody try passwords at leisure.
 * Undefined when the run has neither.
 */
export function pseudonymiserFor(secrets: BaselineSecrets, place: BaselinePlace): Pseudonymiser | undefined {
  const secret = lastingSecret(secrets)
  if (secret === undefined) return undefined
  const key = Buffer.from(hkdfSync('sha256', secret, 'make-a-backup baseline', '', 32))
  const pseudonymOf = (...words: readonly string[]) =>
    createHmac('sha256', key)
      .update(JSON.stringify([...placeWords(place), ...words]))
      .digest('base64url')
      .slice(0, 16)
  return { keyId: pseudonymOf('key'), pseudonymOf }
}

/** Names the site's entries in the cache. Without a key a plain hash, against which a full guess can be tested. */
export function cacheScope(pseudonymiser: Pseudonymiser | undefined, place: BaselinePlace): string {
  if (pseudonymiser !== undefined) return pseudonymiser.pseudonymOf('scope')
  const words = JSON.stringify(placeWords(place))
  return createHash('sha256').update(words).digest('base64url').slice(0, 16)
}

/** White space is no part of a key: the same one may have been pasted with other line ends. */
function lastingSecret({ privateKey, credentials }: BaselineSecrets): string | undefined {
  if (privateKey !== undefined) return privateKey.replace(/\s+/g, '')
  return credentials?.sessionToken === undefined ? credentials?.secretAccessKey : undefined
}

function placeWords({ host, store, prefix }: BaselinePlace): string[] {
  return [host.toLowerCase(), store, prefix]
}
