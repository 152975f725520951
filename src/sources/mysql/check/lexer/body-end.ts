/** What both tools write behind the text of a routine or trigger, and of an event. */
const followers = ['DELIMITER ;', '/*!50003 SET time_zone '].map(text => Buffer.from(text))
const longest = Math.max(...followers.map(({ length }) => length))

/** Where a comment at the end of a routine, trigger or event hides its delimiter, which is on the same line. */
export type BodyEnd = 'here' | 'not here' | 'unknown'

/**
 * Whether a statement ends with the line break at `at` although its delimiter is part of a comment. `unknown`: what
 * follows is not in the chunk.
 */
export function bodyEndsAt(chunk: Buffer, at: number, isLast: boolean): BodyEnd {
  const next = chunk.subarray(at + 1, at + 1 + longest)
  if (next.length < longest && !isLast && followers.some(follower => isBegun(follower, next))) return 'unknown'
  return followers.some(follower => next.subarray(0, follower.length).equals(follower)) ? 'here' : 'not here'
}

function isBegun(follower: Buffer, bytes: Buffer): boolean {
  const length = Math.min(follower.length, bytes.length)
  return follower.subarray(0, length).equals(bytes.subarray(0, length)) && length < follower.length
}
