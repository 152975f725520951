import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beginAttempt } from '../../../../src/commands/attempt'
import { backup } from '../../../../src/commands/backup/backup'
import { loadBackupState } from '../../../../src/commands/backup/backup-state'
import { cleanUpBackup } from '../../../../src/commands/backup/clean-up-backup'
import type { BackupAttempt, BackupResult, RecentPoint } from '../../../../src/commands/backup/run-report'
import { recentPoint } from '../../../../src/commands/backup/skip/recent-point'
import { cleanUpRestore } from '../../../../src/commands/restore/clean-up-restore'
import { restore } from '../../../../src/commands/restore/restore'
import type { RestoreAttempt } from '../../../../src/commands/restore/restore-result'
import { loadRestoreState } from '../../../../src/commands/restore/restore-state'
import type { Drill } from '../../../../src/commands/verify/point'
import { verify } from '../../../../src/commands/verify/verify'
import type { VerifyAttempt } from '../../../../src/commands/verify/verify-result'
import { loadBackupInputs } from '../../../../src/inputs/backup'
import { loadRestoreInputs } from '../../../../src/inputs/restore'
import { loadVerifyInputs } from '../../../../src/inputs/verify'
import type { Repository } from '../../../../src/repository/repository'
import { type RepositoryInputs, repositoryIn } from '../../../../src/repository/with-repository'
import type { BaselineCache } from '../../../../src/runtime/github/baseline-cache'
import type { MemoryStore } from '../../../memory/memory-store'
import { toolsWithout } from '../../../servers/tools-without'
import { type Databases, databasesIn } from './databases'
import type { Moments } from './moments'
import { type Ended, type Runner, runner } from './runner'

type Inputs = Readonly<Record<string, string>>

/** A site of two databases and a folder, a store, and the commands themselves between them, all on this machine. */
export interface Stage
  extends Moments,
    Pick<Runner, 'jobs' | 'writes' | 'advance' | 'setAhead' | 'cancel' | 'cut' | 'kill' | 'states'> {
  store: MemoryStore
  databases: Databases
  /** The home folder on the server. */
  home: string
  /** The document root. */
  site: string
  /** What the runner's cache is to a backup. */
  cache: BaselineCache
  /** What a verification restores with. */
  drill: Drill
  backup(inputs?: Inputs): Promise<Ended>
  /** What came of the last one that was taken. */
  result(): BackupResult | undefined
  /** What a backup asks first: the recovery point that makes it skip. */
  recent(inputs?: Inputs): Promise<RecentPoint | undefined>
  /** The post step; what it could not do is its error. */
  backupPost(inputs?: Inputs): Promise<Ended>
  restore(inputs?: Inputs): Promise<Ended>
  restorePost(inputs?: Inputs): Promise<Ended>
  verify(inputs?: Inputs): Promise<Ended>
  /** Puts shell text in the place of a program of the server; by its name the text reaches the real one. */
  program(name: string, text: string): Promise<void>
  /** Ends what still runs, and removes everything. */
  leave(): Promise<void>
}

const bucket: Inputs = {
  ...{ 's3-bucket': 'acme', 's3-region': 'eu-central-1', 's3-prefix': 'backups' },
  ...{ 's3-access-key-id': 'the-key', 's3-secret-access-key': 'the-secret' },
}
const server: Inputs = { 'ssh-host': 'web1.example.com', 'ssh-user': 'deploy', 'ssh-password': 'open sesame' }

async function withInputs<T extends { repository: Repository }>(tools: T, inputs: RepositoryInputs): Promise<T> {
  return { ...tools, repository: await repositoryIn(tools.repository.store, inputs) }
}

export async function aStage(): Promise<Stage> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'stage-')))
  const place = (name: string) => join(root, name)
  const [home, site, bin] = [place('home'), place('www/html'), place('bin')]
  for (const folder of [home, site, bin]) await mkdir(folder, { recursive: true })
  const databases = await databasesIn(place('databases'))
  // No client but the stage's own, or each job would ask the server which of several is the right one.
  const tools = toolsWithout(['mariadb', 'mysql', 'mariadb-dump', 'mysqldump'])
  const path = `${join(__dirname, 'programs')}:${tools}`
  const run = runner({
    HOME: home,
    PATH: `${bin}:${path}`,
    STAGE_PATH: path,
    STAGE_DATABASES: place('databases'),
  })
  const { jobs, writes, advance, setAhead, cancel, cut, kill, states, store, onJob, onStore } = run
  const backupOf: Inputs = { ...bucket, ...server, databases: 'shop\nblog', paths: site }
  const restoreOf: Inputs = { ...bucket, ...server, overwrite: 'true', confirm: server['ssh-host'] ?? '' }
  let result: BackupResult | undefined
  const stage: Stage = {
    ...{ jobs, writes, advance, setAhead, cancel, cut, kill, states, store, onJob, onStore, databases, home, site },
    cache: { load: async () => undefined, save: async () => {} },
    drill: async () => ({
      findings: [],
      restoreSeconds: 12,
      warnings: [],
      shown: { phases: [], checks: [] },
      tables: 1,
      files: 1,
    }),
    result: () => result,
    backup: inputs =>
      run.step({ ...backupOf, ...inputs }, async tools => {
        const attempt: BackupAttempt = beginAttempt(tools.runtime)
        tools.tellsWarnings(() => attempt.warnings)
        const inputs = loadBackupInputs(tools.runtime, {})
        result = await backup(inputs, { ...(await withInputs(tools, inputs)), openCache: () => stage.cache }, attempt)
        if (result.error !== undefined) throw result.error
      }),
    recent: async inputs => {
      let found: RecentPoint | undefined
      const { error } = await run.step({ ...backupOf, ...inputs }, async tools => {
        const loaded = loadBackupInputs(tools.runtime, {})
        found = await recentPoint(loaded, { ...(await withInputs(tools, loaded)), openCache: () => stage.cache })
      })
      if (error !== undefined) throw error
      return found
    },
    backupPost: inputs =>
      run.step({ ...backupOf, ...inputs }, async tools => {
        const state = loadBackupState(tools.runtime)
        if (state === undefined) return
        const inputs = loadBackupInputs(tools.runtime, {})
        const failures = await cleanUpBackup(inputs, state, await withInputs(tools, inputs))
        if (failures.length > 0) throw new Error(failures.join('\n'))
      }),
    restore: inputs =>
      run.step({ ...restoreOf, ...inputs }, async tools => {
        const attempt: RestoreAttempt = beginAttempt(tools.runtime)
        tools.tellsWarnings(() => attempt.warnings)
        const loaded = loadRestoreInputs(tools.runtime, {})
        await restore(loaded, await withInputs(tools, loaded), attempt)
      }),
    restorePost: inputs =>
      run.step({ ...restoreOf, ...inputs }, async tools => {
        const state = loadRestoreState(tools.runtime)
        if (state === undefined) return
        const loaded = loadRestoreInputs(tools.runtime, {})
        const { incomplete, failures } = await cleanUpRestore(loaded, state, await withInputs(tools, loaded))
        const left = [...incomplete, ...failures]
        if (left.length > 0) throw new Error(left.join('\n'))
      }),
    verify: inputs =>
      run.step({ ...bucket, ...inputs }, async tools => {
        const attempt: VerifyAttempt = beginAttempt(tools.runtime)
        tools.tellsWarnings(() => attempt.warnings)
        const loaded = loadVerifyInputs(tools.runtime, {})
        await verify(
          loaded,
          { ...(await withInputs(tools, loaded)), drill: stage.drill, wait: async () => {} },
          attempt,
        )
      }),
    program: (name, text) => writeFile(join(bin, name), `#!/bin/sh\nPATH=$STAGE_PATH\n${text}\n`, { mode: 0o755 }),
    leave: async () => {
      await run.end()
      await rm(root, { recursive: true, force: true })
    },
  }
  return stage
}

/** Writes files below a folder, by their names. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** The files below a folder, by their names. */
export async function filesIn(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const texts = paths.map(async path => [path.slice(folder.length + 1), await readFile(path, 'utf8')])
  return Object.fromEntries(await Promise.all(texts))
}
