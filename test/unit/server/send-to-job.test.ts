import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { intake } from '../../../src/server/intake'
import { startJob } from '../../../src/server/job'
import { sendToJob } from '../../../src/server/send-to-job'
import { UnreadInput } from '../../../src/ssh/link/unread-input'
import { aConnection } from './a-connection'
import { anIntake } from './an-intake'

function sending(...chunks: readonly (string | Error)[]): (input: Writable) => Promise<void> {
  const source = Readable.from(
    (async function* () {
      for (const chunk of chunks) {
        if (chunk instanceof Error) throw chunk
        yield chunk
      }
    })(),
  )
  return input => pipeline(source, input)
}

describe('sendToJob', () => {
  it('ends when everything was sent and the job has done its work', async () => {
    const taking = anIntake()
    await sendToJob(taking, sending('a', 'b'))
    expect(taking).toMatchObject({ received: 'ab', isClosed: false })
  })

  it('throws what the job says at its end', async () => {
    const taking = anIntake()
    taking.fail(new Error('Unknown collation'))
    await expect(sendToJob(taking, sending('a'))).rejects.toThrow('Unknown collation')
  })

  it('throws what the job says when it stops taking data, and not that it stopped', async () => {
    const taking = anIntake(({ input, fail }) => {
      input.destroy(new UnreadInput())
      setImmediate(() => fail(new Error('Duplicate entry')))
    })
    await expect(sendToJob(taking, sending('a', 'b', 'c'))).rejects.toThrow('Duplicate entry')
  })

  it('throws that it stopped when the job calls it a success', async () => {
    const taking = anIntake(({ input, finish }) => {
      input.destroy(new UnreadInput())
      finish()
    })
    await expect(sendToJob(taking, sending('a', 'b', 'c'))).rejects.toThrow(UnreadInput)
  })

  it('ends the job, which would wait for ever, when the source fails, and throws why', async () => {
    const taking = anIntake()
    await expect(sendToJob(taking, sending('a', new Error('The store is gone')))).rejects.toThrow('The store is gone')
    expect(taking.isClosed).toBe(true)
  })

  it.each(['while it sends', 'when all was sent'])('throws the reason of an abort %s', async when => {
    const abort = new AbortController()
    const connection = aConnection()
    const explain = () => new Error('The job failed.')
    const taking = await intake(
      startJob(connection, 'open-import', [], { takesData: true, explain, signal: abort.signal }),
    )
    const sent = sendToJob(taking, async input => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const source = async function* () {
        yield 'a'
        if (when === 'while it sends') await promise
      }
      setTimeout(() => {
        abort.abort(new Error('Cancelled'))
        resolve()
      }, 10)
      await pipeline(source, input)
    })
    await expect(sent).rejects.toThrow('Cancelled')
    expect(connection.processes).toMatchObject([{ isClosed: true }])
  })
})
