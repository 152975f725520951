import { type Finding, problem, warning } from '../../../findings/finding'
import { listed } from '../../../findings/listed'
import { quotedName } from '../../../findings/quoted-name'
import { productName } from '../../../runtime/text/product-name'
import type { DatabaseInventory, Flavor, Inventory } from '../inventory/inventory'

const namedAtMost = 10

/** What comes of a dump tool that is not of the server's product. `databases`: what it dumps. */
export function dumpToolProblems(
  { server, dumpTool }: Pick<Inventory, 'server' | 'dumpTool'>,
  databases: readonly DatabaseInventory[],
): Finding[] {
  const tool = toolFlavor(dumpTool)
  if (dumpTool === '' || tool === server.flavor) return []
  const [own, other] = [productName(server.flavor), productName(tool)]
  const what = `The only dump tool on the machine is that of ${other} (${dumpTool}), and the database server is ${own}.`
  const fix = `Install the client of ${own} there, and keep it on the PATH of a non-interactive SSH login: both may be there, and that of the server is used.`
  const lost = databases.flatMap(database => lostBy(database).map(each => `${each} of ${quotedName(database.name)}`))
  if (lost.length > 0) {
    return [
      problem('dump-tool', `${what} It cannot write these so that they come back: ${listed(lost, namedAtMost)}.`, fix),
    ]
  }
  return [warning('dump-tool', `${what} It knows less of it than ${own}'s own.`, fix)]
}

/** The product whose tool this is, by the first line of its `--version`. */
function toolFlavor(dumpTool: string): Flavor {
  return /mariadb/i.test(dumpTool) ? 'mariadb' : 'mysql'
}

/** Generated columns, vectors, defaults that use a sequence; what only one of the products has. */
function lostBy({ remarks = [], routines }: DatabaseInventory): string[] {
  return [
    ...remarks.filter(({ about }) => about === 'unwritable'),
    ...routines.filter(({ kind }) => ['package', 'package body', 'library'].includes(kind)),
  ].map(({ kind, name }) => `${kind} ${quotedName(name)}`)
}
