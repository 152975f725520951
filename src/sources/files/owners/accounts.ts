/** A user or a group that a restore asks for. `name`: '' where only the number is known. */
export interface AskedAccount {
  number: number | undefined
  name: string
}

/** What the server has of it. */
export interface FoundAccount {
  /** The number of the name; undefined: there is no such name. */
  number: number | undefined
  /** Of a user. */
  loginGroup: number | undefined
  /** Who has the asked number; '': nobody. */
  holder: string
}

/** The accounts to ask a server for, and its answers in the same order. */
export interface Accounts<T> {
  users: readonly T[]
  groups: readonly T[]
}

/** The same account has the same key. */
export function keyOf({ name, number }: AskedAccount): string {
  return `${number} ${name}`
}

/** By their keys. */
export function answersOf(asked: readonly AskedAccount[], found: readonly FoundAccount[]): Map<string, FoundAccount> {
  return new Map(
    asked.flatMap((account, index) => (found[index] === undefined ? [] : [[keyOf(account), found[index]]])),
  )
}
