import { type Finding, warning } from '../../../findings/finding'
import { listed as listing } from '../../../findings/listed'
import { shellWord } from '../../../findings/shell-word'
import { plural } from '../../../runtime/text/format-count'
import { pathBytes, show } from '../check/expected-paths'
import { isInside } from '../plan/folder-paths'
import { aclWord } from './acl-text'
import { attributeTools } from './attribute-lists'
import type { AttributeContent } from './attribute-tally'
import { type AttributeKind, isPrivileged, type Listed, type ListedAttribute } from './listed'

/** A folder that is restored. `path`: in the archive. */
interface Place {
  path: string
  target: string
}

const namesInCommand = 20

/** What was not given. `withRights`: also attributes that give rights; else they are left out, which is said elsewhere. */
export interface Missing {
  kind: AttributeKind
  withRights: boolean
}

/** The commands for root that give a restored folder what was not given of this kind. Of too many only the first. */
export function attributeCommands(place: Place, content: AttributeContent, missing: Missing): string[] {
  const commands: { head: string; names: string[] }[] = []
  for (const each of firstOf(place, content, missing)) {
    const name = placeOf(each, place)
    const head = each.kind === 'lists' ? aclCommand(each.entries) : attributeHead(each)
    const last = commands.at(-1)
    if (last?.head === head && last.names.length < namesInCommand) last.names.push(name)
    else commands.push({ head, names: [name] })
  }
  return commands.map(({ head, names }) => `${head} ${names.join(' ')}`)
}

/** The command that gives an attribute to an entry. `place`: as a word of a shell. */
export function attributeCommand(attribute: ListedAttribute, place: string): string {
  return `${attributeHead(attribute)} ${place}`
}

function firstOf({ path }: Place, { first }: AttributeContent, { kind, withRights }: Missing): Listed[] {
  return first.filter(
    each =>
      each.kind === kind &&
      isInside(each.path, pathBytes(path.slice(1))) &&
      (each.kind === 'lists' || withRights || !isPrivileged(each)),
  )
}

function placeOf({ path }: Listed, { path: folder, target }: Place): string {
  const below = path.slice(pathBytes(folder.slice(1)).length)
  return shellWord(Buffer.concat([Buffer.from(target), Buffer.from(below, 'latin1')]))
}

function aclCommand(entries: Parameters<typeof aclWord>[0]): string {
  return `setfacl --set ${shellWord(aclWord(entries))} --`
}

function attributeHead({ name, value }: ListedAttribute): string {
  return `setfattr -h -n ${shellWord(Buffer.from(name, 'latin1'))} -v 0x${value} --`
}

/** At most this many commands in a warning; the job summary has more. */
const commandsInWarning = 5

/** That the restored folders have less than the archive lists. `reason`: a whole sentence; `before`: what to do first. */
export function laterAttributes(
  places: readonly Place[],
  content: AttributeContent,
  { kind, withRights, count, reason, before = '' }: Missing & { count: number; reason: string; before?: string },
): Finding {
  const { what } = attributeTools[kind]
  const named = places
    .flatMap(place => firstOf(place, content, { kind, withRights }))
    .map(({ path }) => show(`/${path}`))
  const commands = places.flatMap(place => attributeCommands(place, content, { kind, withRights }))
  const shown = commands.slice(0, commandsInWarning)
  const rest = commands.length > shown.length ? ' (the job summary has more of them)' : ''
  const mask =
    kind === 'lists'
      ? ' Until then the group of each has the rights that its list gave to any group or named user.'
      : ''
  return warning(
    'attributes-not-given',
    `Not restored: the ${what} of ${plural(count, 'entry', 'entries')}: ${listing([...new Set(named)], 5, count)}. ${reason}${mask}`,
    `${before}Give them as root after the restore${rest}:\n${shown.join(' && ')}`,
  )
}
