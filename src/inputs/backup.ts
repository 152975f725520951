import { UserError } from '../runtime/errors'
import type { DatabaseAccess } from '../server/database-access'
import type { Rotation } from '../snapshot/slot'
import type { TierKeep } from '../snapshot/tier-name'
import type { SshTarget } from '../ssh/connection'
import type { S3Settings } from '../store/s3-settings'
import { type CompressionSettings, loadCompression } from './compression'
import { type DatabaseSettings, loadDatabase } from './database'
import { type FileSettings, loadFiles } from './files'
import { type GuardSettings, loadGuards } from './guards'
import { heartbeatSecrets, loadHeartbeat } from './heartbeat'
import { type Hooks, loadHooks } from './hooks'
import { loadMysql, mysqlSecrets } from './mysql'
import { flag, type InputReader, lines, maskSecret } from './read'
import { readAll } from './read-all'
import { loadRotation } from './rotation'
import { type Environment, loadS3, s3Secrets } from './s3'
import { loadObjectOptions } from './s3-options'
import { loadSsh, sshSecrets } from './ssh'
import { loadTiers } from './tiers'

/** Everything a backup is told. Holds secrets: never logged. */
export interface BackupInputs extends DatabaseSettings {
  ssh: SshTarget
  mysql: DatabaseAccess
  s3: S3Settings
  files: FileSettings
  compression: CompressionSettings
  rotation: Rotation
  /** An IANA name. */
  timezone: string
  tiers: TierKeep
  guards: GuardSettings
  /** A database without tables or a folder without files is fine. */
  allowEmpty: boolean
  hooks: Hooks
  heartbeatUrl?: string
  /** Look and tell, store nothing. */
  isDryRun: boolean
}

/**
 * Reads and checks every input of the action `backup`. Throws `UserError`, one that lists all if several inputs are wrong;
 * all secrets are masked before the first can be thrown.
 */
export function loadBackupInputs(read: InputReader, environment: Environment): BackupInputs {
  for (const name of secrets) maskSecret(read, name)
  const { inputs } = readAll({
    something: () => requireSomething(read),
    inputs: () => readGroups(read, environment),
  })
  const { database, rotation, heartbeatUrl, s3, objects, ...rest } = inputs
  return {
    ...rest,
    ...database,
    ...rotation,
    s3: objects === undefined ? s3 : { ...s3, objects },
    ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
  }
}

function readGroups(read: InputReader, environment: Environment) {
  return readAll({
    ssh: () => loadSsh(read),
    mysql: () => loadMysql(read),
    s3: () => loadS3(read, environment),
    objects: () => loadObjectOptions(read),
    database: () => loadDatabase(read),
    files: () => loadFiles(read),
    compression: () => loadCompression(read),
    rotation: () => loadRotation(read),
    tiers: () => loadTiers(read),
    guards: () => loadGuards(read),
    allowEmpty: () => flag(read, 'allow-empty') ?? false,
    hooks: () => loadHooks(read),
    heartbeatUrl: () => loadHeartbeat(read),
    isDryRun: () => flag(read, 'dry-run') ?? false,
  })
}

const secrets = [...sshSecrets, ...mysqlSecrets, ...s3Secrets, ...heartbeatSecrets]

function requireSomething(read: InputReader): void {
  if (['databases', 'paths'].some(name => isFilled(read, name))) return
  throw new UserError('Inputs "databases" and "paths" are both empty: there is nothing to back up.', {
    advice: 'Name databases, or "*" for all, or absolute folders on the server, one per line.',
  })
}

/** Also true for a list that turns out wrong, whose own error says so. */
function isFilled(read: InputReader, name: string): boolean {
  try {
    return lines(read, name).length > 0
  } catch (error) {
    if (error instanceof UserError) return true
    throw error
  }
}
