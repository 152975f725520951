import { readAll } from '../findings/read-all'
import type { S3Settings } from '../store/s3/s3-settings'
import { period } from './groups/period'
import { type Environment, loadS3, s3Secrets } from './groups/s3'
import { type InputReader, maskSecret } from './read'

/** Everything a list is told. Holds secrets: never logged. */
export interface ListInputs {
  s3: S3Settings
  /** How old the newest good recovery point may be; undefined: as old as it is. */
  maxAgeMs: number | undefined
  /** How often one is to be taken; undefined: nothing is missing, whenever there is none. */
  expectEveryMs: number | undefined
}

/**
 * Reads and checks every input of the action `list`. Throws `UserError`, one that lists all if several inputs are wrong; all secrets
 * are masked before the first can be thrown.
 */
export function loadListInputs(read: InputReader, environment: Environment): ListInputs {
  for (const name of s3Secrets) maskSecret(read, name)
  return readAll({
    s3: () => loadS3(read, environment),
    maxAgeMs: () => period(read, 'max-age', { min: '1m', max: '3650d' }),
    // GitHub starts nothing more often than every five minutes. A week is as far as is looked back, and longer periods than days would
    // seldom lie within one whole.
    expectEveryMs: () => period(read, 'expect-every', { min: '5m', max: '1d' }),
  })
}
