import { anEvent, aTable, aView, someRows } from './databases'
import { type Stage, writeFiles } from './stage'

/** What the databases of the site hold at first. */
export const shop = [
  aTable('orders'),
  aTable('customers'),
  someRows('orders', 'a chair', 'a table'),
  someRows('customers', 'Ada'),
  aView('open_orders'),
  anEvent('tidy'),
].sort()
export const blog = [aTable('posts'), someRows('posts', 'Hello')].sort()

export const files = { 'index.php': '<?php echo 1;', 'img/logo.svg': '<svg/>', 'img/old.svg': '<svg></svg>' }

/** Fills the server with a shop, a blog and a document root. */
export async function openSite({ databases, site }: Stage): Promise<void> {
  await databases.put('shop', shop)
  await databases.put('blog', blog)
  await writeFiles(site, files)
}
