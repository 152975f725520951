import { type FailedRestore, restoreFailure } from '../../../../src/commands/restore/restore-failure'
import type { FailureFacts } from '../../../../src/commands/run-facts'
import { describeFailure } from '../../../../src/report/failure'
import { CancelledError, FailureError, UserError } from '../../../../src/runtime/errors'
import {
  type FoldersState,
  untouchedInWords as untouchedFolders,
} from '../../../../src/sources/files/restore/folder-work'
import {
  type DatabaseState,
  type DatabasesState,
  progressInWords,
  untouchedInWords as untouchedDatabases,
} from '../../../../src/sources/mysql/restore/rollback/database-state'
import { type RollbackStep, rollbackLog } from '../../../../src/sources/rollback-log'
import { type RecordingRuntime, recordingRuntime } from '../../recording-runtime'

interface Case {
  error?: unknown
  steps?: readonly Partial<RollbackStep>[]
  databases?: readonly Partial<DatabaseState>[]
  swaps?: FoldersState['swaps']
  safetyKeys?: readonly string[]
  isCancelled?: boolean
  isBroken?: boolean
}

interface Told extends FailureFacts {
  isSettled: boolean
  reconnects: number
  runtime: RecordingRuntime
}

/** A restore of one database and one folder. */
function someParts({ databases = [], swaps = [], safetyKeys = [] }: Case): FailedRestore['parts'] {
  const state: DatabasesState = {
    databases: databases.map(database => ({
      ...{ target: 'shop', was: 'filled', characterSet: '', collation: '' },
      ...{ safetyKey: null, phase: 'writing', ...database },
    })),
    uploads: [],
    accounts: [],
  }
  const folders: FoldersState = { staging: [], swaps }
  return [
    {
      ...{ state, isSettled: true },
      untouched: () => untouchedDatabases(state, 1, safetyKeys),
      progress: () => progressInWords(state),
    },
    {
      ...{ state: folders, isSettled: swaps.length === 0 },
      untouched: () => untouchedFolders(folders, 1),
      progress: () => undefined,
    },
  ]
}

/** What a person is told of a restore that failed. */
async function tell({ error = new FailureError('The import failed.'), ...given }: Case): Promise<Told> {
  const runtime = recordingRuntime()
  const connection = new AbortController()
  if (given.isBroken) connection.abort(new FailureError('The connection broke.'))
  if (given.isCancelled) runtime.stop(new CancelledError())
  const rollback = rollbackLog()
  for (const [index, step] of (given.steps ?? []).entries()) {
    rollback.add({
      undone: `Step ${index} is undone`,
      left: { what: `Step ${index} is left.`, commands: [`mysql -e '${index}'`, `aws ${index}`] },
      isQuick: true,
      run: async () => {},
      ...step,
    })
  }
  let reconnects = 0
  let isSettled = false
  const reconnect = async () => {
    reconnects++
  }
  const signal = AbortSignal.any([runtime.signal, connection.signal])
  const thrown = await restoreFailure(error, {
    context: { runtime, signal, rollback, reconnect },
    parts: someParts(given),
    markClean: () => {
      isSettled = true
    },
  })
  const facts = describeFailure(thrown, {
    safe: 'unused',
    isCancelled: runtime.signal.aborted,
    scrub: text => text,
  })
  return { ...facts, isSettled, reconnects, runtime }
}

const failing = { run: () => Promise.reject(new Error('no route to host')) }

describe('restoreFailure', () => {
  it('says what failed, what to do, and that nothing was touched when nothing was', async () => {
    const error = new UserError('The disk is full.', { advice: 'Make room.', detail: ['df says so'] })
    const told = await tell({ error })
    expect(told).toMatchObject({ kind: 'user', what: 'The disk is full.', advice: 'Make room.' })
    expect(told.safe).toBe(
      'Every folder in use is as it was. No database was touched. Every recovery point in the bucket is as it was.',
    )
    expect(told.detail.join('\n')).toContain('df says so')
  })

  it('says what was undone, and leaves nothing to the post step then', async () => {
    const told = await tell({
      steps: [{ undone: 'What was unpacked is removed' }, { undone: 'The database "shop" is what it was' }],
      databases: [{}],
      safetyKeys: ['p/before-restore/x.shop.database.sql.gz'],
    })
    expect(told.safe).toBe(
      [
        'The database "shop" is what it was. What was unpacked is removed. Every folder in use is as it was.',
        'Dumps of the databases as they were: p/before-restore/x.shop.database.sql.gz.',
        'Every recovery point in the bucket is as it was.',
      ].join(' '),
    )
    expect(told.isSettled).toBe(true)
    expect(told.kind).toBe('failure')
  })

  it('says what is left, with the commands that put it right, and leaves the rest to the post step', async () => {
    const told = await tell({
      error: new FailureError('The import failed.', { advice: 'Make room.' }),
      steps: [failing],
      databases: [{}],
    })
    expect(told.safe).toMatch(/^Step 0 is left\. /)
    expect(told.advice).toBe("Make room. Restore it on the server: mysql -e '0' && aws 0")
    expect(told.detail.join('\n')).toContain("Step 0 is left.\n    mysql -e '0'\n    aws 0")
    expect(told.isSettled).toBe(false)
  })

  it('has commands for the first of several, and all of them in the log', async () => {
    const told = await tell({ steps: [failing, failing], databases: [{}, { target: 'blog' }] })
    expect(told.advice).toBe(
      "Fix what is incomplete, then run the restore again. Restore it on the server (for the others see the log): mysql -e '1' && aws 1",
    )
    const detail = told.detail.join('\n')
    expect(detail).toContain("mysql -e '0'")
    expect(detail).toContain("mysql -e '1'")
  })

  it('does not claim that no database was touched when one was', async () => {
    expect((await tell({ databases: [{}] })).safe).not.toContain('No database was touched')
  })

  it('names the folders of a swap that was begun, and both of their places', async () => {
    const swaps = [{ unpacked: '/a', place: '/var/www/html', kept: '/var/www/html.before-restore-x' }]
    const told = await tell({ swaps })
    expect(told.safe).toContain(
      'Folders are as they were, unless the connection broke during their swap: /var/www/html (the old one, if it was moved, is /var/www/html.before-restore-x).',
    )
    expect(told.safe).not.toContain('Every folder in use is as it was')
    expect(told.isSettled).toBe(false)
  })

  it('connects again when the connection broke, and only then', async () => {
    expect((await tell({ steps: [{}], isBroken: true })).reconnects).toBe(1)
    expect((await tell({ steps: [{}] })).reconnects).toBe(0)
    expect((await tell({ isBroken: true })).reconnects).toBe(0)
    expect((await tell({ steps: [{}], isCancelled: true })).reconnects).toBe(0)
  })

  it('keeps the stack of a fault of the program in the log', async () => {
    const told = await tell({ error: new TypeError('x is not a function') })
    expect(told.what).toBe('x is not a function.')
    expect(told.detail.join('\n')).toMatch(/restore-failure\.test\.ts/)
  })
})

describe('restoreFailure, of a run that was cancelled', () => {
  afterEach(() => jest.useRealTimers())

  const cancelled = { error: new CancelledError(), isCancelled: true }

  it('says that nothing had been changed', async () => {
    const told = await tell(cancelled)
    expect(told.kind).toBe('cancelled')
    expect(told.what).toMatch(/^The run was cancelled\. .*Nothing that is in use had been changed yet\.$/)
  })

  it('says what it was in the middle of, undoes what is quick, and tells of the rest', async () => {
    const told = await tell({
      ...cancelled,
      steps: [{ undone: 'What was unpacked is removed' }, { isQuick: false }],
      databases: [{}],
    })
    expect(told.what).toMatch(/The import into the database "shop" had begun\.$/)
    expect(told.safe).toMatch(/^What was unpacked is removed\. Step 1 is left\. /)
    expect(told.advice).toMatch(/Restore it on the server: mysql -e '1' && aws 1$/)
    expect(told.isSettled).toBe(false)
  })

  it('says which database had been restored already', async () => {
    const told = await tell({
      ...cancelled,
      databases: [{ phase: 'done' }, { target: 'b', phase: 'waiting' }],
    })
    expect(told.what).toMatch(/The database "shop" had been restored already\.$/)
  })

  it('leaves to the post step what takes too long', async () => {
    jest.useFakeTimers()
    const telling = tell({ ...cancelled, steps: [{ run: () => new Promise(() => {}) }], databases: [{}] })
    await jest.runOnlyPendingTimersAsync()
    const told = await telling
    expect(told.safe).toMatch(/^The post step of this action rolls back what was begun\. /)
    expect(told.isSettled).toBe(false)
  })
})
