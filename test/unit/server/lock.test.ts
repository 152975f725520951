import { setImmediate as turn } from 'node:timers/promises'
import { type ServerLock, takeLock } from '../../../src/server/lock'
import { errorOf } from '../error-of'
import { aConnection, type TestProcess } from './a-connection'

const request = { lock: 'a', owner: 'this run', waitSeconds: 20 }

async function taking(): Promise<{ taken: Promise<ServerLock>; process: TestProcess }> {
  const connection = aConnection()
  const taken = takeLock(connection, request)
  taken.catch(() => {})
  await turn()
  const [process] = connection.processes
  if (process === undefined) throw new Error('Nothing was started.')
  return { taken, process }
}

async function held(): Promise<{ lock: ServerLock; process: TestProcess }> {
  const { taken, process } = await taking()
  process.begins()
  process.reports('phase locked')
  return { lock: await taken, process }
}

describe('takeLock', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
  })
  afterEach(() => {
    jest.useRealTimers()
  })

  it('fails when the server is done and never said that it has the lock', async () => {
    const { taken, process } = await taking()
    process.reports('phase something-else')
    process.succeeds()
    expect(await errorOf(taken)).toHaveProperty('message', 'The server did not take the lock, and reported success.')
  })

  it('fails when the server says neither yes nor no', async () => {
    const { taken, process } = await taking()
    process.reports('begin')
    await turn()
    jest.advanceTimersByTime(139_000)
    await turn()
    expect(process.isClosed).toBe(false)
    jest.advanceTimersByTime(1_000)
    expect(await errorOf(taken)).toHaveProperty(
      'message',
      'The server did not finish the taking of the lock within 140 seconds.',
    )
  })

  it('is held for as long as the run takes', async () => {
    const { lock, process } = await held()
    jest.advanceTimersByTime(48 * 3_600_000)
    await turn()
    expect(process.isClosed).toBe(false)
    process.succeeds()
    await expect(lock.lost).rejects.toThrow('The server let go of the lock before the run was over.')
  })

  it('is released, and not lost then', async () => {
    const { lock, process } = await held()
    const released = lock.release()
    expect(process.received).toMatch(/\nrelease\n$/)
    process.succeeds()
    await released
    expect(await Promise.race([lock.lost, turn('held')])).toBe('held')
    expect(jest.getTimerCount()).toBe(0)
  })

  it('does not wait for a server that does not hear of the release', async () => {
    const { lock, process } = await held()
    const released = lock.release()
    jest.advanceTimersByTime(30_000)
    await released
    expect(process.isClosed).toBe(true)
  })
})
