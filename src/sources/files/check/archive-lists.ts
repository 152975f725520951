import { CheckError } from '../../../pipeline/check-error'
import { AclList } from '../attributes/acl-list'
import { AttributeList } from '../attributes/attribute-list'
import { listNames } from '../attributes/attribute-lists'
import { ListLines } from '../attributes/list-lines'
import { type AttributeKind, attributeKinds, type Listed } from '../attributes/listed'
import type { KnownOwners } from '../owners/owner'
import { OwnerList, ownerListName } from '../owners/owner-list'
import { blockSize, type TarHeader } from './tar-header'

interface ListReader {
  write(piece: Buffer): void
  finish(): void
}

/**
 * The lists of an archive, which are not unpacked: the first entry may be that of the owners, the last ones those of access
 * control lists and of extended attributes.
 */
export class ArchiveLists {
  owners: OwnerList | undefined
  private readonly knownOwners: KnownOwners
  private readonly onListed: (listed: Listed) => void
  private late: AttributeKind | undefined
  private reader: ListReader | undefined
  /** Bytes of the list that are still to come, and its padding. */
  private left = { bytes: 0, padding: 0 }

  constructor(knownOwners: KnownOwners, onListed: (listed: Listed) => void) {
    this.knownOwners = knownOwners
    this.onListed = onListed
  }

  /** Whether an entry is a list. Throws CheckError for one in the wrong place, and for any entry behind those at the end. */
  begin(name: string, { type, sizeBytes }: TarHeader, entriesBefore: number): boolean {
    const reader = this.readerOf(name, entriesBefore)
    if (reader === undefined) {
      if (this.late !== undefined) throw new CheckError('an entry comes behind its lists')
      return false
    }
    if (type !== '0' || sizeBytes === 0) throw misplaced(name)
    this.reader = reader
    this.left = { bytes: sizeBytes, padding: paddedSize(sizeBytes) - sizeBytes }
    return true
  }

  /** Reads data and padding. False: they are not of a list. */
  read(data: Buffer): boolean {
    const { reader, left } = this
    if (reader === undefined) return false
    const own = data.subarray(0, left.bytes)
    reader.write(own)
    this.left = { bytes: left.bytes - own.length, padding: left.padding - (data.length - own.length) }
    if (this.left.bytes + this.left.padding > 0) return true
    this.reader = undefined
    reader.finish()
    return true
  }

  private readerOf(name: string, entriesBefore: number): ListReader | undefined {
    if (name === ownerListName) {
      if (entriesBefore > 0 || this.owners !== undefined) throw misplaced(name)
      this.owners = new OwnerList(this.knownOwners)
      return this.owners
    }
    const kind = attributeKinds.find(each => listNames[each] === name)
    if (kind === undefined) return undefined
    if (entriesBefore === 0 || this.late === kind || this.late === 'attributes') throw misplaced(name)
    this.late = kind
    return new ListLines(kind, kind === 'lists' ? new AclList(this.onListed) : new AttributeList(this.onListed))
  }
}

function misplaced(name: string): CheckError {
  const what = name === ownerListName ? 'owners' : name.slice('.make-a-backup.'.length)
  return new CheckError(`its list of ${what} is in the wrong place`)
}

/** With the padding to whole blocks. */
export function paddedSize(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockSize) * blockSize
}
