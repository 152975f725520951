import { errorsFirst, problem, publicWarnings, scrubFindings, sentenceOf, warning } from '../../../src/findings/finding'

const rights = problem('s3-rights', 'It may not write.', 'Add this:\n{"Effect":"Allow"}')
const clock = warning('clock', 'The clock is late.')

describe('sentenceOf', () => {
  it('says what it is and what to do on one line', () => {
    expect(sentenceOf(rights)).toBe('It may not write. Add this: {"Effect":"Allow"}')
    expect(sentenceOf(clock)).toBe('The clock is late.')
  })
})

describe('errorsFirst', () => {
  it('leaves the order of each level as it was', () => {
    const second = problem('disk-full', 'It is full.')
    expect(errorsFirst([clock, rights, second])).toEqual([rights, second, clock])
  })
})

describe('publicWarnings', () => {
  it('has a code and a message, and nothing else', () => {
    expect(publicWarnings([clock, { ...rights, key: 'a.sql.gz' }])).toEqual([
      { code: 'clock', message: 'The clock is late.' },
      { code: 's3-rights', message: 'It may not write. Add this: {"Effect":"Allow"}' },
    ])
  })
})

describe('scrubFindings', () => {
  it('lets no secret through, and leaves code, level and key as they are', () => {
    const found = [{ ...problem('a', 'a s3cret', 'b s3cret'), key: 'k' }, clock]
    expect(scrubFindings(found, text => text.replaceAll('s3cret', '***'))).toEqual([
      { code: 'a', level: 'error', what: 'a ***', fix: 'b ***', key: 'k' },
      clock,
    ])
  })
})
