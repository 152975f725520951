import { onOneLine } from '../../findings/finding'
import { shellWord } from '../../findings/shell-word'
import { FailureError, UserError } from '../../runtime/errors'
import { fullDisk } from '../../server/full-disk'
import type { JobFailure } from '../../server/job'
import { explainFailure, firstMessage, type JobKnowledge, type JobName } from '../../server/job-errors'
import type { JobProblem } from '../../server/job-problems'
import { UnreadableError, unreadableIn } from './unreadable'

/** Why a job that works with folders failed. */
export function explainFolderJob(name: JobName, failure: JobFailure): Error {
  return explainFailure(name, failure, folderKnowledge)
}

/** The tools and problems of jobs that work with folders. */
export const folderKnowledge: JobKnowledge = {
  // tar 1, rsync 24: a file changed or vanished while being read. Normal on a live site: reported, not fatal.
  tools: new Map([
    ['rsync', { name: 'rsync', goodStatuses: [24], explain: rsyncError }],
    ['tar', { name: 'tar', goodStatuses: [1], explain: unreadableFile }],
    ['extract', { name: 'tar', explain: extractError }],
  ]),
  problems: new Map<string, JobProblem>([
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
          advice: 'If that is intended, set "allow-empty: true". Otherwise check whether a disk is not mounted there.',
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
        new UserError(`The folder ${subject}, into which the files are unpacked, cannot be created or removed.`, {
          advice:
            'It is next to the folder to restore: the SSH user needs write access there, and the disk needs free space.',
          detail,
        }),
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
          advice: 'Check that the SSH user may rename entries in the parent folder, and that nothing is mounted there.',
          detail,
        }),
    ],
    [
      'mounted',
      (subject, detail) =>
        new UserError(
          `Something is mounted at ${subject}: a folder with a mount in it is neither replaced nor removed.`,
          {
            advice: `Unmount it and run again, or restore to another place: umount ${shellWord(subject)}`,
            detail,
          },
        ),
    ],
  ]),
}

/** Exit values: rsync(1). Its messages are those of the functions that failed, on the reading or the writing side. */
function rsyncError(what: string, status: number, detail: readonly string[]): Error | undefined {
  const blocked = detail.find(line => /No space left on device|[Qq]uota exceeded|Read-only file system/.test(line))
  if (blocked !== undefined) return mirrorDisk(what, blocked, detail)
  const long = detail.filter(line => /File name too long|overflows max-path|name too long/i.test(line))
  if (long.length > 0) {
    return new UserError(`${what}: a name or a path is too long to be copied${firstMessage(long)}.`, {
      advice:
        'On Linux a path has at most 4,095 bytes, and a name 255 (143 on an encrypted home folder, where the mirror may be). Often a folder was copied into itself again and again: remove it, rename it, or add the folder around it to "exclude".',
      detail,
    })
  }
  const unwritable = detail.filter(line => writing.test(line))
  if (unwritable.length > 0) {
    return new UserError(`${what}: it may not change something in the mirror${firstMessage(unwritable)}.`, {
      advice:
        'The files of the site are fine. Something on the server protects the copy, such as chattr +i or +a (lsattr -d shows it), or another user put it there: make it writable (sudo chattr -R -i, or sudo chown -R to the SSH user), or remove it from the mirror; the next run copies it again.',
      detail,
    })
  }
  const unreadable = status === 23 ? unreadableIn(detail) : []
  if (unreadable.length > 0) return new UnreadableError(unreadable, detail)
  if (status === 23) {
    return new UserError(`${what}: it could not copy everything${firstMessage(detail)}.`, {
      advice:
        'Make the files named in the log readable for the SSH user (for example with a group), or add files that need no backup to "exclude".',
      detail,
    })
  }
  if (status === 11) {
    return new UserError(`${what}: writing the mirror failed${firstMessage(detail)}.`, {
      advice: 'Free disk space on the server, or point "mirror-dir" to a larger disk.',
      detail,
    })
  }
  if (status === 1 || status === 4) {
    return new UserError(`${what}: it did not accept an option or a pattern${firstMessage(detail)}.`, {
      advice: 'Check "exclude" and "rsync-bwlimit"; rsync 3.0 or newer is needed on the server.',
      detail,
    })
  }
  return undefined
}

/** What rsync does in the mirror, as its messages name it. */
const writing =
  /^rsync: (\[\w+\] )?(recv_generator: )?(mkstemp|mkdir|rename|delete_file|delete_stats|mknod|mkfifo|symlink|link|chown|chgrp|failed to set|ftruncate|write failed)\b.*(Operation not permitted|Permission denied)/

function mirrorDisk(what: string, blocked: string, detail: readonly string[]): UserError {
  const lack = /quota/i.test(blocked) ? 'quota' : /Read-only/.test(blocked) ? 'read-only' : 'space'
  const path = /"(\/[^"]*)"/.exec(blocked)?.[1] ?? 'the mirror'
  const { what: cause, fix } = fullDisk(lack, path)
  const inodes = lack === 'space' ? ' It may also be its inodes (df -i).' : ''
  return new UserError(`${what}: writing the mirror failed: ${blocked.trim()}. ${cause}`, {
    advice: `${onOneLine(fix)}${inodes} Or point "mirror-dir" to a larger disk.`,
    detail,
  })
}

function unreadableFile(what: string, _status: number, detail: readonly string[]): Error {
  return new UserError(`${what}${firstMessage(detail)}.`, {
    advice: 'Make every file readable for the SSH user, or add files that need no backup to "exclude".',
    detail,
  })
}

function extractError(what: string, _status: number, detail: readonly string[]): Error {
  return new FailureError(`${what}${firstMessage(detail)}.`, {
    advice: 'Check for a full disk or a quota on the server (df, df -i), then run again.',
    detail,
  })
}
