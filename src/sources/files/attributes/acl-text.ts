import type { Account, AclEntry } from './listed'
import { quoted } from './listed'

/** The number that an account gets on the server. */
interface FoundNumber {
  /** Undefined: none is known. */
  number: number | undefined
  /** It is the one of its name there. */
  isByName: boolean
}

export type AccountNumber = (tag: AclEntry['tag'], account: Account) => FoundNumber

/**
 * The lines of an access control list with the numbers of another server. An account without a number is left out, and one
 * whose number another one has that is known there by its name: no list has two lines for one account.
 */
export function numberedLines(entries: readonly AclEntry[], numberOf: AccountNumber): string[] {
  const own = { number: '', isByName: true }
  const all = entries.map(entry => {
    const { number, isByName } = entry.account === undefined ? own : numberOf(entry.tag, entry.account)
    return { word: number === undefined ? undefined : `${headOf(entry)}:${number}`, isByName, entry }
  })
  const byName = new Set(all.filter(({ isByName }) => isByName).map(({ word }) => word))
  const lines = new Map<string, string>()
  for (const { word, isByName, entry } of all)
    if (word !== undefined && !lines.has(word) && (isByName || !byName.has(word)))
      lines.set(word, `${word}:${entry.permissions}`)
  return [...lines.values()]
}

/** As setfacl(1) takes it in a command, with names: `user::rwx,user:www-data:rwx`. */
export function aclWord(entries: readonly AclEntry[]): string {
  return entries
    .map(entry => {
      const { name, number } = entry.account ?? { name: '', number: undefined }
      const word = name === undefined ? `${number ?? ''}` : quoted(Buffer.from(name).toString('latin1'), /[^\w@.$-]/)
      return { entry, word: Buffer.from(word, 'latin1').toString() }
    })
    .filter(({ entry, word }) => entry.account === undefined || word !== '')
    .map(({ entry, word }) => `${headOf(entry)}:${word}:${entry.permissions}`)
    .join(',')
}

function headOf({ isDefault, tag }: AclEntry): string {
  return `${isDefault ? 'default:' : ''}${tag}`
}
