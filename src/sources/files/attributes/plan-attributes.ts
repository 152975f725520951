import { type Finding, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import { plural } from '../../../runtime/text/format-count'
import { installCommand } from '../../../server/missing-tool'
import type { TargetHost } from '../../host/target-answer'
import { type Accounts, type AskedAccount, answersOf, type FoundAccount, keyOf } from '../owners/accounts'
import type { AccountNumber } from './acl-text'
import { attributeTools } from './attribute-lists'
import type { AttributeContent, ListedCounts } from './attribute-tally'
import type { GivenAttributes, GivenCounts } from './given-lists'
import { laterAttributes } from './later-attributes'
import { type AttributeKind, attributeKinds } from './listed'

export interface AttributesRequest {
  content: AttributeContent
  /** What is restored. */
  parts: readonly { path: string; target: string }[]
  /** Attributes that give rights are given too. */
  withRights: boolean
  host: TargetHost
  asked: Accounts<AskedAccount>
  found: Accounts<FoundAccount>
}

/** What a restore does about access control lists and extended attributes. */
export interface AttributesPlan {
  /** Undefined: it gives none. */
  gives: GivenAttributes | undefined
  findings: Finding[]
  facts: string[]
}

/** Root gives them where the server has the programs for it. */
export function planAttributes(request: AttributesRequest): AttributesPlan {
  const { content, parts, withRights, host } = request
  const counts = countsIn(request)
  const wanted = attributeKinds.filter(kind => counts[kind] > 0)
  const given = wanted.filter(kind => host.isRoot && canGive(kind, host))
  const findings = wanted
    .filter(kind => !given.includes(kind))
    .map(kind => laterAttributes(parts, content, { kind, withRights, count: counts[kind], ...reasonFor(kind, host) }))
  if (given.length === 0) return { gives: undefined, findings, facts: [] }
  const unknown = given.includes('lists') ? unknownAccounts(request) : []
  const words = given.map(kind => `${attributeTools[kind].what} of ${plural(counts[kind], 'entry', 'entries')}`)
  return {
    gives: { kinds: new Set(given), numberOf: numbersFor(request) },
    findings: [...findings, ...unknown],
    facts: [`With the files come the ${words.join(' and the ')}.`],
  }
}

/** Whether the server has the program. */
export function canGive(kind: AttributeKind, { tools }: Pick<TargetHost, 'tools'>): boolean {
  const { tool } = attributeTools[kind]
  // The one of busybox reads no lists.
  return tools.get(tool)?.startsWith(`${tool} `) ?? false
}

/** How many entries of these folders have some. */
function countsIn({ content, parts, withRights }: AttributesRequest): GivenCounts {
  const own = content.perPath.filter(each => parts.some(({ path }) => path === `/${each.path}`))
  const sum = (what: keyof ListedCounts) => own.reduce((total, { counts }) => total + counts[what], 0)
  return { lists: sum('lists'), attributes: sum(withRights ? 'attributes' : 'ordinary') }
}

function reasonFor(kind: AttributeKind, { isRoot, system }: TargetHost): { reason: string; before?: string } {
  if (!isRoot) return { reason: 'Only a restore as root gives them.', before: 'Restore as root. Or: ' }
  const { tool, package: name } = attributeTools[kind]
  return {
    reason: `The server has no ${tool} (of the package ${name}).`,
    before: `Install it, then restore: ${installCommand(name, system)}\nOr: `,
  }
}

/** As owners are mapped: by name, and by number where the server does not have the name. */
function numbersFor({ asked, found }: Pick<AttributesRequest, 'asked' | 'found'>): AccountNumber {
  const answers = { user: answersOf(asked.users, found.users), group: answersOf(asked.groups, found.groups) }
  return (tag, { name = '', number }) => {
    const there = tag === 'user' || tag === 'group' ? answers[tag].get(keyOf({ name, number }))?.number : undefined
    return name === '' || there === undefined ? { number, isByName: false } : { number: there, isByName: true }
  }
}

/** Names that the server does not have, and numbers without a name that are somebody's there. */
function unknownAccounts({ content, asked, found }: AttributesRequest): Finding[] {
  const said = (['users', 'groups'] as const).flatMap(list => {
    const answers = answersOf(asked[list], found[list])
    return content.accounts[list].flatMap(account => {
      const { number, holder } = answers.get(keyOf(account)) ?? { number: undefined, holder: '' }
      const isFine = account.name === '' ? holder === '' : number !== undefined
      if (isFine) return []
      const noun = list === 'users' ? 'user' : 'group'
      const who = account.name === '' ? `the ${noun} ${account.number}` : `the ${noun} ${quotedName(account.name)}`
      const by =
        account.number === undefined ? ', left out' : account.name === '' ? '' : ` by the number ${account.number}`
      return [`${who}${by}${holder === '' ? '' : `, which is ${quotedName(holder)} there`}`]
    })
  })
  if (said.length === 0) return []
  return [
    warning(
      'acl-accounts',
      `Access control lists name accounts that this server does not have by name: ${listed(said, 5)}.`,
      'Create what is missing, then restore again; or look at the lists afterwards: getfacl -R -s -p FOLDER',
    ),
  ]
}
