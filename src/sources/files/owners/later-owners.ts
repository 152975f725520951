import { type Finding, warning } from '../../../findings/finding'
import { shellWord } from '../../../findings/shell-word'
import { formatCount, plural } from '../../../runtime/text/format-count'
import type { ArchiveContent } from '../check/archive-content'
import { pathBytes } from '../check/expected-paths'
import { ownerWord } from './owner'

/** A folder that is restored. `path`: in the archive. */
interface Place {
  path: string
  target: string
}

/** The commands for root that give a restored folder its owners, in this order. Incomplete where too many differ. */
export function ownerCommands(
  { path, target }: Place,
  { ownerChanges }: Pick<ArchiveContent, 'ownerChanges'>,
): string[] {
  const folder = pathBytes(path.slice(1))
  const own = ownerChanges.first.filter(change => change.path === folder || change.path.startsWith(`${folder}/`))
  const commands: { owner: string; names: string[] }[] = []
  for (const change of own) {
    const rest = Buffer.from(change.path.slice(folder.length), 'latin1')
    const name = shellWord(Buffer.concat([Buffer.from(target), rest]))
    const owner = ownerWord(change.owner)
    const last = commands.at(-1)
    if (last?.owner === owner && last.names.length < namesInCommand) last.names.push(name)
    else commands.push({ owner, names: [name] })
  }
  return commands.map(({ owner, names }) => `chown -hR -- ${owner} ${names.join(' ')}`)
}

const namesInCommand = 20

/** At most this many commands in a warning; the job summary has more. */
const commandsInWarning = 5

/** What a restore by somebody else than root cannot give. */
export function laterOwners(folders: readonly Place[], content: ArchiveContent, user: string): Finding[] {
  const commands = folders.flatMap(folder => ownerCommands(folder, content))
  if (commands.length === 0) return []
  const shown = commands.slice(0, commandsInWarning)
  const { count, first } = content.ownerChanges
  const more = [
    ...(commands.length > shown.length ? ['the job summary has more of them'] : []),
    ...(count > first.length
      ? [`${plural(count - first.length, 'owner')} of ${formatCount(count)} not among them`]
      : []),
  ]
  return [
    warning(
      'owners',
      `All restored files will belong to ${user}: only root can give files to others.`,
      `Restore as root to give every file its owner; or run this as root after the restore${more.length === 0 ? '' : ` (${more.join('; ')})`}:\n${shown.join(' && ')}`,
    ),
  ]
}
