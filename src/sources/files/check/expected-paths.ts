import { quotedName } from '../../../findings/quoted-name'
import { CheckError } from '../../../pipeline/check-error'

/** Compares the entries of an archive with its folders. Names are bytes, one character each. */
export class ExpectedPaths {
  private readonly wanted: { path: string; inside: string }[]
  private readonly missing: Set<string>

  constructor(paths: readonly string[]) {
    this.wanted = paths.map(path => {
      const bytes = pathBytes(path)
      return { path: bytes, inside: bytes === '' ? '' : `${bytes}/` }
    })
    this.missing = new Set(this.wanted.map(({ path }) => path))
  }

  /**
   * The name in its plain form, and whether it is inside one of the folders, not one of them or above. Throws for one
   * that would leave the folders when unpacked, or that is in none.
   */
  accept(name: string, isDirectory: boolean): { path: string; isInside: boolean } {
    const path = plainPath(name)
    this.missing.delete(path)
    let [isInside, isAround] = [false, false]
    for (const { path: wanted, inside } of this.wanted) {
      if (path === wanted) {
        if (isDirectory) return { path, isInside: false }
        throw new CheckError(`The archive has ${show(`/${path}`)} as something that is not a folder.`)
      }
      if (path.startsWith(inside)) isInside = true
      else isAround ||= path === '' || inside.startsWith(`${path}/`)
    }
    if (isInside || (isAround && isDirectory)) return { path, isInside }
    throw new CheckError(`The archive has an entry that is in none of its folders: ${show(name)}.`)
  }

  /** Throws for a hard link out of the folders of the archive, and for a target that is not plain. */
  acceptTarget(name: string, target: string): string {
    if (plainPath(target) === target && this.wanted.some(({ inside }) => target.startsWith(inside))) return target
    throw new CheckError(`The archive has a hard link that leaves its folders: ${show(name)} to ${show(target)}.`)
  }

  /** Throws when a folder did not occur. */
  finish(): void {
    const [first] = this.missing
    if (first !== undefined) throw new CheckError(`The archive does not hold ${show(`/${first}`)}.`)
  }
}

/**
 * A name without the slash at its end. Throws for an absolute one, for one with `..`, and for one that is not plain: the
 * folders to unpack are named to tar, which compares letter by letter.
 */
export function plainPath(name: string): string {
  if (!oddStep.test(name)) return name
  if (name.startsWith('/')) throw new CheckError(`The archive has an entry with an absolute name: ${show(name)}.`)
  if (parentStep.test(name)) throw new CheckError(`The archive has an entry with ".." in its name: ${show(name)}.`)
  const path = name.endsWith('/') ? name.slice(0, -1) : name
  if (emptyStep.test(path))
    throw new CheckError(`The archive has an entry with "." or "//" in its name: ${show(name)}.`)
  return path
}

/** A requested folder as in an archive: bytes, one character each. */
export function pathBytes(path: string): string {
  return Buffer.from(path).toString('latin1')
}

/** A name of an archive for a message. */
export function show(name: string): string {
  return quotedName(Buffer.from(name, 'latin1'))
}

/** What most names do not have: a step that begins with `.` or is empty. */
const oddStep = /^[./]|\/[./]|\/$/
const parentStep = /(?:^|\/)\.\.(?:\/|$)/
const emptyStep = /(?:^|\/)\.?(?:\/|$)/
