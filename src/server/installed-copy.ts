import { type Finding, warning } from '../findings/finding'
import { shellWord } from '../findings/shell-word'
import { UserError } from '../runtime/errors'
import { tool } from '../runtime/version'
import type { JobProblems } from './job-problems'

/** For the log: which program answered. `version`: of the copy on the server. */
export function servedBy(version: string): string {
  return `make-a-backup ${version} is installed on the server and limits what this key may do.`
}

/** The server's own copy is older than this action. Both work together as long as their major version is the same. */
export function olderCopy(version: string | undefined): Finding | undefined {
  if (version === undefined || compareVersions(version, tool.version) >= 0) return undefined
  return warning(
    'older-copy',
    `make-a-backup on the server is version ${version}, this action is ${tool.version}.`,
    ['Replace the copy on the server, as root, with server.sh of this release:', 'sh server.sh upgrade'].join('\n'),
  )
}

/** Negative when the first is older. Words that are no numbers count as 0. */
function compareVersions(one: string, other: string): number {
  const [first, second] = [one, other].map(version => version.split('.').map(part => Number.parseInt(part, 10) || 0))
  for (const at of [0, 1, 2]) {
    const difference = (first?.[at] ?? 0) - (second?.[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** What an installed copy refuses. Nothing has run then. */
export const installedProblems: JobProblems = new Map([
  [
    'refused',
    subject => {
      const [configuration = '', key = '', value = ''] = subject.split('\t')
      const shownValue = JSON.stringify(value)
      const word = key.replace(/^- ?/, '')
      if (!key.startsWith('-')) {
        return new UserError(`The server does not let this key do that: ${key} ${shownValue} is not allowed.`, {
          advice: `Nothing has run. To allow it, add this line to ${configuration} on the server: ${key}=${encoded(value)}`,
        })
      }
      if (word === '') {
        return new UserError(`The server has its own login at the database, and refuses another (${value}).`, {
          advice: `Remove "mysql-user", "mysql-password", "mysql-host", "mysql-port" and "mysql-socket" from the inputs. The login is in ${configuration} on the server.`,
        })
      }
      return new UserError(`The server does not let this key do that: ${word} ${shownValue} is never allowed.`, {
        advice: 'Nothing has run. A key of an installed make-a-backup takes backups and nothing else.',
      })
    },
  ],
  [
    'foreign-link',
    subject => {
      const [path = '', link = ''] = subject.split('\t')
      return new UserError(
        `Another user could choose what is read as ${path}: ${link} on the way to it is a link of theirs.`,
        {
          advice: `Nothing has run. If the link is right, give it to root, on the server: chown -h root ${shellWord(link)}`,
        },
      )
    },
  ],
  [
    'configuration',
    subject => {
      const [file = '', ...what] = subject.split('\t')
      return new UserError(`The configuration of this key on the server cannot be used: ${file} ${what.join(' ')}.`, {
        advice:
          'Nothing has run. On the server, run the command "sh server.sh install" again; it writes the file anew.',
      })
    },
  ],
  [
    'unknown-key',
    subject => {
      const [version = '', key = ''] = subject.split(' ')
      return new UserError(
        `make-a-backup on the server is version ${version} and does not know what this action asks for (${key}).`,
        {
          advice: `This action is ${tool.version}. On the server, as root, with server.sh of this release: sh server.sh upgrade`,
        },
      )
    },
  ],
])

/** As a line of the configuration has it. */
function encoded(value: string): string {
  return value.replaceAll('\\', '\\\\')
}
