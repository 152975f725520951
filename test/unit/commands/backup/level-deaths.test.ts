import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '../../../../src/repository/manifest/manifest'
import type { Moment, StoreOperation } from '../../../memory/memory-faults'
import { jsonIn, openUploads } from '../stage/bucket'
import type { Ended } from '../stage/runner'
import { aStage, filesIn, type Stage, writeFiles } from '../stage/stage'

/** Every so many deaths; each one with `npm run deaths`. */
const step = Number(process.env['MAKE_A_BACKUP_DEATHS'] ?? '61')

const inputs = { databases: '', 'full-every': 'week' }
const hourMs = 3_600_000

/** What changes anything on the server, and what it is made from. */
const programs = ['rsync', 'tar', 'cp', 'mv', 'rm', 'mkdir', 'awk', 'sha256sum', 'find', 'tr']

let stage: Stage
/** What each slot has, as far as it was stored whole. */
const trees = new Map<string, Record<string, string>>()
let changes = 0

beforeAll(async () => {
  stage = await aStage()
  const names = Array.from({ length: 12 }, (_, at) => [`a/${at}`, `${at}${'.'.repeat(600)}`])
  await writeFiles(stage.site, Object.fromEntries(names))
  // Each call is a step: at the one whose number is in a file its whole process group gets a signal.
  const dying = `steps=$HOME/steps death=$HOME/death
printf x >>"$steps"
if [ -s "$death" ]; then
  read -r at signal <"$death"
  if [ "$(wc -c <"$steps")" -ge "$at" ]; then
    : >"$death"
    kill "-$signal" 0
  fi
fi`
  for (const name of programs) await stage.program(name, `${dying}\nexec ${name} "$@"`)
})

afterAll(() => stage?.leave())

/** How a run ends before its time. Returns once that is prepared. */
interface Death {
  name: string
  arm(): Promise<void> | void
}

type End = 'kill' | 'cancel'

async function bring(end: End): Promise<void> {
  if (end === 'kill') await stage.kill()
  stage.cancel()
}

/** At the n-th such operation on such a key. */
function atOperation(operation: StoreOperation, key: RegExp, count: number, moment: Moment, end: End): void {
  stage.onStore(
    operation,
    key,
    () => (count === 0 ? bring(end) : atOperation(operation, key, count - 1, moment, end)),
    moment,
  )
}

const keys = [/\/base\//, /00\.codebase/, /manifest\.json$/, /README/]

/** Around everything that a run did to the store. */
function storeDeaths(writes: readonly string[]): Death[] {
  const seen = new Map<string, number>()
  return writes.flatMap(write => {
    const [operation = '', key = ''] = write.split(' ')
    const pattern = keys.find(each => each.test(`/${key}`)) ?? /never/
    const count = seen.get(`${operation} ${pattern}`) ?? 0
    seen.set(`${operation} ${pattern}`, count + 1)
    return (['before', 'after'] as const).flatMap(moment =>
      (['kill', 'cancel'] as const).map(end => ({
        name: `${end} ${moment} ${operation} ${key}`,
        arm: () => atOperation(operation as StoreOperation, pattern, count, moment, end),
      })),
    )
  })
}

/** Before each job on the server. */
function jobDeaths(jobs: readonly string[]): Death[] {
  const seen = new Map<string, number>()
  return jobs.flatMap(job => {
    const skip = seen.get(job) ?? 0
    seen.set(job, skip + 1)
    const end = (name: string, action: () => unknown) => ({
      name: `${name} at the job ${job} ${skip}`,
      arm: () => stage.onJob(job, () => void action(), { skip }),
    })
    return [end('kill', () => stage.kill()), end('cancel', () => stage.cancel()), end('cut', () => stage.cut())]
  })
}

/** Before each program that a job calls. */
function programDeaths(steps: number): Death[] {
  return Array.from({ length: steps }, (_, index) =>
    ['KILL', 'TERM'].map(signal => ({
      name: `${signal} at the step ${index + 1} of ${steps} on the server`,
      arm: async () => {
        await writeFile(join(stage.home, 'steps'), '')
        await writeFile(join(stage.home, 'death'), `${index + 1} ${signal}\n`)
      },
    })),
  ).flat()
}

/** A run that is well, and all that can be met on its way. */
async function observed(): Promise<Death[]> {
  await writeFile(join(stage.home, 'steps'), '')
  await good()
  const [writes, jobs] = [stage.writes(), stage.jobs()]
  const steps = (await readFile(join(stage.home, 'steps'))).length
  return [...storeDeaths(writes), ...jobDeaths(jobs), ...programDeaths(steps)]
}

async function change(): Promise<void> {
  changes++
  await rm(join(stage.site, `new/${changes - 2}`), { force: true })
  // Less than half of it ever changes: else all of it would be sent again.
  await writeFiles(stage.site, { [`a/${changes % 3}`]: `changed ${changes}`, [`new/${changes}`]: 'new' })
}

/** A run that is well. Returns its slot. */
async function good(): Promise<string> {
  const { error, warnings } = await stage.backup(inputs)
  if (error !== undefined) throw error
  expect(warnings.filter(text => /full-every|unfinished/.test(text))).toEqual([])
  const slot = newest().slot
  trees.set(slot, await filesIn(stage.site))
  return slot
}

function newest(): Manifest {
  const all = stage.store.keys().filter(key => key.endsWith('.manifest.json'))
  const [first] = all
    .map(key => jsonIn(stage.store, key) as Manifest)
    .sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1))
  if (first === undefined) throw new Error('There is none.')
  return first
}

function chainOf({ artifacts }: Manifest): string[] {
  return (artifacts[0]?.chain ?? []).map(({ key }) => key)
}

async function restored(slot: string): Promise<Record<string, string>> {
  const target = join(stage.home, `restored-${slot}`)
  const { error } = await stage.restore({ snapshot: slot, databases: 'none', paths: `${stage.site}=${target}` })
  if (error !== undefined) throw error
  const files = await filesIn(target)
  await rm(target, { recursive: true })
  return files
}

/** The next run is right, and all that is stored after it. */
async function expectRight(death: string): Promise<void> {
  stage.advance(hourMs)
  await change()
  const slot = await good()
  expect([death, chainOf(newest()).length > 0]).toEqual([death, true])
  expect([death, await restored(slot)]).toEqual([death, trees.get(slot)])
}

/** What it left may be whole. */
async function die(death: Death, at: number): Promise<Ended> {
  await change()
  await death.arm()
  const before = newest()
  const ended = await stage.backup(inputs)
  await writeFile(join(stage.home, 'death'), '')
  if (at % 2 === 1) await stage.backupPost(inputs)
  const after = newest()
  if (after.state === 'complete' && after.startedAt !== before.startedAt)
    trees.set(after.slot, await filesIn(stage.site))
  return ended
}

/** Runs on two days: in one a base is made, in the other what builds on one. */
async function dieEach(deaths: readonly Death[], advance: () => Promise<void>): Promise<void> {
  let died = 0
  for (const [at, death] of deaths.entries()) {
    if (at % step !== 0) continue
    await advance()
    const { error, isKilled } = await die(death, at)
    if (isKilled || error !== undefined) died++
    await expectRight(death.name)
  }
  expect(died).toBeGreaterThan(0)
}

async function expectAllRight(): Promise<void> {
  stage.advance(hourMs)
  await good()
  expect(await openUploads(stage.store)).toEqual([])
  const { error } = await stage.verify({ snapshot: 'all', level: 'read' })
  expect(error).toBeUndefined()
}

const long = 7_200_000

it(
  'is right after a run that makes a base, and all that was stored before, whatever it dies at',
  async () => {
    await good()
    stage.advance(24 * hourMs)
    await change()
    await dieEach(await observed(), async () => stage.advance(23 * hourMs))
    await expectAllRight()
  },
  long,
)

it(
  'is right after a run on top of a base, and all that was stored before, whatever it dies at',
  async () => {
    await good()
    stage.advance(hourMs)
    await change()
    await dieEach(await observed(), async () => stage.advance(hourMs))
    await expectAllRight()
    const living = [...trees].filter(([slot]) => stage.store.keys().includes(`backups/${slot}.manifest.json`)).slice(-3)
    for (const [slot, tree] of living) expect([slot, await restored(slot)]).toEqual([slot, tree])
  },
  long,
)
