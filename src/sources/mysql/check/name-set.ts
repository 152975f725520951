import { CheckError } from '../../../pipeline/check-error'
import { formatCount } from '../../../runtime/text/format-count'

/** A table with its fingerprint, a view, a routine: a manifest has room for less. */
export const objectsMax = 100_000
/** Accounts, character sets, collations and engines: written by people, or known to a server. */
export const featuresMax = 10_000

/** A name has at most 64 characters; the lexer keeps 4 KiB of what is longer. */
const averageMax = 100

/** Names from a dump, which may never end. Throws CheckError for more, or longer ones, than memory has room for. */
export class NameSet extends Set<string> {
  readonly #most: number
  readonly #what: string
  #characters = 0

  /** `what`: the names, for messages. */
  constructor(most: number, what: string) {
    super()
    this.#most = most
    this.#what = what
  }

  override add(name: string): this {
    if (this.has(name)) return this
    this.#characters += name.length
    if (this.size >= this.#most || this.#characters > this.#most * averageMax) {
      throw new CheckError(`The dump names more than ${formatCount(this.#most)} ${this.#what}, which no server has.`)
    }
    return super.add(name)
  }
}
