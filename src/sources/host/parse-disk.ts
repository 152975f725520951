/** Free space for this user, from a line of `df -Pk` (POSIX): names on both sides may contain spaces. */
export function freeBytesOf(line: string | undefined): number | undefined {
  const [, available] = /\s\d+\s+\d+\s+(\d+)\s+(?:\d+%|-)\s+\//.exec(line ?? '') ?? []
  return available === undefined ? undefined : Number(available) * 1024
}

/**
 * How many files may still be made, from a line of `df -Pi`; undefined where the file system has no such number (btrfs
 * says 0 of 0).
 */
export function freeInodesOf(line: string | undefined): number | undefined {
  const [, total = '0', free] = /\s(\d+)\s+\d+\s+(\d+)\s+(?:\d+%|-)\s+\//.exec(line ?? '') ?? []
  return free === undefined || Number(total) === 0 ? undefined : Number(free)
}

/** Where that disk is mounted. */
export function mountOf(line: string | undefined): string | undefined {
  return /\s\d+\s+\d+\s+\d+\s+(?:\d+%|-)\s+(\/.*)$/.exec(line ?? '')?.[1]
}
