import { createHash, createHmac, hkdfSync } from 'node:crypto'

/** The site that a baseline is about. */
export interface BaselinePlace {
  host: string
  /** `Store.name`. */
  store: string
  prefix: string
}

/** The secrets of a run that can key the hiding of names. */
export interface BaselineSecrets {
  /** The private key of the SSH login, in any of its forms. */
  privateKey?: string | undefined
  credentials?: { secretAccessKey: string; sessionToken?: string | undefined } | undefined
}

/** Replaces words that must not be read by a stranger with ones that say nothing, always the same for the same words. */
export interface Pseudonymiser {
  /** Tells two keys apart without telling anything about them. */
  readonly keyId: string
  /** 16 characters. The first word says what the others are, so that equal names of different things differ. */
  hide(...words: readonly string[]): string
}

/**
 * A hider for this site, keyed by a secret of the run: whoever can read the runner's cache (with a public repository that is
 * everybody, through pull requests from forks) can then neither read a name nor test a guess such as `wp_users`.
 *
 * The key comes from a secret that no one can guess and that lasts: the SSH private key, else an S3 secret access key that is not
 * a temporary one. Never from a password: what is derived from one lets anybody try passwords at leisure. Undefined
 * when the run has neither.
 */
export function pseudonymiserFor(secrets: BaselineSecrets, place: BaselinePlace): Pseudonymiser | undefined {
  const secret = lastingSecret(secrets)
  if (secret === undefined) return undefined
  const key = Buffer.from(hkdfSync('sha256', secret, 'make-a-backup baseline', '', 32))
  const hide = (...words: readonly string[]) =>
    createHmac('sha256', key)
      .update(JSON.stringify([...placeWords(place), ...words]))
      .digest('base64url')
      .slice(0, 16)
  return { keyId: hide('key'), hide }
}

/**
 * What names the site's entries in the cache. Without a hider it is a plain hash: a guess of host, bucket and prefix together
 * can be tested then.
 */
export function cacheScope(pseudonymiser: Pseudonymiser | undefined, place: BaselinePlace): string {
  if (pseudonymiser !== undefined) return pseudonymiser.hide('scope')
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
