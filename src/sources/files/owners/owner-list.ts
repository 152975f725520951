import { CheckError } from '../../../pipeline/check-error'
import { FieldCutter } from '../../../pipeline/field-cutter'
import { NameTable } from '../check/name-table'
import { accountName, type KnownOwners, type Owner, ownerNumberMax } from './owner'

/**
 * The first entry of an archive that somebody else than root has taken: whose its entries are. Such an archive has the
 * SSH user as the owner of everything.
 */
export const ownerListName = '.make-a-backup.owners'

/** Gives the entries of an archive their owners, once it is unpacked. */
export const applyOwnerList = `(cd / && xargs -0 -n 2 chown -hR -- < ${ownerListName}; rm ${ownerListName})`

/** The owners that fit into a table of names. */
const valueBits = 12

/**
 * Reads the list of owners: pairs of an owner and a name, each ended by a zero byte, as `xargs -0 -n 2 chown -hR --` takes
 * them. A pair holds for the entry and all below it, until a later one says otherwise. The first pair of an owner has its
 * numbers, and a second one of the same name its names. `docs/format.md` has the format. Throws CheckError for all else.
 */
export class OwnerList {
  private readonly names = new NameTable(valueBits)
  /** By their numbers in the table, from 1. */
  private readonly owners: Owner[] = []
  private readonly numbersOf = new Map<Owner, number>()
  private readonly named = new Map<string, Owner>()
  private readonly cutter = new FieldCutter()
  private word: string | undefined
  private numbers: { owner: Owner; path: string } | undefined
  private lastFolder = ''
  private lastOwner: Owner | undefined
  private readonly known: KnownOwners

  constructor(known: KnownOwners) {
    this.known = known
  }

  write(piece: Buffer): void {
    for (const field of this.cutter.fields(piece)) this.field(field)
    if (this.cutter.begunBytes > fieldMax) throw odd()
  }

  finish(): void {
    if (this.cutter.begunBytes > 0 || this.word !== undefined) throw odd()
    this.endNumbers()
    if (this.owners.length === 0) throw odd()
  }

  /** The owner of an entry; undefined: the list says nothing about it, or a folder around it. */
  of(path: string): Owner | undefined {
    const own = this.names.valueOf(path)
    if (own > 0) return this.owners[own - 1]
    const end = path.lastIndexOf('/')
    if (end < 0) return undefined
    const folder = path.slice(0, end)
    if (folder !== this.lastFolder) {
      this.lastOwner = this.of(folder)
      this.lastFolder = folder
    }
    return this.lastOwner
  }

  private field(field: string): void {
    if (field.length > fieldMax) throw odd()
    if (this.word === undefined) {
      this.word = field
      return
    }
    this.pair(this.word, field)
    this.word = undefined
  }

  private pair(word: string, path: string): void {
    const [, user, group] = /^([^:]{1,256}):([^:]{1,256})$/s.exec(word) ?? []
    if (user === undefined || group === undefined || oddPath.test(path)) throw odd()
    const [uid, gid] = [numberOf(user), numberOf(group)]
    if (uid !== undefined && gid !== undefined) {
      this.endNumbers()
      this.numbers = { owner: { user: undefined, group: undefined, uid, gid }, path }
      return
    }
    const { numbers } = this
    if (numbers?.path !== path) {
      this.endNumbers()
      this.put(path, this.named.get(word))
      return
    }
    this.numbers = undefined
    const { owner } = numbers
    if ((uid ?? owner.uid) !== owner.uid || (gid ?? owner.gid) !== owner.gid || this.named.has(word)) throw odd()
    const named = this.known.known({ ...owner, user: accountName(user), group: accountName(group) })
    this.named.set(word, named)
    this.put(path, named)
  }

  /** Numbers that no names follow. */
  private endNumbers(): void {
    const { numbers } = this
    this.numbers = undefined
    if (numbers !== undefined) this.put(numbers.path, this.known.known(numbers.owner))
  }

  private put(path: string, owner: Owner | undefined): void {
    if (owner === undefined) throw odd()
    const number = this.numbersOf.get(owner) ?? this.owners.push(owner)
    this.numbersOf.set(owner, number)
    if (number >= 2 ** valueBits) throw new CheckError(`its list of owners has more than ${2 ** valueBits - 1} of them`)
    if (!this.names.add(path, number)) throw odd()
  }
}

/** An empty step, `.` or `..`: absolute names, and those that leave the folders. */
const oddPath = /(?:^|\/)\.{0,2}(?:\/|$)/

/** The kernel allows no longer names. */
const fieldMax = 8192

function numberOf(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined
  if (Number(text) > ownerNumberMax) throw odd()
  return Number(text)
}

function odd(): CheckError {
  return new CheckError('its list of owners makes no sense')
}
