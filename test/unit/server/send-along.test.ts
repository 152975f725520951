import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { sendAlong } from '../../../src/server/send-along'
import { UnreadInput } from '../../../src/ssh/link/unread-input'
import { anIntake } from './an-intake'

const send = (chunks: readonly string[], sender: ReturnType<typeof sendAlong>) =>
  pipeline(Readable.from(chunks, { objectMode: false }), sender.stream)

describe('sendAlong', () => {
  it('sends everything, and ends with the job', async () => {
    const taking = anIntake()
    const sender = sendAlong(taking)
    await send(['a', 'b'], sender)
    expect(await sender.outcome).toEqual({ kind: 'sent' })
    expect(taking).toMatchObject({ received: 'ab', isClosed: false })
  })

  it('lets the stream go on when the job fails, and says why that did', async () => {
    const error = new Error('Duplicate entry')
    const taking = anIntake(({ input, fail }) => {
      input.destroy(new UnreadInput())
      setImmediate(() => fail(error))
    })
    const sender = sendAlong(taking)
    await send(['a', 'b', 'c'], sender)
    expect(await sender.outcome).toEqual({ kind: 'failed', error })
  })

  it('takes a job that read only a part for one that failed, even if that calls it a success', async () => {
    const taking = anIntake(({ input, finish }) => {
      input.destroy(new UnreadInput())
      setImmediate(finish)
    })
    const sender = sendAlong(taking)
    await send(['a', 'b', 'c'], sender)
    expect(await sender.outcome).toEqual({ kind: 'failed', error: expect.any(UnreadInput) })
  })

  it('drops what comes after it was stopped, and ends the job', async () => {
    const taking = anIntake()
    const sender = sendAlong(taking)
    const chunks = async function* () {
      yield 'a'
      sender.stop()
      yield 'b'
    }
    await pipeline(chunks, sender.stream)
    expect(await sender.outcome).toEqual({ kind: 'stopped' })
    expect(taking).toMatchObject({ received: 'a', isClosed: true })
  })

  it('ends the job when the stream fails', async () => {
    const taking = anIntake()
    const sender = sendAlong(taking)
    const chunks = async function* () {
      yield 'a'
      throw new Error('The store is gone')
    }
    await expect(pipeline(chunks, sender.stream)).rejects.toThrow('The store is gone')
    expect(await sender.outcome).toEqual({ kind: 'cut' })
    expect(taking.isClosed).toBe(true)
  })
})
