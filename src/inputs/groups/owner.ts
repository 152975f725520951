import { wrongInput } from '../../findings/wrong-input'
import { accountName } from '../../sources/files/owners/owner'
import type { OwnerChoice } from '../../sources/files/owners/target-owners'
import { type InputReader, optional } from '../read'

/** The input `owner`: `user`, `user:group`, by name or number; a number alone has no group. Throws `UserError`. */
export function readOwner(read: InputReader): OwnerChoice | undefined {
  const text = optional(read, 'owner')
  if (text === undefined) return undefined
  const [user = '', group, ...more] = text.split(':')
  const isAccount = (word: string) =>
    /^\d{1,10}$/.test(word) || accountName(Buffer.from(word).toString('latin1')) === word
  const isWhole = more.length === 0 && isAccount(user) && (group === undefined ? !/^\d+$/.test(user) : isAccount(group))
  if (isWhole) return { user, group }
  throw wrongInput(
    'owner',
    'be a user, or a user and a group',
    text,
    'Write it as in www-data or www-data:www-data; with numbers always both, as in 33:33.',
  )
}
