/** Free space for this user, from a line of `df -Pk` (POSIX): names on both sides may contain spaces. */
export function freeBytesOf(line: string | undefined): number | undefined {
  const [, available] = /\s\d+\s+\d+\s+(\d+)\s+(?:\d+%|-)\s+\//.exec(line ?? '') ?? []
  return available === undefined ? undefined : Number(available) * 1024
}

/** Where that disk is mounted. */
export function mountOf(line: string | undefined): string | undefined {
  return /\s\d+\s+\d+\s+\d+\s+(?:\d+%|-)\s+(\/.*)$/.exec(line ?? '')?.[1]
}
