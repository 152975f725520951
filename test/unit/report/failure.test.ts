import { describeFailure, failureAnnotation } from '../../../src/report/failure'
import { causesOf, unfoldErrors } from '../../../src/report/unfold-errors'
import { asOne, CancelledError, FailureError, UserError } from '../../../src/runtime/errors'

const context = { safe: 'All is safe.', isCancelled: false, scrub: (text: string) => text }

describe('describeFailure', () => {
  it('takes what an error says for itself', () => {
    const error = new FailureError('The dump failed.', {
      safe: 'The slot is safe.',
      advice: 'Look.',
      detail: ['status 2'],
    })
    expect(describeFailure(error, context)).toEqual({
      kind: 'failure',
      title: 'dump failed',
      what: 'The dump failed.',
      faults: [],
      safe: 'The slot is safe.',
      advice: 'Look.',
      detail: ['The dump failed.', '  status 2'],
    })
  })

  it('fills in what the command says by default', () => {
    const facts = describeFailure(new UserError('Input "x" must be y'), context)
    expect(facts).toMatchObject({ kind: 'user', what: 'Input "x" must be y.', safe: 'All is safe.' })
    expect(facts.advice).toMatch(/^Fix what the message names/)
  })

  it('finds advice and safety in the causes', () => {
    const cause = new UserError('denied', { advice: 'GRANT it.', safe: 'Yes.' })
    expect(describeFailure(new FailureError('The dump failed.', { cause }), context)).toMatchObject({
      advice: 'GRANT it.',
      safe: 'Yes.',
      detail: ['The dump failed.', 'Caused by: denied'],
    })
  })

  it('shows what the system said without a stack, but a fault of the program with one', () => {
    const refused = new FailureError('No connection.', { cause: new Error('connect ECONNREFUSED') })
    expect(describeFailure(refused, context).detail).toEqual([
      'No connection.',
      'Caused by: Error: connect ECONNREFUSED',
    ])
    const fault = new FailureError('No connection.', { cause: new TypeError('x is undefined') })
    expect(describeFailure(fault, context).detail.join('\n')).toMatch(/Caused by: TypeError: x is undefined\n {4}at /)
  })

  it('says of the unexpected that it is, asks to report it, and keeps the stack', () => {
    const facts = describeFailure(new TypeError('x is not a function'), context)
    expect(facts).toMatchObject({
      kind: 'bug',
      title: 'an error in make-a-backup itself: x is not a function',
      what: 'Something unexpected happened: x is not a function.',
    })
    expect(facts.advice).toMatch(/^Please report this/)
    expect(facts.detail[1]).toMatch(/^ {4}at /)
  })

  it('bears what is no error at all', () => {
    expect(describeFailure('text', context)).toMatchObject({
      kind: 'bug',
      what: 'Something unexpected happened: text.',
    })
    expect(describeFailure(undefined, context)).toMatchObject({
      kind: 'bug',
      what: 'Something unexpected happened: undefined.',
    })
    expect(describeFailure(new Error(''), context).what).toBe('Something unexpected happened: Error without a message.')
  })

  it('says that a run was cancelled, whatever the abort threw', () => {
    const abort = new DOMException('This operation was aborted', 'AbortError')
    for (const error of [new CancelledError(), new FailureError('read', { cause: new CancelledError() })]) {
      expect(describeFailure(error, { ...context, isCancelled: true })).toMatchObject({
        kind: 'cancelled',
        what: 'The run was cancelled.',
      })
    }
    expect(describeFailure(abort, { ...context, isCancelled: true }).kind).toBe('cancelled')
  })

  it('does not hide what failed while a run was being cancelled', () => {
    const error = new AggregateError([new CancelledError(), new FailureError('The lock could not be released.')])
    expect(describeFailure(error, { ...context, isCancelled: true }).what).toBe(
      'The run was cancelled. While stopping: The lock could not be released.',
    )
  })

  it('lists every part of an AggregateError with its fix: those made for a person first, no echo of the abort', () => {
    const error = new AggregateError([
      new CancelledError(),
      new Error('socket closed'),
      new AggregateError([new FailureError('The dump failed.', { advice: 'Look.' })]),
    ])
    expect(describeFailure(error, context)).toMatchObject({
      kind: 'failure',
      title: 'dump failed, and 1 more',
      what: '2 things went wrong.',
      faults: [{ what: 'The dump failed.', fix: 'Look.' }, { what: 'socket closed.' }],
      advice: 'Fix each of them, as its line says, then run the workflow again.',
    })
  })

  it('lists what was found at once with the fix of each, and all of it in the log', () => {
    const faults = [
      new UserError('Input "a" must be b, got "c".', { advice: 'Write b.' }),
      new UserError('Database "shopp" does not exist.', { advice: 'Check it.', detail: ['seen: shop'] }),
    ]
    const facts = describeFailure(asOne(faults), context)
    expect(facts).toMatchObject({
      kind: 'user',
      title: 'input "a" must be b, got "c", and 1 more',
      what: '2 things are wrong.',
      faults: [
        { what: 'Input "a" must be b, got "c".', fix: 'Write b.' },
        { what: 'Database "shopp" does not exist.', fix: 'Check it.' },
      ],
      detail: [
        '1. Input "a" must be b, got "c". Write b.',
        '2. Database "shopp" does not exist. Check it.',
        '   seen: shop',
      ],
    })
    expect(failureAnnotation(facts, 'Backup')).toEqual({
      title: 'Backup failed: input "a" must be b, got "c", and 1 more',
      message: [
        '2 things are wrong.',
        '1. Input "a" must be b, got "c". Write b.',
        '2. Database "shopp" does not exist. Check it.',
        'Still safe: All is safe.',
        'What to do: Fix each of them, as its line says, then run the workflow again.',
      ].join('\n'),
    })
  })

  it('keeps secrets out of all of it', () => {
    const error = new FailureError('a KEY', {
      advice: 'b KEY',
      safe: 'c KEY',
      detail: ['d KEY'],
      cause: new Error('e KEY'),
    })
    const facts = describeFailure(error, { ...context, scrub: text => text.replaceAll('KEY', '***') })
    expect(JSON.stringify(facts)).not.toContain('KEY')
  })
})

describe('failureAnnotation', () => {
  it('says what failed, what is safe and what to do', () => {
    const facts = describeFailure(new FailureError('The dump failed.', { advice: 'Look.' }), context)
    expect(failureAnnotation(facts, 'Backup')).toEqual({
      title: 'Backup failed: dump failed',
      message: 'The dump failed.\nStill safe: All is safe.\nWhat to do: Look.',
    })
  })

  it('stays below what GitHub shows however long the parts are', () => {
    const long = 'word\n'.repeat(5_000)
    const facts = describeFailure(new FailureError(long, { advice: long, safe: long }), context)
    const { title, message } = failureAnnotation(facts, 'Backup')
    expect(title.length).toBeLessThan(200)
    expect(message.length).toBeLessThan(3_600)
    expect(message.split('\n')).toHaveLength(3)
    expect(message).toMatch(/…$/)
  })
})

describe('failureAnnotation, of many faults', () => {
  it('has as many as fit, and the log has all', () => {
    const faults = Array.from(
      { length: 90 },
      (_, index) => new UserError(`Input "n${index}" is ${'long '.repeat(20)}.`),
    )
    const facts = describeFailure(asOne(faults), context)
    const { message } = failureAnnotation(facts, 'Backup')
    expect(message.length).toBeLessThan(3_600)
    expect(message).toMatch(/\n… and \d\d more: the log lists them all\.\nStill safe: /)
    expect(facts.detail).toHaveLength(90)
  })
})

describe('unfoldErrors', () => {
  it('tells a failure before the clean-up that failed after it', () => {
    const [first, second] = [new FailureError('first'), new FailureError('clean-up')]
    const suppressed = Object.assign(new Error('both'), {
      name: 'SuppressedError',
      error: second,
      suppressed: first,
    })
    expect(unfoldErrors(suppressed)).toEqual([first, second])
  })

  it('survives errors that hold themselves', () => {
    const error = new AggregateError([])
    error.errors.push(error, new Error('inner'))
    expect(unfoldErrors(error)).toEqual([new Error('inner')])
  })
})

describe('causesOf', () => {
  it('ends at a cause seen before', () => {
    const error = new Error('outer')
    const inner = new Error('inner', { cause: error })
    error.cause = inner
    expect(causesOf(error)).toEqual([error, inner])
  })
})
