import { beginAttempt } from '../../../../src/commands/attempt'
import { restoreFailure } from '../../../../src/commands/restore/restore-failure'
import type { RestoreFacts } from '../../../../src/commands/restore/restore-result'
import { loadRestoreState } from '../../../../src/commands/restore/restore-state'
import { beginRestore, writeParts } from '../../../../src/commands/restore/write-parts'
import { FailureError } from '../../../../src/runtime/errors'
import type { LookedAt, PlannedPart, RestoreContext } from '../../../../src/sources/restore-part'
import { memoryStore } from '../../../memory/memory-store'
import { type RecordingRuntime, recordingRuntime } from '../../recording-runtime'
import { aRestoredDatabase } from '../../report/a-restore-report'
import { aConnection } from '../../server/a-connection'
import { aManifest, someInputs } from './a-restore'

let runtime: RecordingRuntime
let done: string[]
let failing: string | undefined

beforeEach(() => {
  runtime = recordingRuntime()
  done = []
  failing = undefined
})

/** A part that notes what it does, and undoes its preparation. */
function aPart(name: string): Pick<LookedAt, 'begin'> & Pick<PlannedPart, 'prepare'> {
  const act = (what: string) => {
    if (failing === `${what} ${name}`) throw new FailureError(`Could not ${what} ${name}.`)
    done.push(`${what} ${name}`)
  }
  const state = { phase: 'waiting' }
  return {
    begin: () => ({
      along: (_artifact, read) => read(),
      ...{ state, isSettled: true },
      untouched: () => [`${name} is ${state.phase}.`],
      progress: () => undefined,
    }),
    prepare: (context: RestoreContext) => ({
      name: `Prepare ${name}`,
      run: async () => {
        context.rollback.add({
          undone: `${name} is undone`,
          left: { what: '', commands: [] },
          isQuick: true,
          run: async () => act('undo'),
        })
        act('prepare')
        context.keep(`key of ${name}`)
        return {
          name: `Apply ${name}`,
          run: async () => {
            act('apply')
            state.phase = 'done'
            context.save()
            return [aRestoredDatabase({ noun: name })]
          },
        }
      },
    }),
  }
}

function write() {
  const attempt = beginAttempt<RestoreFacts>(runtime)
  const repository = { store: memoryStore(), prefix: 'p' }
  const connection = aConnection()
  const parts = [aPart('databases'), aPart('folders')]
  const begun = beginRestore({
    ...{ inputs: someInputs(), attempt, identity: { lock: 'l', owner: 'o' } },
    tools: { runtime, repository, connect: async () => connection },
    session: { connection, signal: runtime.signal },
    chosen: { repository, manifest: aManifest() },
    looked: parts,
  })
  const nothing = { items: [], lines: [], findings: [], facts: [], nextSteps: [] }
  const plan = { parts: parts.map(({ prepare }) => ({ ...nothing, prepare })) }
  const work = writeParts(plan, begun, attempt).catch(async error => {
    throw await restoreFailure(error, begun)
  })
  return { work, attempt }
}

describe('writeParts', () => {
  it('prepares what is applied last first, and applies in the order of the sources', async () => {
    const { work, attempt } = write()
    expect((await work).map(({ noun }) => noun)).toEqual(['databases', 'folders'])
    expect(done).toEqual(['prepare folders', 'prepare databases', 'apply databases', 'apply folders'])
    expect(attempt.phases.map(({ name }) => name)).toEqual([
      ...['Prepare folders', 'Prepare databases', 'Apply databases', 'Apply folders'],
    ])
    expect(attempt.facts).toEqual({
      hasBegun: true,
      safetyKeys: ['key of folders', 'key of databases'],
    })
    expect(loadRestoreState(runtime)).toMatchObject({ stage: 'clean', lock: 'l', owner: 'o' })
  })

  it('saves what every part is doing, by the kind of its source', async () => {
    failing = 'apply folders'
    await write().work.catch(() => {})
    expect(loadRestoreState(runtime)?.parts).toEqual({
      database: { phase: 'done' },
      files: { phase: 'waiting' },
    })
  })

  it('undoes what was begun, the last first, and says in what state things are', async () => {
    failing = 'apply databases'
    await expect(write().work).rejects.toMatchObject({
      message: 'Could not apply databases.',
      safe: expect.stringMatching(/^databases is undone\. folders is undone\. folders is waiting\. databases is/),
    })
    expect(done.slice(-2)).toEqual(['undo databases', 'undo folders'])
    expect(loadRestoreState(runtime)?.stage).toBe('clean')
  })

  it('leaves the rest to the post step when something could not be undone', async () => {
    failing = 'prepare databases'
    const { work } = write()
    await expect(work).rejects.toThrow('Could not prepare databases.')
    expect(done).toEqual(['prepare folders', 'undo databases', 'undo folders'])
    failing = 'undo folders'
    runtime.stop(new FailureError('stopped'))
    await expect(write().work).rejects.toMatchObject({
      message: 'Nothing that is in use had been changed yet.',
    })
    expect(loadRestoreState(runtime)?.stage).toBe('working')
  })
})
