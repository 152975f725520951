import { constants, PerformanceObserver, type PerformanceObserverEntryList } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { noteFreed } from '../../../src/runtime/garbage'

const MiB = 2 ** 20

/** How many collections of the young generation `work` brings about that V8 would not have begun by itself. */
async function forcedMinorCollections(work: () => void): Promise<number> {
  let count = 0
  const note = (list: PerformanceObserverEntryList) => {
    for (const entry of list.getEntries()) {
      const { kind, flags } = Object.assign({ kind: 0, flags: 0 }, 'detail' in entry ? entry.detail : {})
      const isForced = (flags & constants.NODE_PERFORMANCE_GC_FLAGS_FORCED) !== 0
      if (kind === constants.NODE_PERFORMANCE_GC_MINOR && isForced) count++
    }
  }
  const observer = new PerformanceObserver(note)
  observer.observe({ entryTypes: ['gc'] })
  work()
  // The entries come with a later turn.
  for (let index = 0; index < 10; index++) await turn()
  observer.disconnect()
  return count
}

describe('noteFreed', () => {
  it('has the young generation collected after every 4 MiB', async () => {
    const work = () => {
      for (let index = 0; index < 12; index++) noteFreed(MiB)
    }
    expect(await forcedMinorCollections(work)).toBe(3)
  })

  it('lets small amounts be', async () => {
    noteFreed(4 * MiB)
    expect(await forcedMinorCollections(() => noteFreed(MiB))).toBe(0)
  })
})
