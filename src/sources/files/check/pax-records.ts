import { CheckError } from '../../../pipeline/check-error'

/**
 * The records of a pax extended header, `<length> <keyword>=<value>\n` each (POSIX pax, "pax Extended Header").
 * Keywords and values are bytes, one character each. Throws CheckError for a keyword that is not one of `known`, or
 * that comes twice.
 */
export function parsePaxRecords(data: Buffer, known: RegExp): Map<string, string> {
  const records = new Map<string, string>()
  const all = data.toString('latin1')
  let at = 0
  while (at < all.length) {
    const length = /^([1-9]\d{0,9}) /.exec(all.slice(at, at + 11))?.[1]
    const end = at + Number(length ?? 0)
    const equals = all.indexOf('=', at)
    if (length === undefined || end > all.length || all[end - 1] !== '\n' || equals < 0 || equals >= end)
      throw new CheckError('an extended header is damaged')
    const keyword = all.slice(at + length.length + 1, equals)
    if (!known.test(keyword) || records.has(keyword))
      throw new CheckError(
        `an extended header has the record ${JSON.stringify(keyword)}, which programs read differently`,
      )
    records.set(keyword, all.slice(equals + 1, end - 1))
    at = end
  }
  return records
}

/**
 * What may precede an entry: records that GNU tar and busybox both take (`path`, `linkpath`), that neither takes without
 * options, or that repeat the header (`ExtendedHeaders` compares them). bsdtar takes a size and devices from others.
 */
export const entryRecords =
  /^(?:path|linkpath|size|uid|gid|[amc]time|uname|gname|comment|hdrcharset|(?:SCHILY|LIBARCHIVE)\.(?!(?:realsize|devmajor|devminor)$)[\w.-]+)$/

/** What may hold for all entries that follow: GNU tar takes all that it knows, busybox none. */
export const globalRecords = /^comment$/
