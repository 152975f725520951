import { loadRestoreState, type RestoreState, saveRestoreState } from '../../../../src/commands/restore/restore-state'
import { recordingRuntime } from '../../recording-runtime'

const state: RestoreState = {
  ...{ stage: 'working', lock: 'lock', owner: 'acme/shop 123' },
  parts: {
    files: { staging: ['/var/www/.html.restoring-1'], swaps: [{ place: "/o'x\ty" }] },
    database: { databases: [], uploads: [{ key: 'k', id: 'u' }] },
  },
}

describe('saveRestoreState', () => {
  it('is read by the post step as it was written last', () => {
    const runtime = recordingRuntime()
    saveRestoreState(runtime, { ...state, stage: 'clean' })
    saveRestoreState(runtime, state)
    expect(loadRestoreState(runtime)).toEqual(state)
  })
})

describe('loadRestoreState', () => {
  it('finds nothing where the main step left nothing behind', () => {
    expect(loadRestoreState(recordingRuntime())).toBeUndefined()
  })

  it('believes nothing that is not a whole state', () => {
    const { owner: _, ...rest } = state
    expect(() => loadRestoreState(recordingRuntime({ states: { restore: JSON.stringify(rest) } }))).toThrow(/owner/)
  })
})
