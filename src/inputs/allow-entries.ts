import { type InputReader, lines, wrongInput } from './read'
import { mapAll } from './read-all'

/** What an archive may hold that is refused unless the user says otherwise. */
export const riskyEntryKinds = ['outside-links', 'set-uid', 'devices'] as const

export type RiskyEntryKind = (typeof riskyEntryKinds)[number]

/** The same of archives and dumps. `statements`: those that no dump tool writes. */
const riskyKinds = [...riskyEntryKinds, 'statements'] as const

export type RiskyKind = (typeof riskyKinds)[number]

/** Reads `allow-entries`, one kind per line. Throws `UserError`. */
export function readAllowedEntries(read: InputReader): ReadonlySet<RiskyKind> {
  const kinds = mapAll(lines(read, 'allow-entries'), item => {
    const kind = riskyKinds.find(each => each === item)
    if (kind !== undefined) return kind
    throw wrongInput('allow-entries', `hold ${riskyKinds.join(', ')}, one per line`, item)
  })
  return new Set(kinds)
}
