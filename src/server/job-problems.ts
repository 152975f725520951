import { onOneLine } from '../findings/finding'
import { FailureError, UserError } from '../runtime/errors'
import { missingTool } from './missing-tool'

const busy = (subject: string) =>
  new UserError(`Another run holds the lock on the server: ${subject}.`, {
    advice:
      'Wait until it is done; a lock whose run is dead is taken over after two minutes. Put backups of one server into one concurrency group.',
  })

/** What the script itself found wrong, by its code; `subject` is what it names. */
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
        advice: 'Check "paths". If the folder lies on a disk of its own, see that it is mounted.',
      }),
  ],
  [
    'empty-folder',
    subject =>
      new UserError(`The folder ${subject} of "paths" is empty on the server.`, {
        advice: 'If that is right, set "allow-empty: true". If not, see whether a disk is not mounted there.',
      }),
  ],
  [
    'mirror-around',
    subject =>
      new UserError(`The mirror folder contains the folder ${subject}, so it would copy itself.`, {
        advice: 'Point "mirror-dir" somewhere else.',
      }),
  ],
  [
    'mirror-folder',
    (subject, detail) =>
      new UserError(`The mirror folder ${subject} on the server cannot be used.`, {
        advice:
          'It must be a real folder (no symbolic link) that belongs to the SSH user and lets it write; point "mirror-dir" at such a place.',
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
            'It is beside the folder to restore: the SSH user must be allowed to write there, and the disk needs free space.',
          detail,
        },
      ),
  ],
  [
    'uncounted-folder',
    (subject, detail) =>
      new UserError(`What was unpacked cannot be counted: ${subject} denies access to its own owner.`, {
        advice: 'Only root can look into such a folder: restore as root.',
        detail,
      }),
  ],
  [
    'swap',
    (subject, detail) =>
      new FailureError(`The restored folder could not be put into its place, ${subject}.`, {
        advice:
          'See that the SSH user may rename things in the folder above it, and that nothing is mounted there.',
        detail,
      }),
  ],
  [
    'state-folder',
    (subject, detail) =>
      new UserError(`The folder ${subject} on the server cannot be used for the lock.`, {
        advice: 'It must be a real folder that belongs to the SSH user and lets it write.',
        detail,
      }),
  ],
  ['busy', busy],
  ['mirror-busy', busy],
  [
    'printf-not-built-in',
    () =>
      new UserError(
        'The shell /bin/sh on the server has no printf of its own, so a password would show in its process list.',
        {
          advice: 'Leave the mysql inputs empty and put the login into ~/.my.cnf on the server.',
        },
      ),
  ],
])

function packageOf(tool: string): string {
  return { mysql: 'mariadb-client', mysqldump: 'mariadb-client' }[tool] ?? tool
}
