import { pathBytes } from '../check/expected-paths'
import type { Accounts, AskedAccount } from '../owners/accounts'
import {
  type Account,
  type AttributeKind,
  isPrivileged,
  type Listed,
  type ListedAcl,
  type ListedAttribute,
} from './listed'

/** How many entries have some. `ordinary`: with attributes that give no rights. */
export type ListedCounts = Record<AttributeKind | 'ordinary', number>

/** What an archive lists behind its entries. */
export interface AttributeContent {
  counts: Readonly<ListedCounts>
  /** The same of each folder of the archive and each requested part. */
  perPath: readonly { path: string; counts: Readonly<ListedCounts> }[]
  /** The first of them, for commands. */
  first: readonly Listed[]
  /** Whom the access control lists name, by number where there is no name. */
  accounts: Accounts<AskedAccount>
}

/** How many are kept, and how large one is at most. */
const keptMax = 500
const keptEntries = 64
const keptValue = 1024

/** Counts what is listed. */
export class AttributeTally {
  private readonly counts = noneListed()
  private readonly perPath: { path: string; bytes: string; counts: ListedCounts }[]
  private readonly first: Listed[] = []
  private readonly users = new Set<Account>()
  private readonly groups = new Set<Account>()
  private lastOrdinary: string | undefined

  /** `paths`: without their leading slash. */
  constructor(paths: readonly string[]) {
    this.perPath = paths.map(path => ({ path, bytes: pathBytes(path), counts: noneListed() }))
  }

  add(listed: Listed): void {
    if (listed.kind === 'lists') this.addList(listed)
    else this.addAttribute(listed)
    if (this.first.length < keptMax && isKept(listed)) this.first.push(listed)
  }

  finish(): AttributeContent {
    const { counts, first, users, groups } = this
    const perPath = this.perPath.map(each => ({ path: each.path, counts: each.counts }))
    return { counts, perPath, first, accounts: { users: askedOf(users), groups: askedOf(groups) } }
  }

  private addList({ path, entries }: ListedAcl): void {
    this.count('lists', path)
    for (const { tag, account } of entries)
      if (account !== undefined) (tag === 'user' ? this.users : this.groups).add(account)
  }

  private addAttribute(listed: ListedAttribute): void {
    const { path, isFirst } = listed
    if (isFirst) {
      this.count('attributes', path)
      this.lastOrdinary = undefined
    }
    if (isPrivileged(listed) || this.lastOrdinary === path) return
    this.lastOrdinary = path
    this.count('ordinary', path)
  }

  private count(what: keyof ListedCounts, path: string): void {
    this.counts[what]++
    for (const { bytes, counts } of this.perPath) if (path === bytes || path.startsWith(`${bytes}/`)) counts[what]++
  }
}

/** The start of a count. */
function noneListed(): ListedCounts {
  return { lists: 0, attributes: 0, ordinary: 0 }
}

function isKept(listed: Listed): boolean {
  return listed.kind === 'lists' ? listed.entries.length <= keptEntries : listed.value.length <= keptValue
}

function askedOf(accounts: ReadonlySet<Account>): AskedAccount[] {
  return [...accounts]
    .filter(({ name, number }) => name !== undefined || number !== undefined)
    .map(({ name = '', number }) => ({ name, number }))
}
