import { createHash } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { command } from '../../test/servers/processes/command'

const fileBytes = 128 * 2 ** 20

/** Fills `folder` with files of 128 MiB of pseudo-random bytes: what photos, videos and archives are to gzip. */
export async function makeNoise(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (let made = 0; made < bytes; made += fileBytes) {
    const size = Math.min(fileBytes, bytes - made)
    const path = join(folder, `noise-${made / fileBytes}.bin`)
    const key = createHash('md5').update(path).digest('hex')
    await command('bash', [
      '-c',
      'head -c "$1" /dev/zero | openssl enc -aes-128-ctr -K "$2" -iv 0 2>/dev/null > "$3"',
      'bash',
      String(size),
      key,
      path,
    ])
  }
}

/** Fills `folder` with files of 128 MiB of text; gzip makes about a quarter of it. */
export async function makeText(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const block = textBlock(8 * 2 ** 20)
  for (let made = 0; made < bytes; made += fileBytes) {
    const file = await open(join(folder, `text-${made / fileBytes}.txt`), 'w')
    const size = Math.min(fileBytes, bytes - made)
    for (let at = 0; at < size; at += block.length) await file.write(block, 0, Math.min(block.length, size - at))
    await file.close()
  }
}

/** `count` small files, a hundred in a folder, as web roots have them. */
export async function makeTree(folder: string, count: number): Promise<void> {
  const block = textBlock(64 * 1024)
  for (let index = 0; index < count; index += 100) {
    const parent = join(folder, `plugin-${Math.floor(index / 10_000)}`, `part-${index / 100}`)
    await mkdir(parent, { recursive: true })
    for (let at = index; at < Math.min(count, index + 100); at++) {
      const file = await open(join(parent, `file-${at}.php`), 'w')
      await file.write(block, (at * 61) % 32_768, 200 + ((at * 977) % 7_800))
      await file.close()
    }
  }
}

/** One file of nothing but holes: tar reads it as zeros, and it takes no space. */
export async function makeHollowFile(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const file = await open(join(folder, 'hollow.img'), 'w')
  await file.truncate(bytes)
  await file.close()
}

/**
 * Lays the mirror of `folder` down by hard links, as rsync would find it on the second run: without a copy of
 * gigabytes. Returns the mirror's path.
 */
export async function linkMirror(folder: string, mirror: string): Promise<string> {
  const target = join(mirror, dirname(folder))
  await mkdir(target, { recursive: true })
  await command('cp', ['-al', folder, `${target}/`])
  return mirror
}

/** Words of a vocabulary of 3,000, always the same ones. */
function textBlock(bytes: number): Buffer {
  let state = 42
  const next = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
  const words = Array.from({ length: 3_000 }, () =>
    Array.from({ length: 2 + next(9) }, () => String.fromCharCode(97 + next(26))).join(''),
  )
  const block = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; ) {
    at += block.write(`${words[Math.min(next(3_000), next(3_000))]}${next(12) === 0 ? '\n' : ' '}`, at)
  }
  return block
}
