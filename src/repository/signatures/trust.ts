import type { FoundSignature } from './ssh-signature'

/** Whose signatures count. */
export interface Trust {
  /** Their fingerprints. */
  readonly signers: ReadonlySet<string>
  /**
   * `required`: nothing else is good, as the input `signed-by` says. `preferred`: what others have signed, or nobody,
   * counts only where there is nothing of these signers; for a backup, whose key may be a new one.
   */
  readonly demand: 'required' | 'preferred'
}

/** Why something with this signature does not count, as a whole sentence; undefined when it does. `noun`: what it is. */
export function objectionTo(signature: FoundSignature, { signers, demand }: Trust, noun: string): string | undefined {
  switch (signature.kind) {
    case 'valid': {
      const { fingerprint } = signature.signer
      if (signers.has(fingerprint)) return undefined
      const missing = demand === 'required' ? 'which "signed-by" does not name' : "which is not this run's key"
      return `Its ${noun} is signed by ${fingerprint}, ${missing}.`
    }
    case 'absent':
      return `Its ${noun} is not signed.`
    case 'denied':
      return `The signature of its ${noun} may not be read with these credentials.`
    case 'invalid':
      return `Its ${noun} is not what was signed: the signature next to it ${signature.reason}.`
  }
}
