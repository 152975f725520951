import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import { shellWord } from '../../../findings/shell-word'
import { plural } from '../../../runtime/text/format-count'
import type { FolderContent } from '../check/archive-content'
import { type Accounts, type AskedAccount, answersOf, type FoundAccount, keyOf } from './accounts'
import { type Owner, ownerWord } from './owner'

/** The input `owner`: whose all restored files will be. */
export interface OwnerChoice {
  /** A name or a number. */
  user: string
  /** Undefined: the group that the user has at a login. */
  group: string | undefined
}

/** The numbers that an owner gets on the server. */
export type OwnerNumbers = (owner: Owner) => { uid: number; gid: number }

/** In a drill: those that they have in the archive. */
export const recordedNumbers: OwnerNumbers = owner => owner

/** How many entries each owner has in these folders; a file with several names counts once. */
export function ownersIn(folders: readonly FolderContent[]): Map<Owner, number> {
  const found = new Map<Owner, number>()
  for (const { owners } of folders.flatMap(({ kinds }) => Object.values(kinds)))
    for (const [owner, count] of owners) found.set(owner, (found.get(owner) ?? 0) + count)
  return new Map([...found].sort(([, one], [, other]) => other - one))
}

/** What to ask the server for: first whom files will belong to. `named`: in access control lists. */
export function accountsToAsk(
  owners: ReadonlyMap<Owner, number>,
  choice: OwnerChoice | undefined,
  named: Accounts<AskedAccount>,
): Accounts<AskedAccount> {
  const all = [...owners.keys()]
  const own =
    choice !== undefined
      ? { users: [asked(choice.user)], groups: choice.group === undefined ? [] : [asked(choice.group)] }
      : {
          users: all.map(({ user = '', uid }) => ({ name: user, number: uid })),
          groups: all.map(({ group = '', gid }) => ({ name: group, number: gid })),
        }
  return { users: distinct([...own.users, ...named.users]), groups: distinct([...own.groups, ...named.groups]) }
}

function asked(word: string): AskedAccount {
  return /^\d+$/.test(word) ? { name: '', number: Number(word) } : { name: word, number: undefined }
}

function distinct(accounts: readonly AskedAccount[]): AskedAccount[] {
  return [...new Map(accounts.map(account => [keyOf(account), account])).values()]
}

/** What a restore does about owners: the numbers that it gives, what it says, and what prevents it. */
export interface OwnerPlan {
  /** Undefined: it gives none. */
  numbers: OwnerNumbers | undefined
  findings: Finding[]
  facts: string[]
}

export interface OwnerRequest {
  /** Of the entries to restore. */
  owners: ReadonlyMap<Owner, number>
  choice: OwnerChoice | undefined
  asked: Accounts<AskedAccount>
  found: Accounts<FoundAccount>
  isRoot: boolean
  /** The SSH user. */
  user: string
}

export function planOwners(request: OwnerRequest): OwnerPlan {
  if (!request.isRoot) return withoutRoot(request)
  return request.choice === undefined ? byName(request) : chosen(request, request.choice)
}

function withoutRoot({ choice, user }: OwnerRequest): OwnerPlan {
  const own: OwnerPlan = { numbers: undefined, findings: [], facts: [`All restored files will belong to ${user}.`] }
  if (choice === undefined || (choice.user === user && choice.group === undefined)) return own
  const wanted = [choice.user, choice.group].filter(word => word !== undefined).join(':')
  const what = `"owner" gives the files to ${quotedName(wanted)}, which only root may do, and the SSH user is ${user}.`
  return { ...own, findings: [problem('owner-needs-root', what, 'Restore as root, or remove the input "owner".')] }
}

function chosen({ found }: OwnerRequest, { user, group }: OwnerChoice): OwnerPlan {
  const [account, team] = [found.users[0], found.groups[0]]
  const uid = /^\d+$/.test(user) ? Number(user) : account?.number
  const gid = group === undefined ? account?.loginGroup : /^\d+$/.test(group) ? Number(group) : team?.number
  const missing = [
    ...(uid === undefined ? [`no user ${quotedName(user)}`] : []),
    ...(gid === undefined && group !== undefined ? [`no group ${quotedName(group)}`] : []),
  ]
  if (uid === undefined || gid === undefined) {
    const what = `"owner" names an account that the server does not have: ${missing.join(', ')}.`
    const fix = 'Create it, or write another one: user, user:group, or numbers as in 33:33.'
    return { numbers: undefined, findings: [problem('owner-unknown', what, fix)], facts: [] }
  }
  const word = [user, group].filter(each => each !== undefined).join(':')
  return { numbers: () => ({ uid, gid }), findings: [], facts: [`All files get the owner ${word}, as "owner" says.`] }
}

/** By name, and by number where the server does not have the name. */
function byName({ owners, asked, found }: OwnerRequest): OwnerPlan {
  const users = answersOf(asked.users, found.users)
  const groups = answersOf(asked.groups, found.groups)
  const numbers: OwnerNumbers = ({ user = '', group = '', uid, gid }) => ({
    uid: users.get(keyOf({ name: user, number: uid }))?.number ?? uid,
    gid: groups.get(keyOf({ name: group, number: gid }))?.number ?? gid,
  })
  const words = [...owners].map(([owner, count]) => `${ownerWord(owner)} (${plural(count, 'entry', 'entries')})`)
  return {
    numbers,
    findings: [
      ...unknownNames('user', asked.users, users, owners),
      ...unknownNames('group', asked.groups, groups, owners),
    ],
    facts: owners.size === 0 ? [] : [`Owners by name: ${listed(words, 5)}.`],
  }
}

/** Names that the server does not have, and numbers without a name that are somebody's there. */
function unknownNames(
  noun: 'user' | 'group',
  asked: readonly AskedAccount[],
  answers: ReadonlyMap<string, FoundAccount>,
  owners: ReadonlyMap<Owner, number>,
): Finding[] {
  const countOf = ({ name, number }: AskedAccount) =>
    [...owners]
      .filter(([owner]) => (noun === 'user' ? owner.uid : owner.gid) === number && (owner[noun] ?? '') === name)
      .reduce((sum, [, count]) => sum + count, 0)
  const unknown = asked.flatMap(account => {
    const answer = answers.get(keyOf(account))
    // Others are only in access control lists.
    if (countOf(account) === 0) return []
    const isFine = account.name === '' ? (answer?.holder ?? '') === '' : answer?.number !== undefined
    return isFine ? [] : [{ ...account, count: countOf(account), holder: answer?.holder ?? '' }]
  })
  if (unknown.length === 0) return []
  const said = unknown.map(({ name, number, count, holder }) => {
    const whose = holder === '' ? '' : `, which is ${quotedName(holder)} there`
    return `${name === '' ? `the ${noun} ${number} had no name` : quotedName(name)}: ${plural(count, 'entry', 'entries')} by the number ${number}${whose}`
  })
  const named = unknown.filter(({ name }) => name !== '')
  const what =
    named.length === 0
      ? `Some ${noun}s had no name on the old server and are somebody's here:`
      : `The server does not have ${named.length === 1 ? `a ${noun}` : `${noun}s`} of the recovery point.`
  return [
    warning(
      'owners-by-number',
      `${what} ${listed(said, 5)}.`,
      `${named.length === 0 ? 'If that is wrong, set' : 'Create what is missing, then restore again; or set'} "owner" for all files, as in www-data:www-data.${createCommands(noun, named)}`,
    ),
  ]
}

/** For numbers that are free: with the account, what was restored by number is right at once. */
function createCommands(noun: 'user' | 'group', named: readonly (AskedAccount & { holder: string })[]): string {
  const free = named.filter(({ holder }) => holder === '').slice(0, 5)
  const commands = free.map(
    ({ name, number }) =>
      `${noun === 'user' ? 'useradd --no-user-group --uid' : 'groupadd --gid'} ${number} ${shellWord(name)}`,
  )
  return commands.length === 0
    ? ''
    : ` Where the number is free, this alone is enough, now or afterwards, as root:\n${commands.join('\n')}`
}
