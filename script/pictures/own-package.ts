import { createRequire } from 'node:module'
import { join } from 'node:path'

const here = createRequire(join(__dirname, 'package.json'))

/** Where a package of this folder is, or a file of it: the project itself has none of them. */
export function ownPackage(name: string): string {
  return here.resolve(name)
}
