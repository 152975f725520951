import { CheckError } from './check-error'
import { printable } from './printable'

/** The folders an archive was made of, held against the names of its entries. Names are bytes, one character each. */
export class ExpectedPaths {
  private readonly wanted: { path: string; inside: string }[]
  private readonly missing: Set<string>

  constructor(paths: readonly string[]) {
    this.wanted = paths.map(path => {
      const bytes = tidy(Buffer.from(path).toString('latin1'))
      return { path: bytes, inside: bytes === '' ? '' : `${bytes}/` }
    })
    this.missing = new Set(this.wanted.map(({ path }) => path))
  }

  /** Throws for a name that would leave the folders when unpacked, or that is in none of them. */
  accept(name: string, isDirectory: boolean): void {
    const path = this.checkShape(name)
    this.missing.delete(path)
    for (const { path: wanted, inside } of this.wanted) {
      if (path === wanted || path.startsWith(inside)) return
      if (isDirectory && (path === '' || inside.startsWith(`${path}/`))) return
    }
    throw new CheckError(`The archive has an entry that is in none of its folders: ${show(name)}.`)
  }

  /** Throws for a hard link to something that the archive cannot hold. */
  acceptTarget(name: string, target: string): void {
    const path = this.checkShape(target)
    if (this.wanted.some(({ inside }) => path.startsWith(inside))) return
    throw new CheckError(
      `The archive has a hard link that leaves its folders: ${show(name)} to ${show(target)}.`,
    )
  }

  /** Throws when a folder did not occur. */
  finish(): void {
    const [first] = this.missing
    if (first !== undefined) throw new CheckError(`The archive does not hold ${show(`/${first}`)}.`)
  }

  private checkShape(name: string): string {
    if (name.startsWith('/'))
      throw new CheckError(`The archive has an entry with an absolute name: ${show(name)}.`)
    if (parentStep.test(name))
      throw new CheckError(`The archive has an entry with ".." in its name: ${show(name)}.`)
    return tidy(name)
  }
}

/** A name of an archive for a message. */
export function show(name: string): string {
  return printable(Buffer.from(name, 'latin1'))
}

const parentStep = /(?:^|\/)\.\.(?:\/|$)/

/** Without `./`, doubled slashes and the slash at the end, where there are any. */
function tidy(name: string): string {
  const isPlain = !name.startsWith('.') && !name.includes('//') && !name.includes('/.') && !name.endsWith('/')
  if (isPlain) return name
  return name
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')
}
