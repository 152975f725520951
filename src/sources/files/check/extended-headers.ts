import { CheckError } from '../../../pipeline/check-error'
import { plainPath, show } from './expected-paths'
import type { TarHeader } from './tar-header'

/** What precedes an entry: long names of GNU tar (`L`, `K`) and records of pax (`x`, and `g` for all that follow). */
export class ExtendedHeaders {
  private longName: string | undefined
  private longLink: string | undefined
  private records = new Map<string, string>()
  private readonly globalRecords = new Map<string, string>()

  static isType(type: string): boolean {
    return 'LKxgX'.includes(type)
  }

  add(type: string, data: Buffer): void {
    if (type === 'L') this.longName = untilZero(data)
    else if (type === 'K') this.longLink = untilZero(data)
    else if (type === 'x') this.records = parsePaxRecords(data)
    else if (type === 'g') {
      for (const [keyword, value] of parsePaxRecords(data)) this.globalRecords.set(keyword, value)
    }
  }

  /** After the entry they belong to. */
  reset(): void {
    this.longName = undefined
    this.longLink = undefined
    this.records = new Map()
  }

  record(keyword: string): string | undefined {
    const value = this.records.get(keyword) ?? this.globalRecords.get(keyword)
    return value === '' ? undefined : value
  }

  /** A sparse file in pax format has a made-up name in its header and in `path`. */
  nameOf(header: TarHeader): string {
    return this.record('GNU.sparse.name') ?? this.record('path') ?? this.longName ?? header.name
  }

  targetOf(header: TarHeader): string {
    return this.record('linkpath') ?? this.longLink ?? header.link
  }

  sizeOf(header: TarHeader): number {
    return this.sizeRecord('size') ?? header.sizeBytes
  }

  /** The size of a sparse file without holes; undefined for others and for those of old GNU tar. */
  sparseSize(): number | undefined {
    return this.sizeRecord('GNU.sparse.realsize') ?? this.sizeRecord('GNU.sparse.size')
  }

  hasCapabilities(): boolean {
    const attribute = 'xattr.security.capability'
    return this.record(`SCHILY.${attribute}`) !== undefined || this.record(`LIBARCHIVE.${attribute}`) !== undefined
  }

  /** Throws where another program could read another name than `nameOf` and `targetOf`, and a bad one. */
  refuseAmbiguity(header: TarHeader): void {
    const path = this.record('path')
    const linkPath = this.record('linkpath')
    const all = [header.name, this.longName, path, this.record('GNU.sparse.name')]
    for (const name of all) if (name !== undefined && !isCutBehindDots(name)) plainPath(name)
    const twice =
      (this.longName !== undefined && path !== undefined && this.longName !== path) ||
      (this.longLink !== undefined && linkPath !== undefined && this.longLink !== linkPath)
    if (twice) throw new CheckError(`The archive has an entry with two names: ${show(this.nameOf(header))}.`)
    if ([...all, linkPath].some(name => name?.includes('\0')))
      throw new CheckError(`The archive has an entry with a zero byte in its name: ${show(this.nameOf(header))}.`)
  }

  private sizeRecord(keyword: string): number | undefined {
    const value = this.record(keyword)
    if (value === undefined) return undefined
    if (!/^\d{1,15}$/.test(value)) throw new CheckError('an extended header has a wrong size')
    return Number(value)
  }
}

function untilZero(data: Buffer): string {
  const end = data.indexOf(0)
  return data.toString('latin1', 0, end < 0 ? data.length : end)
}

/** The field for names has 100 bytes; of a long name it has the beginning, and `..a` may have become `..`. */
function isCutBehindDots(name: string): boolean {
  return name.length === 100 && name.endsWith('/..')
}

/**
 * The records of a pax extended header, `<length> <keyword>=<value>\n` each (POSIX pax, "pax Extended Header").
 * Keywords and values are bytes, one character each; an empty value cancels a global one.
 */
function parsePaxRecords(data: Buffer): Map<string, string> {
  const records = new Map<string, string>()
  const all = data.toString('latin1')
  let at = 0
  while (at < all.length) {
    const length = /^(\d{1,10}) /.exec(all.slice(at, at + 11))?.[1]
    const end = at + Number(length ?? 0)
    const equals = all.indexOf('=', at)
    if (length === undefined || end > all.length || all[end - 1] !== '\n' || equals < 0 || equals >= end) {
      throw new CheckError('an extended header is damaged')
    }
    records.set(all.slice(at + length.length + 1, equals), all.slice(equals + 1, end - 1))
    at = end
  }
  return records
}
