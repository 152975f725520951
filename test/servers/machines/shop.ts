import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { command } from '../processes/command'
import type { Internet } from './internet'
import type { Machine } from './machine'

/** What the page of the shop shows. */
export interface ShopPage {
  /** Who runs it. */
  user: string
  orders: string[]
  posts: number
  uploads: string[]
}

const pageSchema: z.ZodType<ShopPage> = z.object({
  user: z.string(),
  orders: z.array(z.string()),
  posts: z.number(),
  uploads: z.array(z.string()),
})

/** The account of the site. */
export const shopPassword = "it's the shop's"

/** Installs a site on a machine: a page, its configuration that only its group may read, uploads, two databases, an account. */
export async function installShop({ run }: Machine): Promise<void> {
  const page = await readFile(join(__dirname, 'shop-page.php'), 'utf8')
  await run(files, page)
  await run('mariadb', databases)
}

/** Starts the web server on it, as its user. */
export function startWebServer({ name, start }: Machine): void {
  start(`exec setpriv --reuid=www-data --regid=www-data --init-groups php -S ${name}:8080 -t /var/www/html`)
}

/** Opens the page from anywhere on the network; with `item`, orders it. Throws when the page does not answer well. */
export async function openShop(internet: Internet, host: string, item?: string): Promise<ShopPage> {
  const [program = '', ...rest] = internet.within
  const form = item === undefined ? [] : ['--data-urlencode', `item=${item}`]
  const retry = ['--retry', '50', '--retry-delay', '0', '--retry-connrefused', '--retry-max-time', '20']
  const answer = await command(program, [
    ...[...rest, 'curl', '-sS', '--fail-with-body', ...retry, ...form],
    `http://${host}:8080/index.php`,
  ])
  return pageSchema.parse(JSON.parse(answer))
}

const files = `
umask 022
cd /var/www/html
cat >index.php
echo "<?php \\$user = 'shop'; \\$password = \\"${shopPassword}\\";" >config.php
mkdir -p uploads wp-content/cache node_modules/left-pad
echo cached >wp-content/cache/page
echo '{}' >node_modules/left-pad/package.json
echo noise >debug.log
chown -R www-data: uploads wp-content
chmod 2775 uploads
chown root:www-data config.php
chmod 640 config.php
`

const databases = `
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE DATABASE blog CHARACTER SET utf8mb4;
CREATE TABLE shop.orders (number INT AUTO_INCREMENT PRIMARY KEY, item VARCHAR(99) NOT NULL);
CREATE TABLE shop.cache_pages (id INT PRIMARY KEY);
CREATE TABLE shop.sessions (id INT PRIMARY KEY);
INSERT INTO shop.sessions VALUES (1);
CREATE VIEW shop.orders_with_numbers AS SELECT number, item FROM shop.orders;
CREATE TABLE blog.posts (id INT PRIMARY KEY, title VARCHAR(99));
INSERT INTO blog.posts VALUES (1, 'Hello'), (2, 'World');
CREATE TABLE blog.wp_actionscheduler_logs (id INT PRIMARY KEY);
CREATE USER shop@localhost IDENTIFIED BY '${shopPassword.replaceAll("'", "''")}';
GRANT ALL ON shop.* TO shop@localhost;
GRANT SELECT ON blog.* TO shop@localhost;
`
