import { recordingRuntime } from '../../recording-runtime'

describe('createLog', () => {
  it('prints each line of a text by itself, scrubbed and defused', () => {
    const runtime = recordingRuntime()
    runtime.mask('hunter22')
    runtime.log.info('password hunter22\n::error::no\rmore')
    expect(runtime.lines).toEqual([
      { kind: 'info', text: 'password ***' },
      { kind: 'info', text: ': :error::no\\rmore' },
    ])
  })

  it('scrubs a secret before its characters are made visible', () => {
    const runtime = recordingRuntime()
    runtime.mask('tab\u200bbed')
    runtime.log.info('it is tab\u200bbed')
    expect(runtime.lines).toEqual([{ kind: 'info', text: 'it is ***' }])
  })

  it('scrubs a secret of several lines as one', () => {
    const runtime = recordingRuntime()
    runtime.mask('one\ntwo')
    runtime.log.debug('a one\ntwo b')
    expect(runtime.lines).toEqual([{ kind: 'debug', text: 'a *** b' }])
  })

  it('keeps an annotation of several lines together, with its title on one line', () => {
    const runtime = recordingRuntime()
    runtime.log.error('a\n##[error]b', 'ti\ntle')
    runtime.log.warning('w')
    expect(runtime.lines).toEqual([
      { kind: 'error', text: 'a\n# #[error]b', title: 'ti\\ntle' },
      { kind: 'warning', text: 'w' },
    ])
  })

  it('folds a group and tells below it how long it took', async () => {
    const runtime = recordingRuntime()
    const result = await runtime.log.group('Connect', async () => {
      runtime.log.info('inside')
      runtime.advance(1_200)
      return 7
    })
    expect(result).toBe(7)
    expect(runtime.lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'group Connect',
      'info inside',
      'endgroup ',
      'info Connect: took 1.2 s',
    ])
  })

  it('closes the group of work that fails, and passes the failure on', async () => {
    const runtime = recordingRuntime()
    const work = runtime.log.group('Connect', async () => {
      runtime.advance(2_000)
      throw new Error('refused')
    })
    await expect(work).rejects.toThrow('refused')
    expect(runtime.lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'group Connect',
      'endgroup ',
      'info Connect: failed after 2 s',
    ])
  })

  it('prints a group within a group as a heading', async () => {
    const runtime = recordingRuntime()
    await runtime.log.group('outer', () => runtime.log.group('inner', async () => {}))
    expect(runtime.lines.map(({ kind }) => kind)).toEqual(['group', 'info', 'endgroup'])
  })
})
