import { type Finding, onOneLine, problem } from '../../findings/finding'
import { listed } from '../../findings/listed'
import { quotedName } from '../../findings/quoted-name'
import { shellWord } from '../../findings/shell-word'
import { UserError } from '../../runtime/errors'
import { plural } from '../../runtime/text/format-count'

/** A file or a folder that the SSH user may not read. */
export interface UnreadableEntry {
  path: Buffer
  isFolder: boolean
}

/** rsync could not copy everything, since its user may not read it. */
export class UnreadableError extends UserError {
  readonly entries: readonly UnreadableEntry[]

  /** `user`: who logs in. */
  constructor(entries: readonly UnreadableEntry[], detail: readonly string[], user = 'SSH-USER') {
    const { what, fix } = unreadableFinding(entries, entries.length, user)
    super(what, { advice: onOneLine(fix), detail })
    this.entries = entries
  }
}

/** The same error with the name of the user in its commands. Any other error as it is. */
export function withUser(error: Error, user: string): Error {
  return error instanceof UnreadableError ? new UnreadableError(error.entries, error.detail, user) : error
}

const namedAtMost = 5

/** The finding of a dry run and of a run. `count`: of all, when `entries` are only the first of them. */
export function unreadableFinding(entries: readonly UnreadableEntry[], count: number, user: string): Finding {
  const names = entries.slice(0, 2 * namedAtMost).map(({ path }) => quotedName(path))
  const areFiles = entries.every(({ isFolder }) => !isFolder)
  const what = areFiles ? plural(count, 'file') : plural(count, 'file or folder', 'files and folders')
  return problem(
    'unreadable',
    `The SSH user may not read ${what} of "paths": ${listed(names, 2 * namedAtMost, count)}.`,
    [
      'Let it read them, on the server (the command is in the package acl):',
      ...readCommands(entries, user),
      'Or name in "exclude" what needs no backup.',
    ].join('\n'),
  )
}

/** Commands that let one user read entries without a change of their owner and group. */
export function readCommands(entries: readonly UnreadableEntry[], user: string): string[] {
  const words = (isFolder: boolean) =>
    entries
      .filter(entry => entry.isFolder === isFolder)
      .slice(0, namedAtMost)
      .map(({ path }) => shellWord(path))
  const [files, folders] = [words(false), words(true)]
  const right = `u:${shellWord(user)}:rX`
  return [
    ...(files.length === 0 ? [] : [`sudo setfacl -m ${right} -- ${files.join(' ')}`]),
    // Also what is made there later.
    ...(folders.length === 0 ? [] : [`sudo setfacl -R -m ${right},d:${right} -- ${folders.join(' ')}`]),
  ]
}

/** What rsync could not read, by its messages. */
export function unreadableIn(messages: readonly string[]): UnreadableEntry[] {
  const found = messages.flatMap(message => {
    const [, what, name] =
      /\b(send_files failed to open|opendir|readlink_stat|change_dir)\b[ (]*"(.*)"\)?.*: Permission denied \(13\)/.exec(
        message,
      ) ?? []
    if (name === undefined) return []
    return { path: rsyncName(name), isFolder: what === 'opendir' || what === 'change_dir' }
  })
  return distinct(found)
}

/** Each path once. */
export function distinct(entries: readonly UnreadableEntry[]): UnreadableEntry[] {
  return [...new Map(entries.map(entry => [entry.path.toString('latin1'), entry])).values()]
}

/** A name as rsync prints it: bytes that could act on a terminal are `\#` and three octal digits (rsync(1)). */
export function rsyncName(printed: string): Buffer {
  const bytes = Buffer.from(printed).toString('latin1')
  return Buffer.from(
    bytes.replace(/\\#([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8) & 0xff)),
    'latin1',
  )
}
