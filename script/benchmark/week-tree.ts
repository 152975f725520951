import { chmod, link, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** A web root that people work on: the same one in every run. */
export interface WeekTree {
  readonly folder: string
  /** What happens in an hour: edits, files that come and go, renames, links, modes, now and then a whole folder. */
  change(): Promise<void>
}

/** Makes it. `bytes`: half of it text, half of it what gzip makes no smaller. */
export async function makeWeekTree(folder: string, files: number, bytes: number): Promise<WeekTree> {
  const roll = dice(7)
  const names: string[] = []
  const average = bytes / files
  for (let at = 0; at < files; at++) {
    const name = `dir-${Math.floor(at / 2000)}/part-${Math.floor(at / 50)}/file-${at}.php`
    names.push(name)
    await put(join(folder, name), content(roll, Math.ceil(average * (0.2 + 1.6 * roll())), at % 2 === 0))
  }
  let hour = 0
  const pick = () => names[Math.floor(roll() * names.length)] ?? ''
  const replaced = (from: string, to: string) => {
    names[names.indexOf(from)] = to
  }
  const take = () => {
    const name = pick()
    names.splice(names.indexOf(name), 1)
    return name
  }
  /** With the one that is renamed: 0.05 % of the files. */
  const perHour = Math.max(4, Math.round(files * 0.0005))
  return {
    folder,
    change: async () => {
      hour++
      for (let at = 1; at < perHour; at++) {
        const isText = roll() < 0.5
        const size = Math.ceil(average * (0.2 + 1.6 * roll()))
        if (at % 5 === 0) {
          const name = `dir-0/new-${hour % 20}/file-${hour}-${at}.php`
          await put(join(folder, name), content(roll, size, isText))
          names.push(name)
        } else await put(join(folder, pick()), content(roll, size, isText))
      }
      const [from, gone] = [pick(), take()]
      const to = `${dirname(from)}/renamed-${hour}.php`
      if (names.includes(from)) {
        await rename(join(folder, from), join(folder, to))
        replaced(from, to)
      }
      await rm(join(folder, gone))
      await chmod(join(folder, pick()), hour % 2 === 0 ? 0o640 : 0o604)
      await mkdir(join(folder, 'links'), { recursive: true })
      await symlink(`../${pick()}`, join(folder, `links/soft-${hour}`))
      if (hour % 6 === 0) await link(join(folder, pick()), join(folder, `links/hard-${hour}`))
      if (hour % 12 === 5) await becomeOther(folder, hour)
      if (hour % 24 === 9) await renameFolder(folder, names, hour)
    },
  }
}

/** A folder becomes a file, and the file of the last time a folder. */
async function becomeOther(folder: string, hour: number): Promise<void> {
  const [now, before] = [join(folder, `turns-${hour}`), join(folder, `turns-${hour - 12}`)]
  await put(join(now, 'in/it'), Buffer.from(`a folder of the hour ${hour}`))
  if (hour < 12) return
  await rm(before, { recursive: true })
  await writeFile(before, `a file since the hour ${hour}`)
}

/** Not a large one: what is renamed is new to tar. */
async function renameFolder(folder: string, names: string[], hour: number): Promise<void> {
  const parent = (await readdir(join(folder, 'dir-0'))).find(name => name.startsWith('new-'))
  if (parent === undefined) return
  const to = `moved-${hour}`
  await rename(join(folder, 'dir-0', parent), join(folder, 'dir-0', to))
  for (const [at, name] of names.entries())
    if (name.startsWith(`dir-0/${parent}/`)) names[at] = `dir-0/${to}/${name.slice(`dir-0/${parent}/`.length)}`
}

async function put(path: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

const words = ['price', 'function', 'return', 'array', 'order', 'echo', 'null', 'string', 'class', 'public', 'foreach']

function content(roll: () => number, bytes: number, isText: boolean): Buffer {
  const made = Buffer.alloc(bytes)
  if (isText) {
    for (let at = 0; at < bytes; )
      at += made.write(`${words[Math.floor(roll() * words.length)]} ${Math.floor(roll() * 1e6)};\n`, at) || bytes
    return made
  }
  for (let at = 0; at + 4 <= bytes; at += 4) made.writeUInt32LE(Math.floor(roll() * 2 ** 32), at)
  return made
}

/** The same numbers in every run (xorshift). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
