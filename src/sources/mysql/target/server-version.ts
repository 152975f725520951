import { productName } from '../../../runtime/text/product-name'

/** The version of a database server, as it reports it. */
export interface ServerVersion {
  flavor: 'mariadb' | 'mysql'
  /** `10.11.19`. */
  version: string
}

/**
 * Reads the output of `mariadbd --version` or `mysqld --version`, undefined for anything else: `mariadbd  Ver
 * 10.11.19-MariaDB for debian-linux-gnu on x86_64 (Debian 12)`, `/usr/sbin/mysqld  Ver 8.4.10 for Linux on x86_64 (…)`.
 */
export function parseServerVersion(text: string): ServerVersion | undefined {
  const line = text.split('\n').find(each => /\bVer \d/.test(each))
  const version = line === undefined ? undefined : /\bVer (\d+\.\d+\.\d+)/.exec(line)?.[1]
  if (line === undefined || version === undefined) return undefined
  return { flavor: /mariadb/i.test(line) ? 'mariadb' : 'mysql', version }
}

/** `10.11` of `10.11.19-MariaDB`: within a series dumps work in both directions. Undefined: not a version. */
export function seriesOf(version: string): string | undefined {
  return /^(\d+\.\d+)(?:\D|$)/.exec(version)?.[1]
}

/** Below 0 when `one` is of an older series than `other`, 0 when both are of the same series. */
export function compareSeries(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major - otherMajor || minor - otherMinor
}

/** `MariaDB 10.11.19`. */
export function nameOf({ flavor, version }: { flavor: string; version: string }): string {
  return `${productName(flavor)} ${version}`
}
