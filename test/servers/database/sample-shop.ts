import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { noise } from '../docroot'

/** Makes the database `name` anew and fills it with the sample shop. `sql` is `MariadbServer.sql` or its like. */
export async function loadSampleShop(
  sql: (text: string, database?: string) => Promise<string>,
  name: string,
): Promise<void> {
  const script = await readFile(join(__dirname, 'sample-shop.sql'), 'utf8')
  await sql(`DROP DATABASE IF EXISTS \`${name}\`; CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4`)
  await sql(script, name)
}

const changedAt = new Date('2026-11-20T08:15:00Z')

/**
 * Fills `folder` with what the web root of such a shop looks like: an application in PHP, themes, plugins, uploads by
 * year and month. Some 450 files, 5 MB, the same every time.
 */
export async function makeShopDocroot(folder: string): Promise<void> {
  for (const [name, content] of shopFiles()) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    await utimes(path, changedAt, changedAt)
  }
  await mkdir(join(folder, 'content/cache/empty'), { recursive: true })
  await symlink('themes/harbour', join(folder, 'content/current-theme')).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}

function* shopFiles(): Generator<[string, string | Buffer]> {
  yield ['index.php', `<?php\nrequire __DIR__ . '/core/boot.php';\n`]
  yield ['.htaccess', 'RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule . /index.php [L]\n']
  yield ['config.php', `<?php\nreturn ['database' => 'shop', 'host' => 'localhost'];\n`]
  yield ['robots.txt', 'User-agent: *\nDisallow: /admin/\n']
  for (const part of ['admin', 'core', 'content/plugins/checkout', 'content/plugins/search', 'content/plugins/mail']) {
    for (let index = 1; index <= 40; index++) yield [`${part}/module-${index}.php`, phpModule(part, index)]
  }
  for (const theme of ['harbour', 'meadow']) {
    yield [`content/themes/${theme}/style.css`, `body { color: #${theme.length}34; }\n`.repeat(200)]
    yield [
      `content/themes/${theme}/logo.svg`,
      `<svg xmlns="http://www.w3.org/2000/svg"><title>${theme}</title></svg>\n`,
    ]
    for (const page of ['home', 'product', 'basket', 'account', 'search']) {
      yield [`content/themes/${theme}/${page}.php`, phpModule(`${theme} ${page}`, 3)]
    }
  }
  for (let month = 1; month <= 11; month++) {
    const folder = `content/uploads/2026/${String(month).padStart(2, '0')}`
    for (let index = 1; index <= 20; index++) {
      const name = `${folder}/photo-${index}${index === 7 ? ' (Größe M)' : ''}.jpg`
      yield [name, noise(8_000 + ((month * 7919 + index * 104_729) % 24_000), name)]
    }
  }
}

function phpModule(part: string, index: number): string {
  const functions = Array.from(
    { length: 2 + (index % 9) },
    (_, number) =>
      `/** Step ${number} of ${part}. */\nfunction step_${index}_${number}(array $order): array\n{\n    $order['step'] = ${number};\n    return $order;\n}\n`,
  )
  return `<?php\n\ndeclare(strict_types=1);\n\n${functions.join('\n')}`
}
