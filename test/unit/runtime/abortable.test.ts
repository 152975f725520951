import { getEventListeners } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { abortable, onAbort } from '../../../src/runtime/abortable'

const cancelled = new Error('Cancelled.')

describe('abortable', () => {
  it('gives what comes of the work', async () => {
    const { signal } = new AbortController()
    expect(await abortable(Promise.resolve(7), signal)).toBe(7)
    await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    expect(await abortable(Promise.resolve(7), undefined)).toBe(7)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('throws the reason when the signal is aborted before or meanwhile', async () => {
    const never = new Promise(() => {})
    await expect(abortable(never, AbortSignal.abort(cancelled))).rejects.toBe(cancelled)
    const abort = new AbortController()
    const waiting = abortable(never, abort.signal)
    abort.abort(cancelled)
    await expect(waiting).rejects.toBe(cancelled)
  })

  it('discards what comes too late, and leaves nothing unhandled that fails too late', async () => {
    const abort = new AbortController()
    const [good, bad] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
    const discarded: string[] = []
    const all = [good, bad].map(({ promise }) => abortable(promise, abort.signal, late => discarded.push(late)))
    abort.abort(cancelled)
    for (const each of all) await expect(each).rejects.toBe(cancelled)
    good.resolve('late')
    bad.reject(new Error('late'))
    await turn()
    expect(discarded).toEqual(['late'])
  })

  it('discards nothing that was in time', async () => {
    const abort = new AbortController()
    const discarded: string[] = []
    expect(await abortable(Promise.resolve('a'), abort.signal, late => discarded.push(late))).toBe('a')
    abort.abort(cancelled)
    await turn()
    expect(discarded).toEqual([])
  })
})

describe('onAbort', () => {
  it('calls once with the reason, at once when the signal was aborted before', () => {
    const seen: unknown[] = []
    onAbort(AbortSignal.abort(cancelled), reason => seen.push(reason))
    expect(seen).toEqual([cancelled])
    const abort = new AbortController()
    onAbort(abort.signal, reason => seen.push(reason))
    expect(seen).toHaveLength(1)
    abort.abort(cancelled)
    expect(seen).toEqual([cancelled, cancelled])
  })

  it('is silent when it is told to forget', () => {
    const abort = new AbortController()
    const seen: unknown[] = []
    onAbort(abort.signal, reason => seen.push(reason))()
    abort.abort(cancelled)
    expect(seen).toEqual([])
  })
})
