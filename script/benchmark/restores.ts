import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { mysqlInputs, s3Inputs, sshInputs } from '../../test/runner/action-run'
import { runAction } from '../../test/runner/emulator'
import { quoted, runFromStore } from './baselines'
import { withBucket } from './bench-bucket'
import type { BenchPlace } from './bench-place'
import { makeNoise, makeText, makeTree } from './data'
import { fillDatabase } from './database'
import type { Measured } from './limits'
import { runOurs } from './ours'
import { type Section, table } from './report-rows'
import { inRounds, ratios, shownSpread, spreadOf } from './rounds'
import { measure } from './usage'

const database = 'bench_restored'
const copy = 'bench_restored_copy'

/**
 * Restores to where nothing is, with the comparison, against `aws s3 cp - | ssh` and the stock tools, one after the
 * other as a person would: files, a database, and both.
 */
export async function benchRestores(place: BenchPlace): Promise<Section[]> {
  const { services, options, folder, say } = place
  const bytes = Math.min(options.databaseBytes, 512 * 2 ** 20)
  say('Making files and a database')
  const [small, large] = [join(folder, 'small'), join(folder, 'large')]
  await makeText(join(small, 'text'), bytes / 4)
  await makeTree(join(small, 'tree'), 1_000)
  await makeNoise(join(large, 'noise'), bytes * 2)
  await makeText(join(large, 'text'), bytes)
  await makeTree(join(large, 'tree'), 5_000)
  await fillDatabase(services.mariadb.sql, database, bytes)
  const cases: RestoreCase[] = [
    { name: 'files', path: large },
    { name: 'a database', database },
    { name: 'a database and a few files', database, path: small },
  ]
  const rows: string[][] = []
  const measured: Measured[] = []
  for (const each of cases) {
    const { theirs, ours, contentBytes } = await compareRestores(place, each)
    const ratio = ratios(ours, theirs)
    const row = [
      `${each.name}, ${(contentBytes / 1e6).toFixed(0)} MB`,
      shownSpread(spreadOf(theirs), 1, ' s'),
      shownSpread(spreadOf(ours), 1, ' s'),
      `× ${shownSpread(ratio, 2)}`,
    ]
    say(`restores: ${row.join(' | ')}`)
    rows.push(row)
    measured.push({ what: `A restore of ${each.name}`, figure: ratio.median, limit: 1.2, unit: ' × of stock tools' })
  }
  await services.mariadb.sql(`DROP DATABASE ${database}; DROP DATABASE IF EXISTS ${copy}`)
  const heading = ['content', '`aws s3 cp - \\| ssh`', 'restore, compared', '']
  return [{ title: 'Restores to where nothing is', lines: table(heading, rows), measured }]
}

interface RestoreCase {
  name: string
  database?: string
  path?: string
}

/** Wall times in seconds, round by round. */
async function compareRestores({ services, options, folder }: BenchPlace, restored: RestoreCase) {
  const target = join(folder, 'target')
  const empty = async () => {
    await services.mariadb.sql(`DROP DATABASE IF EXISTS ${copy}`)
    await rm(target, { recursive: true, force: true })
    await mkdir(target, { recursive: true })
  }
  return withBucket(services.s3, async bucket => {
    const inputs = {
      ...(restored.database === undefined ? {} : { databases: restored.database }),
      ...(restored.path === undefined ? {} : { paths: restored.path, 'mirror-dir': join(folder, 'mirrors/restores') }),
    }
    const { artifacts } = await runOurs(services, options, bucket.name, inputs)
    const client = `--defaults-file=${quoted(services.mysql.clientConfig)}`
    const commands = {
      database: `gunzip | mariadb ${client} ${copy}`,
      codebase: `gunzip | tar -xpf - -C ${quoted(target)}`,
    }
    const theirs = async () => {
      await empty()
      if (restored.database !== undefined) await services.mariadb.sql(`CREATE DATABASE ${copy} CHARACTER SET utf8mb4`)
      const { usage } = await measure(async () => {
        for (const { name, key } of artifacts)
          await runFromStore(services, bucket.name, key, name === 'codebase' ? commands.codebase : commands.database)
      })
      return usage.wallMs / 1000
    }
    const ours = async () => {
      await empty()
      const { usage } = await measure(() =>
        runRestore(services, options, bucket.name, {
          databases: restored.database === undefined ? 'none' : `${restored.database}=${copy}`,
          paths: restored.path === undefined ? 'none' : `${restored.path}=${join(target, 'restored')}`,
        }),
      )
      return usage.wallMs / 1000
    }
    const found = await inRounds(
      options.repeat,
      new Map([
        ['theirs', theirs],
        ['ours', ours],
      ] as const),
    )
    await empty()
    const contentBytes = artifacts.reduce((sum, { content }) => sum + content.bytes, 0)
    return { theirs: found.get('theirs') ?? [], ours: found.get('ours') ?? [], contentBytes }
  })
}

/** Runs the main step of a restore. Throws with its log when it fails. */
export async function runRestore(
  services: BenchPlace['services'],
  { action, nodeOptions }: BenchPlace['options'],
  bucket: string,
  inputs: Readonly<Record<string, string>>,
): Promise<void> {
  const run = await runAction({
    action: join(action, 'restore'),
    inputs: { ...sshInputs(services), ...mysqlInputs(services), ...s3Inputs(services, bucket), ...inputs },
    folder: services.folder,
    post: 'lost',
    ...(nodeOptions === '' ? {} : { env: { NODE_OPTIONS: nodeOptions } }),
  })
  if (run.conclusion !== 'success') throw new Error(`The restore failed.\n${run.main?.log.join('\n') ?? ''}`)
}
