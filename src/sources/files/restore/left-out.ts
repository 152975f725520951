import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { shellWord } from '../../../findings/shell-word'
import { plural } from '../../../runtime/text/format-count'
import { attributeCommand } from '../attributes/later-attributes'
import {
  type ArchiveContent,
  allowedEntryKinds,
  type RiskyEntries,
  type RiskyEntry,
  type RiskyKind,
} from '../check/archive-content'
import { pathBytes, show } from '../check/expected-paths'
import { ownerWord } from '../owners/owner'
import { isInside } from '../plan/folder-paths'

/** The kinds of risky entries that a restore restores. */
export type Given = ReadonlySet<RiskyKind>

export const nothingGiven: Given = new Set()

/**
 * What is the own of who restores: an authentic recovery point, or what was named. A file that is set-uid needs the
 * owner that it had, and a device needs root. Attributes that give rights are as a set-uid bit.
 */
export function givenKinds(
  { allowedEntries }: { allowedEntries: ReadonlySet<string> },
  { isAuthentic, isRoot }: { isAuthentic: boolean; isRoot: boolean },
): Given {
  if (!isRoot) return nothingGiven
  const kinds: RiskyKind[] = allowedEntryKinds.filter(kind => isAuthentic || allowedEntries.has(kind))
  return new Set(kinds.includes('set-uid') ? [...kinds, 'attributes'] : kinds)
}

/** Entries of an archive that are not restored as they were. */
export function leftOutOf({ risky }: Pick<ArchiveContent, 'risky'>, given: Given): RiskyEntries[] {
  return risky.filter(({ kind, count }) => count > 0 && !given.has(kind))
}

/** In words: `2 set-uid or set-gid bits of files`. */
const riskyWords: Readonly<Record<RiskyKind, (count: number) => string>> = {
  'set-uid': count => plural(count, 'set-uid or set-gid file'),
  devices: count => plural(count, 'device'),
  capabilities: count => plural(count, 'file with capabilities', 'files with capabilities'),
  attributes: count => plural(count, 'extended attribute that gives rights', 'extended attributes that give rights'),
}

/** A folder that is restored. `path`: in the archive. */
interface Place {
  path: string
  target: string
}

/** The commands for root that make what was left out of a folder; not more than were kept. `isRoot`: owners are right. */
export function commandsFor({ path, target }: Place, leftOut: readonly RiskyEntries[], isRoot: boolean): string[] {
  const place = pathBytes(path.slice(1))
  return leftOut.flatMap(({ kind, first }) =>
    first.filter(isIn(path)).map(entry => {
      const below = Buffer.from(entry.path.slice(place.length), 'latin1')
      return commandFor(kind, entry, shellWord(Buffer.concat([Buffer.from(target), below])), isRoot)
    }),
  )
}

function isIn(path: string): (entry: RiskyEntry) => boolean {
  const place = pathBytes(path.slice(1))
  return entry => isInside(entry.path, place)
}

function commandFor(
  kind: RiskyKind,
  { mode = 0, owner: recorded, device, capabilities, attribute }: RiskyEntry,
  place: string,
  isRoot: boolean,
) {
  if (attribute !== undefined) return attributeCommand(attribute, place)
  const owner = recorded === undefined ? ':' : `chown -- ${ownerWord(recorded)} ${place}`
  if (kind === 'devices') return `mknod -m ${octal(mode & 0o7777)} ${place} ${device} && ${owner}`
  if (kind === 'capabilities') return `setcap ${shellWord(capabilities ?? '')} ${place}`
  const bits = `${(mode & 0o4000) === 0 ? '' : 'u'}${(mode & 0o2000) === 0 ? '' : 'g'}`
  return `${isRoot ? '' : `${owner} && `}chmod ${bits}+s ${place}`
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/** At most this many commands in a warning; the job summary has more. */
const commandsInWarning = 5

/** What a restore leaves out of these folders, and how to have it. */
export function leftOutWarnings(
  folders: readonly Place[],
  leftOut: readonly RiskyEntries[],
  isRoot: boolean,
): Finding[] {
  return leftOut.flatMap(entries => {
    const { kind, first } = entries
    const named = first
      .filter(entry => folders.some(({ path }) => isIn(path)(entry)))
      .map(({ path }) => show(`/${path}`))
    if (named.length === 0) return []
    const count = folders.length === 1 || named.length < first.length ? named.length : entries.count
    const commands = folders.flatMap(folder => commandsFor(folder, [entries], isRoot))
    const shown = commands.slice(0, commandsInWarning)
    const rest = commands.length > shown.length ? ' (the job summary has more of them)' : ''
    return [
      warning(
        'left-out',
        `Not restored: ${riskyWords[kind](count)}: ${listed(named, 5, count)}. ${reasonFor(kind, isRoot)}`,
        `If ${count === 1 ? 'it belongs' : 'they belong'} to your site, put ${count === 1 ? 'it' : 'them'} back as root after the restore${rest}:\n${shown.join(' && ')}`,
      ),
    ]
  })
}

function reasonFor(kind: RiskyKind, isRoot: boolean): string {
  if (kind === 'capabilities') return 'Capabilities are never restored.'
  if (!isRoot) return 'Only root may make them.'
  return `Whoever can write to the bucket could have added them: a signature that "signed-by" accepts shows that they are yours, and so does "${allowedBy(kind)}" in "allow-entries".`
}

/** The word of `allow-entries`. */
function allowedBy(kind: RiskyKind): string {
  return kind === 'attributes' ? 'set-uid' : kind
}

/** At the backup: what a restore without a signature would leave out. */
export function leftOutLater(content: Pick<ArchiveContent, 'risky'>): Finding[] {
  return leftOutOf(content, nothingGiven).map(({ kind, count, first }) => {
    const named = first.map(({ path }) => show(`/${path}`))
    return warning(
      'left-out-later',
      `A restore leaves out ${riskyWords[kind](count)} unless the recovery point is signed: ${listed(named, 5, count)}.`,
      kind === 'capabilities'
        ? 'Put them back after a restore with setcap: the archive is not meant to hold them.'
        : `Nothing, if the restore workflow sets "signed-by" and logs in as root. Otherwise add "${allowedBy(kind)}" to its "allow-entries".`,
    )
  })
}
