import { CheckError } from '../../../pipeline/check-error'
import { capabilitiesOf } from './capabilities'
import { plainPath, show } from './expected-paths'
import { entryRecords, globalRecords, parsePaxRecords } from './pax-records'
import type { TarHeader } from './tar-header'

/** What an entry is called in the end, and what its target is. */
export interface ExtendedEntry {
  name: string
  target: string
  capabilities: string | undefined
}

/** What precedes an entry: long names of GNU tar (`L`, `K`) and records of pax (`x`, and `g` for all that follow). */
export class ExtendedHeaders {
  private longName: string | undefined
  private longLink: string | undefined
  private records: ReadonlyMap<string, string> | undefined

  /** The data that a header of this type may have; undefined: it is an entry itself. The kernel allows no longer names. */
  static maxBytes(type: string): number | undefined {
    if (type === 'L' || type === 'K') return 4096
    // busybox skips a longer one, GNU tar does not.
    return type === 'x' || type === 'g' ? 0xfffff : undefined
  }

  /** Something that belongs to the next entry was read. */
  get isPending(): boolean {
    return this.longName !== undefined || this.longLink !== undefined || this.records !== undefined
  }

  add(type: string, data: Buffer): void {
    if (type === 'g') {
      parsePaxRecords(data, globalRecords)
      return
    }
    const earlier = { L: this.longName, K: this.longLink, x: this.records }[type]
    if (earlier !== undefined) throw new CheckError(`an entry has two extended headers of the type "${type}"`)
    if (type === 'L') this.longName = longText(data)
    else if (type === 'K') this.longLink = longText(data)
    else this.records = parsePaxRecords(data, entryRecords)
  }

  /** Takes what precedes this entry. Throws CheckError where GNU tar and busybox, or others, could read another name. */
  take(header: TarHeader): ExtendedEntry {
    const { longName, longLink, records } = this
    this.longName = undefined
    this.longLink = undefined
    this.records = undefined
    const [path, linkPath] = [records?.get('path'), records?.get('linkpath')]
    const name = path ?? longName ?? header.name
    const target = linkPath ?? longLink ?? header.link
    if ((path !== undefined && longName !== undefined) || (linkPath !== undefined && longLink !== undefined))
      throw new CheckError(`The archive has an entry with two names: ${show(name)}.`)
    if (records !== undefined) refuseOtherFields(name, records, header)
    if (name !== header.name) refuseOddName(header.name)
    if (name === '' || name.includes('\0') || target.includes('\0'))
      throw new CheckError(`The archive has an entry with a zero byte in its name: ${show(name)}.`)
    const isLink = header.type === '1' || header.type === '2'
    // An empty file with a target is a hard link for busybox.
    if (isLink !== (target !== ''))
      throw new CheckError(
        `The archive has ${isLink ? 'a link without' : 'an entry that is no link, with'} a target: ${show(name)}.`,
      )
    // Not every busybox takes it for a folder.
    if (name.endsWith('/') && header.type !== '5')
      throw new CheckError(`The archive has an entry that is no folder and is named like one: ${show(name)}.`)
    return { name, target, capabilities: records === undefined ? undefined : recordedCapabilities(records) }
  }
}

/** A text that ends with its only zero byte: GNU tar would read on behind one without. */
function longText(data: Buffer): string {
  if (data.length < 2 || data.indexOf(0) !== data.length - 1) throw new CheckError('a long name is damaged')
  return data.toString('latin1', 0, data.length - 1)
}

/** GNU tar takes these fields from the records, busybox from the header. */
function refuseOtherFields(
  name: string,
  records: ReadonlyMap<string, string>,
  { sizeBytes, owner: { uid, gid } }: TarHeader,
): void {
  for (const [keyword, field] of Object.entries({ size: sizeBytes, uid, gid })) {
    const value = records.get(keyword)
    if (value !== undefined && value !== String(field))
      throw new CheckError(`The archive has an entry with two values of ${keyword}: ${show(name)}.`)
  }
  for (const keyword of ['mtime', 'atime', 'ctime']) {
    const value = records.get(keyword)
    if (value !== undefined && !/^-?\d{1,12}(?:\.\d{1,20})?$/.test(value))
      throw new CheckError(`The archive has an entry with a wrong ${keyword}: ${show(name)}.`)
  }
}

/** The name in the header, where another one holds: other programs may take it. */
function refuseOddName(name: string): void {
  // The field has 100 bytes; of a long name it has the beginning, and `..a` may have become `..`.
  if (name.length !== 100 || !name.endsWith('/..')) plainPath(name)
}

function recordedCapabilities(records: ReadonlyMap<string, string>): string | undefined {
  const plain = records.get('SCHILY.xattr.security.capability')
  const encoded = records.get('LIBARCHIVE.xattr.security.capability')
  const value = plain ?? (encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('latin1'))
  return value === undefined ? undefined : capabilitiesOf(value)
}
