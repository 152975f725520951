import { CheckError } from '../../../pipeline/check-error'
import { accountName, ownerNumberMax } from '../owners/owner'
import { type ListFormat, odd } from './list-lines'
import { type Account, type AclEntry, type ListedAcl, unquoted } from './listed'

/** For an access and a default list: the kernel keeps each in one attribute of 64 KiB. */
const entriesMax = 16_384
/** Of all lists. */
const accountsMax = 4096

/**
 * The list of access control lists, as getfacl(1) prints and setfacl(1) takes them. Before the first one, comments have the
 * numbers of the accounts that it names: `# number: user:www-data:33`. Throws CheckError for all else.
 */
export class AclList implements ListFormat {
  /** By the tag and the word of the list. */
  private readonly accounts = new Map<string, Account>()
  private entries: AclEntry[] = []
  private seen = new Set<string>()
  private readonly onListed: (listed: ListedAcl) => void

  constructor(onListed: (listed: ListedAcl) => void) {
    this.onListed = onListed
  }

  comment(text: string): void {
    const [, tag, word = '', digits = ''] = /^# number: (user|group):([^:]{1,1024}):(\d{1,10})$/.exec(text) ?? []
    const number = Number(digits)
    if (tag === undefined || number > ownerNumberMax || this.accounts.has(`${tag}:${word}`)) throw odd('lists')
    this.keep(`${tag}:${word}`, { name: nameOf(word), number })
  }

  line(_path: string, text: string): void {
    const [, scope, tag, word = '', permissions = ''] = entryLine.exec(text) ?? []
    const own = `${scope ?? ''}${tag}:${word}`
    if (!isTag(tag) || this.seen.has(own) || this.entries.length >= entriesMax) throw odd('lists')
    if (word !== '' && (tag === 'mask' || tag === 'other')) throw odd('lists')
    this.seen.add(own)
    const account = word === '' ? undefined : this.account(tag, word)
    this.entries.push({ isDefault: scope !== undefined, tag, account, permissions })
  }

  end(path: string): void {
    const { entries, seen } = this
    const isComplete = (scope: string) => ['user:', 'group:', 'other:'].every(own => seen.has(`${scope}${own}`))
    const isMasked = (isDefault: boolean, scope: string) =>
      seen.has(`${scope}mask:`) || !entries.some(entry => entry.isDefault === isDefault && entry.account !== undefined)
    const hasDefault = entries.some(({ isDefault }) => isDefault)
    if (!isComplete('') || !isMasked(false, '')) throw odd('lists')
    if (hasDefault && !(isComplete('default:') && isMasked(true, 'default:'))) throw odd('lists')
    this.entries = []
    this.seen = new Set()
    this.onListed({ kind: 'lists', path, entries })
  }

  private account(tag: string, word: string): Account {
    const known = this.accounts.get(`${tag}:${word}`)
    if (known !== undefined) return known
    const number = /^\d+$/.test(word) ? Number(word) : undefined
    if (number !== undefined && number > ownerNumberMax) throw odd('lists')
    return this.keep(`${tag}:${word}`, { name: number === undefined ? nameOf(word) : undefined, number })
  }

  private keep(key: string, account: Account): Account {
    this.accounts.set(key, account)
    if (this.accounts.size > accountsMax)
      throw new CheckError(`its access control lists name more than ${accountsMax} accounts`)
    return account
  }
}

const entryLine = /^(default:)?(user|group|mask|other):([^:]{0,1024}):([r-][w-][x-])$/

function isTag(tag: string | undefined): tag is AclEntry['tag'] {
  return tag !== undefined
}

function nameOf(word: string): string | undefined {
  const name = unquoted(word)
  return name === undefined ? undefined : accountName(name)
}
