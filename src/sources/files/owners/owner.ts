import { shellWord } from '../../../findings/shell-word'
import { CheckError } from '../../../pipeline/check-error'

/** Whose an entry is, on the server that was backed up. A name is undefined where there was none for the number. */
export interface Owner {
  user: string | undefined
  group: string | undefined
  uid: number
  gid: number
}

/** Of user and group; the last number, -1, means "leave it as it is". */
export const ownerNumberMax = 2 ** 32 - 2

/** As chown(1) takes it: `www-data:www-data`, `1001:www-data`. */
export function ownerWord({ user, group, uid, gid }: Owner): string {
  return shellWord(`${user ?? uid}:${group ?? gid}`)
}

/**
 * A name of a user or a group, from bytes, one character each. Undefined where it is none: empty, not UTF-8, a number, or
 * with what no account has and what would act in a list or a command.
 */
export function accountName(bytes: string): string | undefined {
  const buffer = Buffer.from(bytes, 'latin1')
  const name = buffer.toString('utf8')
  if (!Buffer.from(name).equals(buffer) || name.length > 256) return undefined
  return /^(?!\d+$)[^\p{Cc}\p{Zl}\p{Zp}:/+~-][^\p{Cc}\p{Zl}\p{Zp}:/]*$/u.test(name) ? name : undefined
}

/** The owners of an archive, each once, so that they can be compared and counted by identity. */
export class KnownOwners {
  private readonly owners = new Map<string, Owner>()
  /** Most entries have the owner of the entry before. */
  private last: Owner | undefined

  /** Throws CheckError for more of them than can be kept. */
  known({ user, group, uid, gid }: Owner): Owner {
    const { last } = this
    if (last?.uid === uid && last.gid === gid && last.user === user && last.group === group) return last
    const key = `${uid}:${gid}:${user ?? ''}:${group ?? ''}`
    const found = this.owners.get(key) ?? { user, group, uid, gid }
    this.owners.set(key, found)
    if (this.owners.size > ownersMax)
      throw new CheckError(`The archive has more than ${ownersMax} owners, which are more than can be checked.`)
    this.last = found
    return found
  }
}

const ownersMax = 65_536
