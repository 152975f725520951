import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FilesArtifact, Manifest } from '../../../../src/repository/manifest/manifest'
import { archiveWords } from '../../../../src/sources/files/mirror/archive-words'
import { type AgeKey, anAgeKey } from '../../pipeline/age/age-files'
import { makeKeyPair } from '../../ssh/keys/some-keys'
import { jsonIn } from '../stage/bucket'
import { aTable, someRows } from '../stage/databases'
import type { Ended } from '../stage/runner'
import { aStage, filesIn, type Stage, writeFiles } from '../stage/stage'

const hourMs = 3_600_000
const canary = 'a-canary-that-nobody-may-see-7c1f'
let stage: Stage
let one: AgeKey
let other: AgeKey

beforeEach(async () => {
  stage = await aStage()
  one = await anAgeKey()
  other = await anAgeKey('ssh-ed25519')
  await writeFiles(stage.site, { a: `${canary}\n`, b: 'two\n', 'c/d': 'three\n', 'c/e': 'four\n' })
})

afterEach(() => stage.leave())

const encryptTo = (...keys: AgeKey[]) => keys.map(({ recipient }) => recipient.line).join('\n')

function filesOf(slot: string): FilesArtifact {
  const { artifacts } = jsonIn(stage.store, `backups/${slot}.manifest.json`) as Manifest
  const files = artifacts.find(artifact => artifact.kind === 'files')
  if (files?.kind !== 'files') throw new Error('There is no archive.')
  return files
}

/** Takes a backup an hour after the last one; its archives, in the order in which they are unpacked. */
async function taken(slot: string, inputs: Record<string, string>): Promise<string[]> {
  const { error } = await stage.backup({ databases: '', 'full-every': 'week', ...inputs })
  if (error !== undefined) throw error
  stage.advance(hourMs)
  const files = filesOf(slot)
  return [...(files.chain ?? []), files].map(({ key }) => key.slice('backups/'.length))
}

async function restored(slot: string, secret: string): Promise<Record<string, string>> {
  const target = join(stage.home, `restored-${slot}`)
  const more = { snapshot: slot, databases: 'none', paths: `${stage.site}=${target}`, 'decryption-key': secret }
  const { error } = await stage.restore(more)
  if (error !== undefined) throw error
  const files = await filesIn(target)
  await rm(target, { recursive: true })
  return files
}

/** The commands of the summary, with a file in the place of the bucket and a folder in that of the root. */
async function unpackedByHand(slot: string, { secret }: AgeKey): Promise<Record<string, string>> {
  const folder = join(stage.home, `by-hand-${slot}`)
  await mkdir(folder)
  await writeFile(join(folder, 'key.txt'), secret, { mode: 0o600 })
  const files = filesOf(slot)
  for (const { key } of [...(files.chain ?? []), files])
    await writeFile(join(folder, key.replaceAll('/', '_')), stage.store.bytes(key) ?? '')
  const commands = archiveWords.recovery(files, key => `cat ${key.replaceAll('/', '_')}`)
  expect(commands).toHaveLength(1 + (files.chain?.length ?? 0))
  for (const command of commands) {
    const elsewhere = command.replace(/-C \/$/, '-C root')
    execFileSync('bash', ['-euc', `set -o pipefail; mkdir -p root; ${elsewhere}`], { cwd: folder })
  }
  const found = await filesIn(join(folder, 'root', stage.site))
  await rm(folder, { recursive: true })
  return found
}

it('makes a new base when encryption begins, ends or has other keys, and gives every hour back with the key of its time', async () => {
  const trees = new Map<string, Record<string, string>>()
  const take = async (slot: string, keys: AgeKey[]) => {
    const archives = await taken(slot, { 'encrypt-to': encryptTo(...keys) })
    trees.set(slot, await filesIn(stage.site))
    await writeFiles(stage.site, { [`c/${slot}`]: `${canary} since ${slot}\n` })
    return archives
  }
  expect(await take('Monday-13-00', [])).toEqual(['base/week-0.codebase.tar.gz', 'Monday-13-00.codebase.tar.gz'])
  const own = ['base/week-1.codebase.tar.gz.age', 'Monday-14-00.codebase.tar.gz.age']
  expect(await take('Monday-14-00', [one])).toEqual(own)
  expect(await take('Monday-15-00', [one])).toEqual([own[0], 'Monday-15-00.codebase.tar.gz.age'])
  const both = await take('Monday-16-00', [one, other])
  expect(both).toEqual([expect.stringMatching(/^base\/.*\.age$/), 'Monday-16-00.codebase.tar.gz.age'])
  expect(both[0]).not.toBe(own[0])
  // In another order they are the same.
  expect((await take('Monday-17-00', [other, one]))[0]).toBe(both[0])
  const plain = await take('Monday-18-00', [])
  expect(plain).toEqual([expect.stringMatching(/^base\/.*\.tar\.gz$/), 'Monday-18-00.codebase.tar.gz'])

  const keyOf: Record<string, AgeKey[]> = {
    'Monday-13-00': [],
    'Monday-14-00': [one],
    'Monday-15-00': [one],
    'Monday-16-00': [one, other],
    'Monday-17-00': [other],
    'Monday-18-00': [],
  }
  for (const [slot, keys] of Object.entries(keyOf)) {
    for (const { secret } of keys.length === 0 ? [{ secret: '' }] : keys)
      expect([slot, await restored(slot, secret)]).toEqual([slot, trees.get(slot)])
    for (const key of keys) expect([slot, await unpackedByHand(slot, key)]).toEqual([slot, trees.get(slot)])
  }
  const open = await stage.verify({ snapshot: 'all', 'decryption-key': one.secret })
  expect([open.error, open.warnings]).toEqual([undefined, []])
  const closed = await stage.verify({ snapshot: 'all' })
  expect(closed.error).toBeUndefined()
  expect(closed.warnings).toEqual(
    ['14', '15', '16', '17'].map(() => expect.stringMatching(/is encrypted.*Nobody looked at what is in it/)),
  )
  const strange = await stage.verify({ snapshot: 'all', 'decryption-key': other.secret })
  const log = strange.log.join('\n')
  expect(log).toMatch(/Monday-15-00" is encrypted, and is not opened by any key in "decryption-key"/)
  expect(log).toMatch(/Monday-17-00: proven/)
  expect(log).toMatch(/Monday-18-00: proven/)
}, 60_000)

it('finds damage in any object of an encrypted chain, with the key and without, and restores nothing of it', async () => {
  const inputs = { 'encrypt-to': encryptTo(one) }
  await taken('Monday-13-00', inputs)
  await writeFiles(stage.site, { b: 'changed\n' })
  const archives = await taken('Monday-14-00', inputs)
  for (const archive of archives) {
    const key = `backups/${archive}`
    const bytes = stage.store.bytes(key) ?? Buffer.alloc(0)
    const flip = () => bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20)
    flip()
    for (const secret of ['', one.secret]) {
      const { log, error } = await stage.verify({ snapshot: 'Monday-14-00', 'decryption-key': secret })
      expect(error).toBeDefined()
      expect(log.join('\n')).toContain(`"${key}" has another sha256`)
    }
    await expect(restored('Monday-14-00', one.secret)).rejects.toThrow()
    expect(stage.jobs()).not.toContain('swap')
    flip()
  }
  await expect(restored('Monday-14-00', other.secret)).rejects.toThrow(/not opened by any key/)
  expect(stage.jobs()).not.toContain('open-extract')
  expect(await restored('Monday-14-00', one.secret)).toMatchObject({ b: 'changed\n' })
})

it('shows nothing of rows and files, nor their digests, in an object, a log, a state or the cache', async () => {
  const shop = [aTable('words'), someRows('words', canary)]
  await stage.databases.put('shop', shop)
  const { privateKey } = makeKeyPair()
  const cached: string[] = []
  stage.cache = { load: async () => undefined, save: async text => void cached.push(text) }
  const inputs = { databases: 'shop', 'signing-key': privateKey, 'full-every': 'week' }
  const plain = await stage.backup(inputs)
  const digests = (jsonIn(stage.store, 'backups/Monday-13-00.manifest.json') as Manifest).artifacts.flatMap(each => [
    each.content.sha256,
    ...(each.kind === 'database' ? each.content.tables.map(({ sha256 }) => sha256) : []),
  ])
  expect(digests.length).toBeGreaterThan(2)
  for (const key of stage.store.keys()) await stage.store.remove(key)

  const runs = [plain]
  const seen: string[] = []
  const step = async (run: Promise<Ended>) => {
    runs.push(await run)
    seen.push(JSON.stringify(stage.states()))
  }
  const encrypted = { ...inputs, 'encrypt-to': encryptTo(one) }
  await step(stage.backup(encrypted))
  await step(stage.backupPost(encrypted))
  stage.advance(hourMs)
  await stage.databases.put('shop', [...shop, someRows('words', 'another row')])
  await step(stage.backup(encrypted))
  await step(stage.restore({ 'decryption-key': one.secret, snapshot: 'Monday-13-00' }))
  await step(stage.restorePost({ 'decryption-key': one.secret }))
  await step(stage.verify({ 'decryption-key': one.secret, snapshot: 'all' }))
  expect(await stage.databases.objects('shop')).toEqual([...shop].sort())
  expect(runs.map(({ error }) => error)).toEqual(runs.map(() => undefined))

  const file = createHash('sha256').update(`${canary}\n`).digest('hex')
  const words = [canary, 'another row', file, ...digests, one.secret.trim(), privateKey.split('\n')[2] ?? '']
  seen.push(...cached, ...runs.flatMap(({ log, warnings }) => [...log, ...warnings]))
  const keys = stage.store.keys()
  expect(keys.filter(key => /before-restore.*\.sql\.gz\.age$/.test(key))).toHaveLength(1)
  const everything = Buffer.concat([
    ...keys.map(key => stage.store.bytes(key) ?? Buffer.alloc(0)),
    Buffer.from(seen.join('\n')),
  ])
  expect(words.filter(word => everything.includes(word))).toEqual([])
})
