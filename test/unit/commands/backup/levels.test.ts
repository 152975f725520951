import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FilesArtifact, Manifest } from '../../../../src/repository/manifest/manifest'
import { jsonIn } from '../stage/bucket'
import { aStage, filesIn, type Stage, writeFiles } from '../stage/stage'
import { putBytes } from '../stored-point'

let stage: Stage

beforeEach(async () => {
  stage = await aStage()
  await writeFiles(stage.site, Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`a/${at}`, noise(at)])))
})

afterEach(() => stage.leave())

const inputs = { databases: '', 'full-every': 'week' }
const hourMs = 3_600_000

/** What does not become smaller. */
function noise(seed: number): string {
  let text = ''
  for (let at = 0, state = seed + 1; at < 300; at++) {
    state = (state * 16_807) % 2_147_483_647
    text += state.toString(36)
  }
  return text
}

function manifests(): Manifest[] {
  return stage.store
    .keys()
    .filter(key => key.endsWith('.manifest.json'))
    .map(key => jsonIn(stage.store, key) as Manifest)
}

function filesOf({ artifacts }: Manifest): FilesArtifact {
  const [files] = artifacts
  if (files?.kind !== 'files') throw new Error('There is no archive.')
  return files
}

/** The archives of a slot without their folder, in the order in which they are unpacked. */
function archivesOf(slot: string): string[] {
  const files = filesOf(jsonIn(stage.store, `backups/${slot}.manifest.json`) as Manifest)
  return [...(files.chain ?? []), files].map(({ key }) => key.slice('backups/'.length))
}

async function taken(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const ended = await stage.backup({ ...inputs, ...more })
  if (ended.error !== undefined) throw ended.error
  const ring = manifests().filter(({ slot }) => !slot.startsWith('daily/'))
  const newest = ring.sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1))[0]
  return newest?.slot ?? ''
}

async function change(files: Readonly<Record<string, string>>, gone: readonly string[] = []): Promise<void> {
  await writeFiles(stage.site, files)
  for (const name of gone) await rm(join(stage.site, name), { recursive: true })
}

/** The files of a slot, restored by the action. */
async function restored(slot: string): Promise<Record<string, string>> {
  const target = join(stage.home, `restored-${slot}`)
  const { error } = await stage.restore({ snapshot: slot, databases: 'none', paths: `${stage.site}=${target}` })
  if (error !== undefined) throw error
  const files = await filesIn(target)
  await rm(target, { recursive: true })
  return files
}

it('stores a whole archive a week, what changed since it once a day, and else what changed in the day', async () => {
  const trees = new Map<string, Record<string, string>>()
  const take = async (more = {}) => {
    const slot = await taken(more)
    trees.set(slot, await filesIn(stage.site))
    return archivesOf(slot)
  }
  expect(await take()).toEqual(['base/week-0.codebase.tar.gz', 'Monday-13-00.codebase.tar.gz'])
  stage.advance(hourMs)
  await change({ 'a/1': 'changed', 'b/1': 'new' }, ['a/2'])
  expect(await take()).toEqual(['base/week-0.codebase.tar.gz', 'Monday-14-00.codebase.tar.gz'])
  stage.advance(23 * hourMs)
  await change({ 'a/3': 'changed' }, ['b'])
  const day = ['base/week-0.codebase.tar.gz', 'base/day-00.codebase.tar.gz']
  expect(await take()).toEqual([...day, 'Tuesday-13-00.codebase.tar.gz'])
  // Of both passes over the mirror.
  expect(stage.result()).toMatchObject({ edited: { added: 0, changed: 1, removed: 1 } })
  stage.advance(hourMs)
  await change({ 'b/2': 'another' }, ['a/4'])
  expect(await take({ 'keep-daily': '2' })).toEqual([...day, 'Tuesday-14-00.codebase.tar.gz'])
  const [base, , , hour] = ['base/week-0', 'base/day-00', 'Tuesday-13-00', 'Tuesday-14-00'].map(
    name => stage.store.bytes(`backups/${name}.codebase.tar.gz`)?.length ?? 0,
  )
  expect(hour).toBeLessThan((base ?? 0) / 4)
  expect(stage.store.keys()).toEqual(
    expect.arrayContaining(
      ['level-0.', 'level-1.', ''].map(level => `backups/daily/2026-11-24.${level}codebase.tar.gz`),
    ),
  )
  for (const [slot, tree] of trees) expect([slot, await restored(slot)]).toEqual([slot, tree])
  expect(await restored('daily/2026-11-24')).toEqual(trees.get('Tuesday-14-00'))

  stage.advance(6 * 24 * hourMs)
  const compared: string[] = []
  for (const skip of [0, 1]) stage.onJob('open-archive', job => void compared.push(...job.values('compare')), { skip })
  expect(await take()).toEqual(['base/week-1.codebase.tar.gz', 'Monday-14-00.codebase.tar.gz'])
  // Contents are compared once a week, and once in the run that does.
  expect(compared).toEqual(['yes', ''])
  stage.advance(7 * 24 * hourMs)
  expect(await take()).toEqual(['base/week-0.codebase.tar.gz', 'Monday-14-00.codebase.tar.gz'])
  // Its turn came twice while nothing ran.
  const { log, error } = await stage.verify({ snapshot: 'all', level: 'read' })
  expect(error).toBeUndefined()
  expect(log.join('\n')).toMatch(/Tuesday-13-00: stale/)
  expect(log.join('\n')).toMatch(/Monday-14-00: proven/)
})

it('reads what several slots build on once for all of them when all are verified, and says of each what is wrong', async () => {
  for (const hour of [0, 1, 23, 1, 1]) {
    stage.advance(hour * hourMs)
    await change({ 'a/1': `changed ${hour}` })
    await taken()
  }
  const readBy = async () => {
    const before = stage.store.operations.length
    const { log, error } = await stage.verify({ snapshot: 'all', level: 'read' })
    const gets = stage.store.operations.slice(before).filter(each => /^get .*codebase/.test(each))
    return { log: log.join('\n'), error, gets: gets.map(each => each.slice('get backups/'.length)).sort() }
  }
  const own = ['Monday-13-00', 'Monday-14-00', 'Tuesday-13-00', 'Tuesday-14-00', 'Tuesday-15-00']
  const all = ['base/day-00', 'base/week-0', ...own].map(name => `${name}.codebase.tar.gz`).sort()
  const sound = await readBy()
  expect(sound.error).toBeUndefined()
  expect(sound.log.match(/: proven/g)).toHaveLength(5)
  expect(sound.gets).toEqual(all)

  const key = 'backups/base/day-00.codebase.tar.gz'
  const bytes = Buffer.from(stage.store.bytes(key) ?? '')
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 5) ^ 4, bytes.length - 5)
  await putBytes(stage.store, key, bytes, (await stage.store.head(key))?.metadata)
  const damaged = await readBy()
  expect(damaged.log.match(/: proven/g)).toHaveLength(2)
  for (const slot of own.slice(2)) expect(damaged.log).toMatch(new RegExp(`${slot}: failed`))
  expect(damaged.log).toMatch(/"backups\/base\/day-00.codebase.tar.gz" has another sha256/)
  expect(damaged.gets.filter(each => /day-00/.test(each))).toHaveLength(2)
})

it('makes a new base when what it would build on is gone or is of other folders, and none of what is suspect or named', async () => {
  await taken()
  stage.advance(hourMs)
  await rm(join(stage.home, '.make-a-backup/mirror/.make-a-backup/levels'), { recursive: true })
  expect(archivesOf(await taken())).toEqual(['base/week-1.codebase.tar.gz', 'Monday-14-00.codebase.tar.gz'])
  stage.advance(hourMs)
  expect(archivesOf(await taken({ exclude: '*.log' }))).toEqual([
    'base/day-00.codebase.tar.gz',
    'Monday-15-00.codebase.tar.gz',
  ])
  stage.advance(hourMs)
  await taken({ exclude: '*.log', name: 'before-update' })
  expect(archivesOf('manual/before-update')).toEqual(['manual/before-update.codebase.tar.gz'])
  stage.advance(hourMs)
  await stage.store.remove('backups/base/day-00.codebase.tar.gz')
  expect(archivesOf(await taken({ exclude: '*.log' }))[0]).toMatch(/^base\/day-0[01]/)
  stage.advance(hourMs)
  await rm(join(stage.site, 'a'), { recursive: true })
  await change({ one: '1' })
  const { error } = await stage.backup({ ...inputs, exclude: '*.log' })
  expect(error?.message).toMatch(/suspect/)
  const suspect = manifests().find(({ verdict }) => verdict === 'suspect')
  expect(filesOf(suspect as Manifest).chain).toBeUndefined()
})

it('begins on a site of a few bytes, and takes that for no shrinkage', async () => {
  await rm(join(stage.site, 'a'), { recursive: true })
  await change({ one: '1', two: '2' })
  await taken({ 'full-every': 'run' })
  stage.advance(hourMs)
  expect(archivesOf(await taken())).toEqual(['base/week-0.codebase.tar.gz', 'Monday-14-00.codebase.tar.gz'])
})
