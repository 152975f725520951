import { EventEmitter } from 'node:events'
import { CancelledError } from '../../../src/runtime/errors'
import { stopSignal } from '../../../src/runtime/stop-signal'

describe('stopSignal', () => {
  it.each(['SIGINT', 'SIGTERM'])('aborts with a CancelledError on %s', name => {
    const process = new EventEmitter()
    const signal = stopSignal(process)
    expect(signal.aborted).toBe(false)
    process.emit(name)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBeInstanceOf(CancelledError)
  })

  it('goes on listening, so that a second signal does not kill the clean-up', () => {
    const process = new EventEmitter()
    const signal = stopSignal(process)
    process.emit('SIGINT')
    const { reason } = signal
    expect(process.listenerCount('SIGINT')).toBe(1)
    expect(process.listenerCount('SIGTERM')).toBe(1)
    process.emit('SIGTERM')
    expect(signal.reason).toBe(reason)
  })
})
