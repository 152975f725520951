import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  chmod,
  link,
  lstat,
  lutimes,
  mkdir,
  open,
  readdir,
  readlink,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'

/** Every file of `makeDocroot` carries this time, so that two of them are alike to the second. */
const changedAt = new Date('2026-03-29T01:30:00Z')

/**
 * Fills `folder` with everything that is awkward in a web root: odd names, links of each kind, empty things, odd modes,
 * a sparse file, a few MB of data that does not compress. The content is the same every time. A file's mode bits and
 * times are set; owners are whoever runs this.
 */
export async function makeDocroot(folder: string): Promise<void> {
  const file = async (name: string | Buffer, content: string | Buffer, mode = 0o644) => {
    const path = at(folder, name)
    await writeFile(path, content)
    await chmod(path, mode)
    await utimes(path, changedAt, changedAt)
  }
  for (const name of ['public/assets/img', 'app/a/b/c/d/e/f', 'storage/empty folder', 'shared']) {
    await mkdir(join(folder, name), { recursive: true })
  }

  await file('public/index.php', "<?php echo 'Grüße';\n")
  await file('public/.htaccess', 'Deny from all\n')
  await file('.env', 'SECRET=value\n', 0o600)
  await file('app/run.sh', '#!/bin/sh\nexit 0\n', 0o755)
  await file('app/empty.php', '')
  await file('app/a/b/c/d/e/f/deep.txt', 'deep\n')
  await file('public/assets/img/noise.bin', noise(3 * 1024 * 1024, 'noise'))
  await file('app/text.txt', 'The same line, time and again.\n'.repeat(40_000))

  for (const [index, name] of awkwardNames.entries()) await file(name, `awkward ${index}\n`)
  await mkdir(at(folder, '-folder with ::warning::\nin its name'))
  await file('-folder with ::warning::\nin its name/inside', 'inside\n')

  await symlink('index.php', join(folder, 'public/relative-link'))
  await symlink('/etc/hostname', join(folder, 'public/absolute-link'))
  await symlink('../nowhere/at all', join(folder, 'public/dangling link'))
  await symlink('../storage', join(folder, 'app/folder-link'))
  await link(join(folder, 'app/text.txt'), join(folder, 'app/text-again.txt'))
  await link(join(folder, 'app/text.txt'), join(folder, 'shared/text-once-more.txt'))

  const sparse = await open(join(folder, 'storage/sparse.img'), 'w')
  await sparse.write('begin', 0)
  await sparse.write('end', 8 * 1024 * 1024)
  await sparse.close()
  await utimes(join(folder, 'storage/sparse.img'), changedAt, changedAt)

  await chmod(join(folder, 'shared'), 0o2775)
  await chmod(join(folder, 'storage'), 0o1777)
  await setFolderTimes(Buffer.from(folder))
}

/** Names that shells, logs and archives stumble over. The last one is not UTF-8: its bytes are Latin-1. */
const awkwardNames: readonly (string | Buffer)[] = [
  'name with  two spaces',
  ' leading and trailing space ',
  "it's quoted",
  '"double"',
  'back\\slash',
  'line\nbreak.txt',
  'tab\there',
  '-rf',
  '--delete',
  '::error::not an error',
  '##[error]not an error either',
  '$(touch hacked) `id` $HOME',
  'star * question ? [bracket] {brace}',
  '#comment',
  '!history',
  '%41',
  '~',
  'ünïcödé 🐘 日本',
  'é'.normalize('NFD'),
  '\u001b[31mred',
  `${'n'.repeat(250)}.html`,
  Buffer.from('caf\xe9.txt', 'latin1'),
]

/**
 * One line for each entry below `folder`, in byte order: type, mode, size, whole seconds of the last change, name
 * (escaped as JSON, bytes that are not UTF-8 as Latin-1), then a link's target, or the sha256 of a file's content and
 * the first name of its hard-link group. Two trees are equal exactly when these lists are. `folder` itself is not
 * listed.
 */
export async function treeDigest(folder: string): Promise<string[]> {
  const lines: string[] = []
  const firstNames = new Map<string, string>()
  await walk(Buffer.from(folder), async (path, relative) => {
    const stat = await lstat(path)
    const name = printable(relative)
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0')
    const seconds = Math.floor(stat.mtimeMs / 1000)
    if (stat.isDirectory()) {
      lines.push(`d ${mode} - ${seconds} ${name}`)
    } else if (stat.isSymbolicLink()) {
      lines.push(`l ---- - ${seconds} ${name} -> ${printable(await readlink(path, { encoding: 'buffer' }))}`)
    } else if (stat.isFile()) {
      const identity = `${stat.dev}:${stat.ino}`
      const first = firstNames.get(identity) ?? name
      firstNames.set(identity, first)
      const group = stat.nlink > 1 ? ` = ${first}` : ''
      lines.push(`f ${mode} ${stat.size} ${seconds} ${name} ${await sha256(path)}${group}`)
    } else {
      lines.push(`o ${mode} - ${seconds} ${name}`)
    }
  })
  return lines
}

/** Calls `visit` for everything below `folder`, each folder before what is in it, names in byte order. */
async function walk(
  folder: Buffer,
  visit: (path: Buffer, relative: Buffer) => Promise<void>,
  below: Buffer = Buffer.alloc(0),
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  entries.sort((a, b) => Buffer.compare(a.name, b.name))
  for (const entry of entries) {
    const path = joined(folder, entry.name)
    const relative = below.length === 0 ? entry.name : joined(below, entry.name)
    await visit(path, relative)
    if (entry.isDirectory()) await walk(path, visit, relative)
  }
}

async function setFolderTimes(folder: Buffer): Promise<void> {
  const paths: Buffer[] = [folder]
  await walk(folder, async path => {
    const stat = await lstat(path)
    if (stat.isSymbolicLink()) await lutimes(path, changedAt, changedAt)
    if (stat.isDirectory()) paths.push(path)
  })
  for (const path of paths.reverse()) await utimes(path, changedAt, changedAt)
}

/** Bytes that do not compress, the same for the same seed. */
export function noise(length: number, seed: string): Buffer {
  const blocks: Buffer[] = []
  for (let made = 0; made < length; made += 64) {
    blocks.push(createHash('sha512').update(`${seed} ${made}`).digest())
  }
  return Buffer.concat(blocks, length)
}

async function sha256(path: Buffer): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

function printable(name: Buffer): string {
  const text = name.toString('utf8')
  return Buffer.from(text, 'utf8').equals(name)
    ? JSON.stringify(text)
    : `latin1:${JSON.stringify(name.toString('latin1'))}`
}

function at(folder: string, name: string | Buffer): Buffer {
  return joined(Buffer.from(folder), Buffer.from(name))
}

function joined(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), name])
}
