import { readAll } from '../findings/read-all'
import { shown, wrongInput } from '../findings/wrong-input'
import type { Identity } from '../pipeline/age/identity'
import { parseSnapshotChoice, type SnapshotChoice } from '../repository/names/snapshot-choice'
import { defined } from '../runtime/defined'
import { UserError } from '../runtime/errors'
import { countStatements } from '../sources/mysql/check/lexer/count-statements'
import type { S3Settings } from '../store/s3/s3-settings'
import { type RiskyKind, readAllowedEntries } from './groups/allow-entries'
import { decryptionSecrets, readDecryptionKey } from './groups/encryption'
import { loadS3, s3Secrets } from './groups/s3'
import { readSignedBy, type Signing } from './groups/signed-by'
import { readSigningKey, signingSecrets } from './groups/signing'
import { choice, type Environment, type InputReader, lines, maskSecret, optional } from './read'

/** Each level includes the one before: what the store reports; every byte read and checked; a restore. */
const verifyLevels = ['stored', 'read', 'restore'] as const

export type VerifyLevel = (typeof verifyLevels)[number]

/** The inputs of a verification. Contains secrets: never log it. */
export interface VerifyInputs {
  s3: S3Settings
  signing: Signing
  /** []: what is encrypted cannot be opened. */
  decryptionKey: readonly Identity[]
  /** `all`: every recovery point of the ring and the tiers, and the suspect ones. */
  snapshot: SnapshotChoice | 'all'
  level: VerifyLevel
  /** `auto`, `local`, or the name of an image. */
  drillServer: string
  /** SQL statements, each of which must return a true value. */
  drillChecks: readonly string[]
  /** As for a restore: with `statements` a drill runs statements that it refuses otherwise. */
  allowedEntries: ReadonlySet<RiskyKind>
}

/** Reads the inputs of the action `verify`, masks secrets first. Throws one `UserError` for all invalid inputs. */
export function loadVerifyInputs(read: InputReader, environment: Environment): VerifyInputs {
  for (const name of [...s3Secrets, ...signingSecrets, ...decryptionSecrets]) maskSecret(read, name)
  const level = () => choice(read, 'level', verifyLevels) ?? 'read'
  const { drill, ...inputs } = readAll({
    s3: () => loadS3(read, environment),
    signing: () => readSigning(read),
    decryptionKey: () => readDecryptionKey(read),
    snapshot: () => readSnapshot(read),
    level,
    drill: () => readDrill(read),
  })
  if (inputs.level !== 'restore') refuseIdleDrill(drill, inputs.level)
  return { ...inputs, ...drill }
}

function readSigning(read: InputReader): Signing {
  const { signer, trust } = readAll({ signer: () => readSigningKey(read), trust: () => readSignedBy(read) })
  return defined({ signer, trust })
}

function readSnapshot(read: InputReader): VerifyInputs['snapshot'] {
  const value = optional(read, 'snapshot') ?? 'latest'
  return value === 'all' ? 'all' : parseSnapshotChoice(value)
}

type DrillInputs = Pick<VerifyInputs, 'drillServer' | 'drillChecks' | 'allowedEntries'>

function readDrill(read: InputReader): DrillInputs {
  return readAll({
    drillServer: () => readDrillServer(read),
    drillChecks: () => lines(read, 'drill-checks').map(toQuestion),
    allowedEntries: () => readAllowedEntries(read),
  })
}

/** Of several statements on a line, only the first would be checked. */
function toQuestion(line: string): string {
  const statement = line.replace(/;\s*$/, '')
  if (countStatements(statement) === 1) return statement
  throw wrongInput(
    'drill-checks',
    'have one statement per line',
    line,
    'Put each on its own line, or combine them: SELECT (…) AND (…)',
  )
}

/** https://github.com/distribution/reference: an image name begins with a letter or a digit and has no spaces. */
function readDrillServer(read: InputReader): string {
  const value = optional(read, 'drill-server') ?? 'auto'
  if (/^[A-Za-z0-9][A-Za-z0-9._/:@-]{0,254}$/.test(value)) return value
  throw wrongInput('drill-server', 'be auto, local or the name of an image', value, 'For example: mariadb:11.4')
}

/** Refuses drill inputs without a drill: checks that never run would look like checks that passed. */
function refuseIdleDrill({ drillServer, drillChecks }: DrillInputs, level: VerifyLevel): void {
  const idle = drillChecks.length > 0 ? 'drill-checks' : drillServer === 'auto' ? undefined : 'drill-server'
  if (idle === undefined) return
  throw new UserError(`Input "${idle}" requires "level: restore", got "level: ${level}".`, {
    advice: `Set "level: restore", or remove "${idle}"${drillChecks.length > 0 ? `: ${shown(drillChecks[0] ?? '')} would never run` : ''}.`,
  })
}
