import type { S3Settings } from '../store/s3-settings'
import { type Duration, duration } from './duration'
import { type InputReader, maskSecret } from './read'
import { readAll } from './read-all'
import { type Environment, loadS3, s3Secrets } from './s3'

/** Everything a list is told. Holds secrets: never logged. */
export interface ListInputs {
  s3: S3Settings
  /** How old the newest good recovery point may be; undefined: as old as it is. */
  maxAge: Duration | undefined
  /** How often there should be one; undefined: nothing is missing, whenever there is none. */
  expectEvery: Duration | undefined
}

/**
 * Reads and checks every input of the action `list`. Throws `UserError`, one that lists all if several inputs are wrong; all secrets
 * are masked before the first can be thrown.
 */
export function loadListInputs(read: InputReader, environment: Environment): ListInputs {
  for (const name of s3Secrets) maskSecret(read, name)
  return readAll({
    s3: () => loadS3(read, environment),
    maxAge: () => duration(read, 'max-age', { min: '1m', max: '3650d' }),
    // A ring reaches back a week, and GitHub starts nothing more often than every five minutes.
    expectEvery: () => duration(read, 'expect-every', { min: '5m', max: '1d' }),
  })
}
