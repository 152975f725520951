import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningServices } from '../../test/servers/services'

/** Asks the site as a visitor would: its front page needs a file and two tables. */
export async function visit({ mariadb }: RunningServices, docroot: string): Promise<string> {
  try {
    await readFile(join(docroot, 'index.php'))
    const greeting = (await readFile(join(docroot, 'greeting.txt'), 'utf8').catch(() => 'Welcome')).trim()
    const count = await mariadb.sql(
      'SELECT CONCAT((SELECT COUNT(*) FROM products), " products, ", (SELECT COUNT(*) FROM orders), " orders")',
      'shop',
    )
    return `200 OK: "${greeting}: ${count.trim()}"`
  } catch {
    return '500 Internal Server Error'
  }
}
