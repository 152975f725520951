import { collectGarbage } from '../../runtime/garbage'
import { listedMax } from '../store'

/** Pages in a row without an entry: a store may leave some out, never all. */
const emptyPagesMax = 1_000

/** What is left of so many pages is removed from memory at once. */
const pagesAtOnce = 4

/** Throws when a listing has no end, or one that memory has no room for. */
export class EndOfListing {
  #entries = 0
  #emptyPages = 0
  #pages = 0

  /** After each page. `next`: what it names; `from`: what it was asked for. */
  expect(entries: number, next: unknown, from: unknown): void {
    this.#entries += entries
    if (++this.#pages % pagesAtOnce === 0) collectGarbage()
    this.#emptyPages = entries === 0 ? this.#emptyPages + 1 : 0
    const isSame = next !== undefined && JSON.stringify(next) === JSON.stringify(from)
    if (isSame || this.#emptyPages > emptyPagesMax) throw coded('EndlessListing', 'The listing does not go on.')
    if (this.#entries > listedMax) throw coded('ListingTooLong', 'The listing is too long.')
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
