import fc from 'fast-check'
import { createMasks, secretForms } from '../../../../src/runtime/github/masks'

describe('secretForms', () => {
  it('has the secret itself and its escaped forms, longest first', () => {
    expect(secretForms('p"a\\s/ü')).toEqual(['p%22a%5Cs%2F%C3%BC', 'cCJhXHMvw7w=', 'p\\"a\\\\s/ü', 'p"a\\s/ü'])
  })

  it('has each line of more than three characters', () => {
    const forms = secretForms('-----BEGIN KEY-----\r\nAAAABBBB\n==\nabc\n  CCCC\n')
    expect(forms).toEqual(expect.arrayContaining(['-----BEGIN KEY-----', 'AAAABBBB', 'CCCC']))
    expect(forms).not.toContain('==')
    expect(forms).not.toContain('abc')
  })

  it('has the trimmed secret too, as inputs are trimmed', () => {
    expect(secretForms(' pass ')).toEqual(expect.arrayContaining([' pass ', 'pass']))
  })

  it('has nothing for an empty or blank secret', () => {
    expect(secretForms('')).toEqual([])
    expect(secretForms(' \n\t')).toEqual([])
  })

  it('bears half a surrogate pair', () => {
    expect(secretForms('ab\ud800cd')).toContain('ab\ud800cd')
  })
})

describe('createMasks', () => {
  it('tells only the forms it did not know', () => {
    const masks = createMasks()
    expect(masks.add('hunter22')).toEqual(['aHVudGVyMjI=', 'hunter22'])
    expect(masks.add('hunter22')).toEqual([])
  })

  it('replaces every occurrence, also at the ends', () => {
    const masks = createMasks()
    masks.add('hunter22')
    expect(masks.scrub('hunter22 a hunter22')).toBe('*** a ***')
  })

  it('makes one of secrets that overlap or touch', () => {
    const masks = createMasks()
    masks.add('abcd')
    masks.add('cdef')
    masks.add('xy12')
    expect(masks.scrub('-abcdef-')).toBe('-***-')
    expect(masks.scrub('-abcdxy12-')).toBe('-***-')
    expect(masks.scrub('abcdxy12')).toBe('***')
  })

  it('replaces a secret of several lines whole and line by line', () => {
    const masks = createMasks()
    masks.add('first line\nsecond line')
    expect(masks.scrub('a first line\nsecond line b')).toBe('a *** b')
    expect(masks.scrub('only second line here')).toBe('only *** here')
  })

  it('leaves text alone before it knows a secret', () => {
    expect(createMasks().scrub('text')).toBe('text')
  })

  it('leaves no form of any secret in any text', () => {
    const secret = fc
      .string({ minLength: 4, maxLength: 12 })
      .filter(text => text.trim().length > 3 && !text.includes('*'))
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.array(fc.string(), { maxLength: 5 }),
        (secrets, between) => {
          const masks = createMasks()
          for (const one of secrets) masks.add(one)
          const forms = secrets.flatMap(secretForms)
          const text = forms.map((form, index) => form + (between[index % (between.length + 1)] ?? '')).join('')
          const scrubbed = masks.scrub(text)
          for (const form of forms) expect(scrubbed).not.toContain(form)
        },
      ),
    )
  })

  it('keeps everything that is no secret', () => {
    const masks = createMasks()
    masks.add('SECRET')
    fc.assert(
      fc.property(fc.array(fc.string().filter(text => !/[SECRT*]/.test(text))), parts => {
        expect(masks.scrub(parts.join('SECRET')).replaceAll('***', '')).toBe(parts.join(''))
      }),
    )
  })
})
