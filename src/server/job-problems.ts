import { onOneLine } from '../findings/finding'
import { FailureError, UserError } from '../runtime/errors'
import { missingTool } from './missing-tool'

const busy = (subject: string) =>
  new UserError(`Another run holds the lock on the server: ${subject}.`, {
    advice:
      'Wait until it ends; the lock of a dead run is taken over after two minutes. Put all backups of a server into one concurrency group.',
  })

/** The error for each problem code of the script; `subject` is what the script names. */
export const problems = new Map<string, (subject: string, detail: readonly string[]) => Error>([
  [
    'missing-tool',
    subject => {
      const { what, fix } = missingTool(subject, packageOf(subject))
      return new UserError(what, { advice: onOneLine(fix) })
    },
  ],
  [
    'missing-folder',
    subject =>
      new UserError(`The folder ${subject} of "paths" does not exist on the server.`, {
        advice: 'Check "paths". If the folder is on a separate disk, check that it is mounted.',
      }),
  ],
  [
    'empty-folder',
    subject =>
      new UserError(`The folder ${subject} of "paths" is empty on the server.`, {
        advice:
          'If that is intended, set "allow-empty: true". Otherwise check whether a disk is not mounted there.',
      }),
  ],
  [
    'mirror-around',
    subject =>
      new UserError(`The mirror folder contains the folder ${subject}, so it would copy itself.`, {
        advice: 'Point "mirror-dir" to another place.',
      }),
  ],
  [
    'mirror-folder',
    (subject, detail) =>
      new UserError(`The mirror folder ${subject} on the server cannot be used.`, {
        advice:
          'It must be a real folder (no symbolic link) that the SSH user owns and can write to; point "mirror-dir" to such a place.',
        detail,
      }),
  ],
  [
    'staging-folder',
    (subject, detail) =>
      new UserError(
        `The folder ${subject}, into which the files are unpacked, cannot be created or removed.`,
        {
          advice:
            'It is next to the folder to restore: the SSH user needs write access there, and the disk needs free space.',
          detail,
        },
      ),
  ],
  [
    'uncounted-folder',
    (subject, detail) =>
      new UserError(`The unpacked files cannot be counted: ${subject} denies access to its own owner.`, {
        advice: 'Only root can read such a folder: restore as root.',
        detail,
      }),
  ],
  [
    'swap',
    (subject, detail) =>
      new FailureError(`The restored folder could not be put into its place, ${subject}.`, {
        advice:
          'Check that the SSH user may rename entries in the parent folder, and that nothing is mounted there.',
        detail,
      }),
  ],
  [
    'state-folder',
    (subject, detail) =>
      new UserError(`The folder ${subject} on the server cannot be used for the lock.`, {
        advice: 'It must be a real folder that the SSH user owns and can write to.',
        detail,
      }),
  ],
  ['busy', busy],
  ['mirror-busy', busy],
  [
    'printf-not-built-in',
    () =>
      new UserError(
        'The shell /bin/sh on the server has no built-in printf, so a password would show in the process list.',
        {
          advice: 'Leave the mysql inputs empty and put the login into ~/.my.cnf on the server.',
        },
      ),
  ],
])

function packageOf(tool: string): string {
  return { mysql: 'mariadb-client', mysqldump: 'mariadb-client' }[tool] ?? tool
}
