import { mapAll } from '../../findings/read-all'
import { wrongInput } from '../../findings/wrong-input'
import { allowedEntryKinds } from '../../sources/files/check/archive-content'
import { type InputReader, lines } from '../read'

/** Risky contents of archives and dumps. `statements`: SQL statements that no dump tool writes. */
const riskyKinds = [...allowedEntryKinds, 'statements'] as const

export type RiskyKind = (typeof riskyKinds)[number]

/** The input `allow-entries`, one kind per line. Throws `UserError`. */
export function readAllowedEntries(read: InputReader): ReadonlySet<RiskyKind> {
  const kinds = mapAll(lines(read, 'allow-entries'), item => {
    const kind = riskyKinds.find(each => each === item)
    if (kind !== undefined) return kind
    throw wrongInput('allow-entries', `list ${riskyKinds.join(', ')}, one per line`, item)
  })
  return new Set(kinds)
}
