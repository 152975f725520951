import { mapAll, readAll } from '../findings/read-all'
import { shown, wrongInput } from '../findings/wrong-input'
import type { Identity } from '../pipeline/age/identity'
import { parseSnapshotChoice, type SnapshotChoice } from '../repository/names/snapshot-choice'
import { defined } from '../runtime/defined'
import { UserError } from '../runtime/errors'
import { isInside } from '../sources/files/plan/folder-paths'
import type { FolderChoice, FolderRestoreSettings } from '../sources/files/restore/restore-settings'
import type { DatabaseRestoreSettings } from '../sources/mysql/restore/restore-settings'
import type { SshTarget } from '../ssh/remote'
import type { S3Settings } from '../store/s3/s3-settings'
import { type RiskyKind, readAllowedEntries } from './groups/allow-entries'
import { decryptionSecrets, readDecryptionKey } from './groups/encryption'
import { normalPath, refuseSystemFolder } from './groups/files'
import { loadMysql, mysqlSecrets } from './groups/mysql'
import { readOwner } from './groups/owner'
import { loadS3, s3Secrets } from './groups/s3'
import { readSignedBy, type Signing } from './groups/signed-by'
import { loadSsh, sshSecrets } from './groups/ssh'
import { type Environment, flag, type InputReader, lines, maskSecret, optional } from './read'

/** The inputs of a restore. Contains secrets: never log it. */
export interface RestoreInputs extends DatabaseRestoreSettings, FolderRestoreSettings {
  ssh: SshTarget
  s3: S3Settings
  signing: Signing
  /** []: what is encrypted cannot be opened. */
  decryptionKey: readonly Identity[]
  snapshot: SnapshotChoice
  allowedEntries: ReadonlySet<RiskyKind>
  /** Check and report, write nothing. */
  isDryRun: boolean
}

/** Reads the inputs of the action `restore`, masks secrets first. Throws one `UserError` for all invalid inputs. */
export function loadRestoreInputs(read: InputReader, environment: Environment): RestoreInputs {
  for (const name of [...sshSecrets, ...mysqlSecrets, ...s3Secrets, ...decryptionSecrets]) maskSecret(read, name)
  const { inputs } = readAll({
    inputs: () => readGroups(read, environment),
    confirmed: () => requireConfirmation(read),
  })
  if (inputs.databases.length === 0 && inputs.paths.length === 0) {
    throw new UserError('Inputs "databases" and "paths" are both "none": there is nothing to restore.', {
      advice: 'Set one of them to "*", or name what to restore, one per line.',
    })
  }
  return inputs
}

function readGroups(read: InputReader, environment: Environment): RestoreInputs {
  return readAll({
    ssh: () => loadSsh(read),
    mysql: () => loadMysql(read),
    s3: () => loadS3(read, environment),
    signing: () => defined({ trust: readSignedBy(read) }),
    decryptionKey: () => readDecryptionKey(read),
    snapshot: () => parseSnapshotChoice(optional(read, 'snapshot') ?? 'latest'),
    databases: () => readSelection(read, 'databases'),
    paths: () => readPaths(read),
    overwrite: () => flag(read, 'overwrite') ?? false,
    safetyBackup: () => flag(read, 'safety-backup') ?? true,
    acceptDifferences: () => flag(read, 'accept-differences') ?? false,
    owner: () => readOwner(read),
    allowedEntries: () => readAllowedEntries(read),
    isDryRun: () => flag(read, 'dry-run') ?? false,
  })
}

/** `*` or empty: all; `none`: none; otherwise the lines. */
function readSelection(read: InputReader, name: 'databases' | 'paths'): 'all' | readonly string[] {
  const items = lines(read, name)
  if (items.length === 0) return 'all'
  const [first = '', ...others] = items
  const word = items.find(item => item === '*' || item === 'none')
  if (word === undefined) return items
  if (others.length > 0) {
    throw wrongInput(
      name,
      `be "*", "none" or names, not a mixture`,
      items.join(' '),
      `Remove ${shown(word)}, or everything else.`,
    )
  }
  return first === '*' ? 'all' : []
}

function readPaths(read: InputReader): RestoreInputs['paths'] {
  const selection = readSelection(read, 'paths')
  if (selection === 'all') return 'all'
  const choices = mapAll(selection, readFolder)
  mapAll(choices, ({ path }, index) => {
    if (choices.findIndex(other => other.path === path) === index) return
    throw wrongInput('paths', 'name each folder once', path, 'To get it in two places, restore it twice, or copy it.')
  })
  const targets = choices.map(({ path, target }) => target ?? path)
  mapAll(targets, (target, index) => {
    const other = targets.find((each, at) => at !== index && isInside(target, each))
    if (other === undefined) return
    throw wrongInput(
      'paths',
      `restore no folder into the place of another, here ${shown(other)}`,
      target,
      'Each folder needs its own place.',
    )
  })
  return choices
}

/** `/var/www/html` or `/var/www/html=/srv/new`. A `=` is part of the path unless an absolute path follows it. */
function readFolder(item: string): FolderChoice {
  const [, path = item, target] = /^(.*?) *= *(\/.*)$/.exec(item) ?? []
  const place = target === undefined ? {} : { target: normalPath('paths', target) }
  const choice = { path: normalPath('paths', path), ...place }
  refuseSystemFolder(choice.target ?? choice.path)
  return choice
}

/** Makes sure that a destructive restore is for this server: most repositories have no reviewers for a workflow run. */
function requireConfirmation(read: InputReader): void {
  // The readers of the flags report invalid values.
  const isOn = (name: string) => /^true$/i.test(read.input(name))
  const confirm = optional(read, 'confirm')
  if (!isOn('overwrite') || (confirm === undefined && isOn('dry-run'))) return
  const host = read.input('ssh-host')
  if (confirm === host || host === '') return
  throw new UserError(
    `Input "confirm" must repeat "ssh-host" (${shown(host)}) with "overwrite: true", got ${confirm === undefined ? 'nothing' : shown(confirm)}.`,
    {
      advice: `The contents of the databases and folders there will be replaced. If this is the right server, set "confirm" to ${shown(host)}.`,
    },
  )
}
