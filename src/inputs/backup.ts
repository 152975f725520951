import { readAll } from '../findings/read-all'
import { wrongInput } from '../findings/wrong-input'
import type { Recipient } from '../pipeline/age/recipient'
import type { CompressionSettings } from '../pipeline/compression'
import { comesRoundWeekly, type Rotation } from '../repository/names/slot'
import type { TierKeep } from '../repository/names/tier-name'
import { defined } from '../runtime/defined'
import { UserError } from '../runtime/errors'
import type { FileSettings } from '../sources/files/plan/folder-settings'
import type { DatabaseAccess } from '../sources/mysql/client/database-access'
import type { DatabaseSettings } from '../sources/mysql/plan/database-settings'
import type { SshTarget } from '../ssh/remote'
import type { S3Settings } from '../store/s3/s3-settings'
import { loadCompression } from './groups/compression'
import { loadDatabase } from './groups/database'
import { readEncryptTo } from './groups/encryption'
import { loadFiles } from './groups/files'
import { type GuardSettings, loadGuards } from './groups/guards'
import { type Hooks, loadHooks } from './groups/hooks'
import { loadMysql, mysqlInputs, mysqlSecrets } from './groups/mysql'
import { heartbeatSecrets, loadHeartbeat } from './groups/network/heartbeat'
import { period } from './groups/period'
import { loadRotation, readName } from './groups/rotation'
import { loadS3, s3Secrets } from './groups/s3'
import { loadObjectOptions } from './groups/s3-options'
import type { Signing } from './groups/signed-by'
import { backupSigning, readSigningKey } from './groups/signing'
import { loadSsh, sshSecrets } from './groups/ssh'
import { loadTiers } from './groups/tiers'
import { type Environment, flag, type InputReader, lines, maskSecret } from './read'

/** The inputs of a backup. Contains secrets: never log it. */
export interface BackupInputs extends DatabaseSettings {
  ssh: SshTarget
  mysql: DatabaseAccess
  s3: S3Settings
  signing: Signing
  files: FileSettings
  compression: CompressionSettings
  /** []: nothing is encrypted. */
  encryptTo: readonly Recipient[]
  rotation: Rotation
  /** An IANA name. */
  timezone: string
  tiers: TierKeep
  /** Of a recovery point outside of the ring and the tiers. */
  name?: string
  guards: GuardSettings
  /** Accepts a database without tables and a folder without files. */
  allowEmpty: boolean
  hooks: Hooks
  heartbeatUrl?: string
  /** Write `status.json` and `index.html` into the prefix. */
  hasStatusPage: boolean
  /** Check and report, store nothing. */
  isDryRun: boolean
  /**
   * Nothing is taken while the newest good recovery point is younger. Undefined also for a run that somebody asked for:
   * by a name, to accept something, or to check.
   */
  minIntervalMs?: number
}

/** Reads the inputs of the action `backup`, masks secrets first. Throws one `UserError` for all invalid inputs. */
export function loadBackupInputs(read: InputReader, environment: Environment): BackupInputs {
  for (const name of secrets) maskSecret(read, name)
  const { inputs } = readAll({
    something: () => requireSomething(read),
    inputs: () => readGroups(read, environment),
  })
  const { database, rotation, name, heartbeatUrl, s3, objects, signingKey, minInterval, ...rest } = inputs
  const isAskedFor = name !== undefined || rest.isDryRun || rest.guards.acceptShrink || rest.guards.adoptPrefix
  requireRound(rest.files, rotation.rotation)
  return {
    ...rest,
    signing: backupSigning(signingKey, rest.ssh),
    ...database,
    ...rotation,
    s3: objects === undefined ? s3 : { ...s3, objects },
    ...defined({ heartbeatUrl, name, minIntervalMs: isAskedFor ? undefined : minInterval }),
  }
}

function readGroups(read: InputReader, environment: Environment) {
  return readAll({
    ssh: () => loadSsh(read),
    signingKey: () => readSigningKey(read),
    mysql: () => loadMysql(read),
    s3: () => loadS3(read, environment),
    objects: () => loadObjectOptions(read),
    database: () => loadDatabase(read),
    files: () => loadFiles(read),
    compression: () => loadCompression(read),
    encryptTo: () => readEncryptTo(read),
    rotation: () => loadRotation(read),
    tiers: () => loadTiers(read),
    name: () => readName(read),
    minInterval: () => period(read, 'min-interval', { min: '1m', max: '7d' }),
    guards: () => loadGuards(read),
    allowEmpty: () => flag(read, 'allow-empty') ?? false,
    hooks: () => loadHooks(read),
    heartbeatUrl: () => loadHeartbeat(read),
    hasStatusPage: () => flag(read, 'status-page') ?? true,
    isDryRun: () => flag(read, 'dry-run') ?? false,
  })
}

/** A slot must not outlive what it builds on, which a later week overwrites. */
function requireRound({ fullEvery }: FileSettings, rotation: Rotation): void {
  if (fullEvery === 'run' || comesRoundWeekly(rotation)) return
  throw wrongInput(
    'full-every',
    'be run where slots do not come round within a week',
    fullEvery,
    `The slots of "rotation: ${rotation.text}" stay, and what they would build on is overwritten after two weeks. Use "rotation: hour-of-week", or a template of {weekday} and {hour}; "keep-daily" and its kind keep older recovery points whole.`,
  )
}

const secrets = [...sshSecrets, 'signing-key', ...mysqlSecrets, ...s3Secrets, ...heartbeatSecrets]

function requireSomething(read: InputReader): void {
  if (isFilled(read, 'databases')) return
  // An empty variable or a matrix without the field must not leave the database out of every backup.
  const login = mysqlInputs.find(name => read.input(name) !== '')
  if (login !== undefined) {
    throw new UserError(`Input "databases" is empty, although "${login}" is set: no database would be backed up.`, {
      advice: `Name databases in "databases", or "*" for all. To back up files alone, remove "${login}".`,
    })
  }
  if (isFilled(read, 'paths')) return
  throw new UserError('Inputs "databases" and "paths" are both empty: there is nothing to back up.', {
    advice: 'Name databases, or "*" for all, or absolute folders on the server, one per line.',
  })
}

/** Also true for an invalid list, which has its own error. */
function isFilled(read: InputReader, name: string): boolean {
  try {
    return lines(read, name).length > 0
  } catch (error) {
    if (error instanceof UserError) return true
    throw error
  }
}
