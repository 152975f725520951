import { createHash } from 'node:crypto'
import { multipartETag } from '../../../src/store/etag'

const md5 = (data: string | Buffer) => createHash('md5').update(data)

describe('multipartETag', () => {
  it('is the md5 of the md5s and the number of parts', () => {
    const parts = ['first', 'second'].map(text => md5(text).digest())
    const whole = md5(Buffer.concat(parts)).digest('hex')
    expect(multipartETag(parts.map(part => part.toString('hex')))).toBe(`${whole}-2`)
  })

  it.each([[[]], [['not-an-md5']], [['5d41402abc4b2a76b9719d911017c592', '"quoted"']]])(
    'knows nothing of %j',
    etags => {
      expect(multipartETag(etags)).toBeUndefined()
    },
  )
})
