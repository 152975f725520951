import { quotedName } from '../../../findings/quoted-name'
import { CheckError } from '../../../pipeline/check-error'

/** The folders an archive was made of, held against the names of its entries. Names are bytes, one character each. */
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
   * The name in its plain form. Throws for one that would leave the folders when unpacked, or that is in none of them.
   */
  accept(name: string, isDirectory: boolean): string {
    const path = plainPath(name)
    this.missing.delete(path)
    for (const { path: wanted, inside } of this.wanted) {
      if (path === wanted || path.startsWith(inside)) return path
      if (isDirectory && (path === '' || inside.startsWith(`${path}/`))) return path
    }
    throw new CheckError(`The archive has an entry that is in none of its folders: ${show(name)}.`)
  }

  /** The target in its plain form. Throws for a hard link to something that the archive cannot hold. */
  acceptTarget(name: string, target: string): string {
    const path = plainPath(target)
    if (this.wanted.some(({ inside }) => path.startsWith(inside))) return path
    throw new CheckError(`The archive has a hard link that leaves its folders: ${show(name)} to ${show(target)}.`)
  }

  /** Throws when a folder did not occur. */
  finish(): void {
    const [first] = this.missing
    if (first !== undefined) throw new CheckError(`The archive does not hold ${show(`/${first}`)}.`)
  }
}

/** A name without `./`, doubled slashes and the slash at the end. Throws for one that is absolute or has `..` in it. */
export function plainPath(name: string): string {
  if (name.startsWith('/')) throw new CheckError(`The archive has an entry with an absolute name: ${show(name)}.`)
  if (parentStep.test(name)) throw new CheckError(`The archive has an entry with ".." in its name: ${show(name)}.`)
  return tidy(name)
}

/** A folder that was asked for, as the names of an archive have it: bytes, one character each, in plain form. */
export function pathBytes(path: string): string {
  return tidy(Buffer.from(path).toString('latin1'))
}

/** A name of an archive for a message. */
export function show(name: string): string {
  return quotedName(Buffer.from(name, 'latin1'))
}

const parentStep = /(?:^|\/)\.\.(?:\/|$)/

function tidy(name: string): string {
  const isPlain = !name.startsWith('.') && !name.includes('//') && !name.includes('/.') && !name.endsWith('/')
  if (isPlain) return name
  return name
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')
}
