import { CheckError } from '../../../pipeline/check-error'

/**
 * The records of a pax extended header, `<length> <keyword>=<value>\n` each (POSIX pax, "pax Extended Header").
 * Keywords and values are bytes, held as one character each; an empty value takes back a global one.
 */
export function parsePaxRecords(data: Buffer): Map<string, string> {
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
