import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { s3Inputs, sshInputs } from '../../test/runner/action-run'
import { backupInputs } from '../../test/runner/backup-run'
import { type ActionRun, runAction } from '../../test/runner/emulator'
import { bucketView } from '../../test/servers/bucket-view'
import { command } from '../../test/servers/processes/command'
import { isOnPath, quoted, runFromStore } from './baselines'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import type { Measured } from './limits'
import { type Section, table } from './report-rows'
import { makeRestic, type Restic } from './restic'
import { startTimeLapse, type TimeLapse } from './time-lapse'
import { parseChains } from './week-manifest'
import { makeWeekTree, type WeekTree } from './week-tree'

const hourMs = 3_600_000
const dayHours = 24
const prefix = 'running-backups'

/** A week of hours with `full-every: week` over a tree that people work on, and restic on the same tree and hours. */
export async function benchWeek(place: BenchPlace): Promise<Section[]> {
  const { services, options, folder, say } = place
  const { hours, files, bytes } = options.week
  say(`Making ${files.toLocaleString('en')} files of ${(bytes / 1e6).toFixed(0)} MB`)
  const tree = await makeWeekTree(join(folder, 'site/html'), files, bytes)
  const lapse = await startTimeLapse(services.s3)
  try {
    return await withBucket(services.s3, bucket =>
      withBucket(services.s3, async other => {
        const restic = isOnPath('restic') ? await makeRestic(services, other, folder) : undefined
        const week: Week = { place, tree, lapse, bucket: bucket.name, restic }
        return [await measureWeek(week, hours)]
      }),
    )
  } finally {
    await lapse.stop()
  }
}

interface Week {
  place: BenchPlace
  tree: WeekTree
  lapse: TimeLapse
  bucket: string
  restic: Restic | undefined
}

interface Hour {
  slot: string
  sentBytes: number
  wallMs: number
  resticMs: number
  /** What the tree was, of those that are restored. */
  fingerprint: string | undefined
}

async function measureWeek(week: Week, hours: number): Promise<Section> {
  const { place, tree, restic } = week
  const { say } = place
  const chosen = chooseHours(hours)
  const taken: Hour[] = []
  for (let at = 0; at < hours; at++) {
    if (at > 0) await tree.change()
    taken.push(await runHour(week, at, chosen.has(at)))
    if (at % 12 === 11) say(`week: ${at + 1} of ${hours} hours, ${megabytes(await storedBytes(week))} MB stored`)
  }
  const whole = await wholeBytes(week)
  const stored = await storedBytes(week)
  const resticStored = await restic?.storedBytes()
  const alone: Week = { ...week, restic: undefined }
  // Of the day after, behind its base.
  const next = hours + dayHours + (utcHour(hours) === 23 ? 1 : 0)
  await runHour(alone, next, false)
  const unchanged = await runHour(alone, next + 1, false)
  await compareRestored(
    week,
    taken.filter(({ fingerprint }) => fingerprint !== undefined),
  )
  // The second week has a base beside that of the first one: four runs a day, whose slots replace those of before.
  let most = stored
  for (let at = hours + dayHours + 6; at < 2 * hours + dayHours; at += 6) {
    for (let each = 0; each < 6; each++) await tree.change()
    await runHour(alone, at, false)
    most = Math.max(most, await storedBytes(week))
  }
  const ratio = (bytes: number) => `${megabytes(bytes)} MB, × ${(bytes / whole).toFixed(2)}`
  const sent = taken.slice(1).reduce((sum, hour) => sum + hour.sentBytes, 0)
  const rows = [
    ['one whole archive', ratio(whole), ''],
    [`stored after ${hours} hours`, ratio(stored), resticStored === undefined ? '' : ratio(resticStored)],
    ['stored with two bases, at most', ratio(most), ''],
    ['sent in all hours behind the first', ratio(sent), ''],
    ['sent in an hour without a change', `${(unchanged.sentBytes / 1e3).toFixed(0)} kB`, ''],
    [
      'an hour, median',
      shownSeconds(taken.map(({ wallMs }) => wallMs)),
      restic === undefined ? '' : shownSeconds(taken.map(({ resticMs }) => resticMs)),
    ],
  ]
  for (const row of rows) say(`week: ${row.join(' | ')}`)
  return {
    title: `${hours} hours with full-every: week`,
    lines: [
      ...table(['', 'make-a-backup', 'restic'], rows),
      '',
      `${chosen.size} of the hours were restored, by the action and by stock tools, and were what the tree had been.`,
    ],
    measured: [
      ...(hours < 168
        ? []
        : [
            { what: 'What a week stores', figure: stored / whole, limit: 2.5, unit: ' × a whole archive' },
            { what: 'What is stored with two bases', figure: most / whole, limit: 4, unit: ' × a whole archive' },
          ]),
      { what: 'What an unchanged hour sends', figure: (100 * unchanged.sentBytes) / whole, limit: 1, unit: ' %' },
    ] satisfies Measured[],
  }
}

function utcHour(at: number): number {
  return new Date(Date.now() + at * hourMs).getUTCHours()
}

/** Twelve of them, always the same ones; the first and the last are among them. */
function chooseHours(hours: number): Set<number> {
  const chosen = new Set([0, hours - 1])
  for (let state = 5; chosen.size < Math.min(12, Math.ceil(hours / 3)); ) {
    state = (state * 16_807) % 2_147_483_647
    chosen.add(state % hours)
  }
  return chosen
}

async function runHour(week: Week, at: number, isKept: boolean): Promise<Hour> {
  const { place, tree, lapse, restic } = week
  const { services, folder } = place
  lapse.aheadMs = at * hourMs
  const startedAt = performance.now()
  const run = await runOver(week, '', {
    ...backupInputs(services, week.bucket, { paths: tree.folder, 'mirror-dir': join(folder, 'mirror') }),
    'full-every': 'week',
  })
  const wallMs = performance.now() - startedAt
  const resticAt = performance.now()
  await restic?.backup(tree.folder, new Date(Date.now() + lapse.aheadMs))
  const { slot = '', 'sent-bytes': sent = '' } = run.main?.outputs ?? {}
  return {
    ...{ slot, sentBytes: Number(sent), wallMs, resticMs: performance.now() - resticAt },
    fingerprint: isKept ? await fingerprint(tree.folder) : undefined,
  }
}

async function runOver(
  { place, lapse, bucket }: Week,
  action: '' | 'restore',
  inputs: Readonly<Record<string, string>>,
): Promise<ActionRun> {
  const run = await runAction({
    action: join(place.options.action, action),
    inputs: { ...inputs, ...s3Inputs({ s3: lapse.account }, bucket) },
    folder: place.services.folder,
    clockAheadMs: lapse.aheadMs,
    post: 'lost',
  })
  if (run.conclusion !== 'success') throw new Error(`A run failed.\n${run.main?.log.join('\n') ?? ''}`)
  return run
}

/** Restores them by the action, and by the three commands of docs/recovery-by-hand.md. Throws when one is not what it was. */
async function compareRestored(week: Week, hours: readonly Hour[]): Promise<void> {
  const { place, tree, bucket } = week
  const { services, folder, say } = place
  const target = join(folder, 'restored')
  for (const { slot, fingerprint: expected } of hours) {
    const byHand = join(target, 'by-hand')
    await mkdir(byHand, { recursive: true })
    for (const key of await archivesOf(week, slot))
      await runFromStore(
        services,
        bucket,
        key,
        `gunzip | tar -xpf - --listed-incremental=/dev/null -C ${quoted(byHand)}`,
      )
    const byAction = join(target, 'by-action')
    await runOver(week, 'restore', {
      ...sshInputs(services),
      ...{ snapshot: slot, databases: 'none', paths: `${tree.folder}=${byAction}` },
    })
    for (const [how, place] of [
      ['by hand', `${byHand}${tree.folder}`],
      ['by the action', byAction],
    ] as const) {
      if ((await fingerprint(place)) !== expected)
        throw new Error(`${slot}, restored ${how}, is not what the tree was.`)
    }
    await rm(target, { recursive: true })
    say(`week: ${slot} is what it was`)
  }
}

/** The archives of a slot, in the order in which they are unpacked. */
async function archivesOf({ place, bucket }: Week, slot: string): Promise<string[]> {
  const text = await bucketView(place.services.s3, bucket).text(`${prefix}/${slot}.manifest.json`)
  return parseChains(text)
}

async function wholeBytes({ place, bucket }: Week): Promise<number> {
  const { bytes } = await bucketView(place.services.s3, bucket).head(`${prefix}/base/week-0.codebase.tar.gz`)
  return bytes
}

async function storedBytes({ place, bucket }: Week): Promise<number> {
  const view = bucketView(place.services.s3, bucket)
  const sizes = await Promise.all((await view.keys()).map(async key => (await view.head(key)).bytes))
  return sizes.reduce((sum, bytes) => sum + bytes, 0)
}

/** Names, kinds, modes, owners, times, links and contents of all that is below a folder. */
async function fingerprint(folder: string): Promise<string> {
  const list = "find . -printf '%P\\0%y\\0%m\\0%U:%G\\0%Ts\\0%l\\0%n\\0\\n' | LC_ALL=C sort"
  const contents = 'find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum'
  const digest = await command('bash', ['-c', `cd "$1" && { ${list}; ${contents}; } | sha256sum`, 'bash', folder])
  return digest.trim()
}

function shownSeconds(ms: readonly number[]): string {
  const sorted = ms.toSorted((one, other) => one - other)
  return `${((sorted[Math.floor(sorted.length / 2)] ?? 0) / 1000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
