import { UserError } from '../../../../src/runtime/errors'
import { asFinding } from '../../../../src/sources/drill/drill-finding'
import { StoreError } from '../../../../src/store/store-error'

const { signal } = new AbortController()

describe('asFinding', () => {
  it('passes on what a step of a restore says', () => {
    const error = new UserError('It failed.', { advice: 'Mend it.' })
    const finding = { code: 'import', level: 'error', key: 'k', what: 'It failed.', fix: 'Mend it.' }
    expect(asFinding('import', 'k', error, signal)).toEqual(finding)
  })

  it.each(['PreconditionFailed', 'NoSuchKey'])('is `changed` when the object was replaced: %s', code => {
    const error = new StoreError('It is another one.', { code, status: 412 })
    const finding = { code: 'changed', level: 'error', key: 'k', what: 'It is another one.' }
    expect(asFinding('unpack', 'k', error, signal)).toEqual(finding)
  })

  it('throws what tells nothing of the recovery point', () => {
    const silent = new StoreError('No answer.', { code: 'InternalError', status: 500 })
    expect(() => asFinding('import', 'k', silent, signal)).toThrow(silent)
    const mistake = new TypeError('x is undefined')
    expect(() => asFinding('import', 'k', mistake, signal)).toThrow(mistake)
    const reason = new Error('cancelled')
    const replaced = new StoreError('x', { code: 'NoSuchKey' })
    expect(() => asFinding('import', 'k', replaced, AbortSignal.abort(reason))).toThrow(reason)
  })
})
