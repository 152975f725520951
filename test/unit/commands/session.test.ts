import { setTimeout as wait } from 'node:timers/promises'
import { type CommandTools, lockIdentity, openReadOnlySession, openSession } from '../../../src/commands/session'
import { UserError } from '../../../src/runtime/errors'
import { parseHostKeyPins } from '../../../src/ssh/keys/host-keys'
import { memoryStore } from '../../memory/memory-store'
import { errorOf } from '../error-of'
import { recordingRuntime } from '../recording-runtime'
import { aConnection, type TestProcess } from '../server/a-connection'

type Connect = CommandTools['connect']

const inputs = { ssh: { host: 'web1', port: 22, user: 'deploy', hostKeys: parseHostKeyPins('') } }
const cancelled = new Error('Cancelled.')

function aScene() {
  const runtime = recordingRuntime()
  const connection = aConnection()
  const asked: Parameters<Connect>[1][] = []
  const connect: Connect = async (_target, options) => {
    asked.push(options)
    return connection
  }
  const tools = { runtime, connect }
  const identity = lockIdentity({ store: memoryStore(), prefix: 'shop' }, runtime)
  const process = async (): Promise<TestProcess> => {
    for (;;) {
      const [first] = connection.processes
      if (first !== undefined) return first
      await wait(1)
    }
  }
  const open = async () => {
    const opening = openSession(inputs, identity, tools)
    const lock = await process()
    lock.begins()
    lock.reports('phase locked')
    return { session: await opening, lock }
  }
  return { runtime, connection, asked, tools, identity, process, open }
}

describe('openSession', () => {
  it('keeps the connection and the lock of a cancelled run, which still has things to do there', async () => {
    const { open, runtime, connection, asked } = aScene()
    const { session, lock } = await open()
    runtime.stop(cancelled)
    expect(asked).toMatchObject([{ survivesAbort: true }])
    expect(session.signal.reason).toBe(cancelled)
    expect([connection.isClosed, lock.isClosed]).toEqual([false, false])
    const closing = session.close()
    await wait(5)
    expect(lock.received).toMatch(/\nrelease\n$/)
    lock.reports('done')
    lock.endsOutput()
    lock.exits(0)
    await closing
    expect(connection.isClosed).toBe(true)
  })

  it('does not wait for the lock when the run is cancelled, and closes the connection', async () => {
    const { tools, identity, process, runtime, connection } = aScene()
    const opening = errorOf(openSession(inputs, identity, tools))
    await process()
    runtime.stop(cancelled)
    expect(await opening).toBe(cancelled)
    expect(connection.isClosed).toBe(true)
  })

  it('throws who has the lock, and closes the connection', async () => {
    const { tools, identity, process, connection } = aScene()
    const opening = errorOf(openSession(inputs, identity, tools))
    const lock = await process()
    lock.reports('problem busy acme/shop run 122')
    lock.endsOutput()
    lock.exits(69)
    expect(await opening).toBeInstanceOf(UserError)
    expect(connection.isClosed).toBe(true)
  })

  it('stops the run when the lock is lost, for by then another may hold it', async () => {
    const { open, runtime } = aScene()
    const { session, lock } = await open()
    expect(session.signal.aborted).toBe(false)
    lock.endsOutput()
    lock.exits({ kind: 'lost', reason: 'nothing arrived for 75 s' })
    await wait(5)
    expect(session.signal.reason).toMatchObject({
      message: expect.stringContaining('nothing arrived for 75 s'),
    })
    expect(runtime.signal.aborted).toBe(false)
  })
})

describe('openLooker', () => {
  it('takes no lock, and its connection ends with the run', async () => {
    const { tools, connection, asked } = aScene()
    const session = await openReadOnlySession(inputs, tools)
    expect(connection.processes).toEqual([])
    expect(asked[0]?.survivesAbort).toBeUndefined()
    await session.close()
    expect(connection.isClosed).toBe(true)
  })
})
