import { readAll } from '../findings/read-all'
import { wrongInput } from '../findings/wrong-input'
import { defined } from '../runtime/defined'
import type { S3Settings } from '../store/s3/s3-settings'
import { period } from './groups/period'
import { loadS3, prefixOf, s3Secrets } from './groups/s3'
import { readSignedBy, type Signing } from './groups/signed-by'
import { type Environment, type InputReader, lines, maskSecret } from './read'

/** The inputs of a list. Contains secrets: never log it. */
export interface ListInputs {
  s3: S3Settings
  signing: Signing
  /** The maximum age of the newest good recovery point; undefined: any age. */
  maxAgeMs: number | undefined
  /** The prefixes of several servers, to list in place of `s3-prefix`; undefined: only that. */
  fleet?: readonly string[]
  /** The expected interval of backups; undefined: no check for missing ones. */
  expectEveryMs: number | undefined
}

/** Reads the inputs of the action `list`, masks secrets first. Throws one `UserError` for all invalid inputs. */
export function loadListInputs(read: InputReader, environment: Environment): ListInputs {
  for (const name of s3Secrets) maskSecret(read, name)
  const { fleet, ...inputs } = readAll({
    s3: () => loadS3(read, environment),
    signing: () => defined({ trust: readSignedBy(read) }),
    maxAgeMs: () => period(read, 'max-age', { min: '1m', max: '3650d' }),
    // GitHub schedules at most every five minutes. The check looks back one week, which rarely contains a complete
    // period longer than a day.
    expectEveryMs: () => period(read, 'expect-every', { min: '5m', max: '1d' }),
    fleet: () => readFleet(read),
  })
  return { ...inputs, ...defined({ fleet }) }
}

const fleetAtMost = 500

function readFleet(read: InputReader): string[] | undefined {
  const prefixes = [...new Set(lines(read, 'fleet').map(line => prefixOf('fleet', line)))]
  if (prefixes.length > fleetAtMost) {
    throw wrongInput('fleet', `have at most ${fleetAtMost} lines`, `${prefixes.length} lines`)
  }
  return prefixes.length === 0 ? undefined : prefixes
}
