import { FailureError } from '../../../../../src/runtime/errors'
import { parseTrees } from '../../../../../src/sources/files/restore/count-trees'

const kinds = ['f', 'd', 'l', 'p', 'b', 'c', 's']

/** The lines of a folder: the numbers of some kinds, those of all others are `rest`. */
const tree = (number: number, numbers: Readonly<Record<string, string>>, rest = '0\t0\t0\t0\t0\t0\t0\t0') =>
  kinds.map(kind => `tree\t${number}\t${kind}\t${numbers[kind] ?? rest}\n`).join('')

describe('parseTrees', () => {
  it('reads what is in each folder, in whatever order', () => {
    const text = `${tree(1, {})}${tree(0, { f: '3\t2\t10\t840\t66\t12\t1\t0' })}tree\t1\tcapabilities\tyes\n`
    const [first, second] = parseTrees(text, 2)
    expect(first?.names).toEqual({ f: 3, d: 0, l: 0, p: 0, b: 0, c: 0, s: 0 })
    expect(first?.kinds?.f).toEqual({
      ...{ names: 3, count: 2, bytes: 10, modes: 840, uids: 66, gids: 12, sticky: 1, setIds: 0 },
    })
    expect(first).toMatchObject({ hasSetIds: false, hasCapabilities: false })
    expect(second).toMatchObject({ names: { f: 0 }, hasCapabilities: true })
  })

  it('knows only names where the server cannot tell more', () => {
    const [found] = parseTrees(`${tree(0, { f: '3' }, '1')}tree\t0\tset-ids\tyes\n`, 1)
    expect(found).toMatchObject({ names: { f: 3, d: 1 }, kinds: undefined, hasSetIds: true })
  })

  it.each([
    ['nothing', '', 1],
    ['fewer folders than were asked for', tree(0, {}), 2],
    ['no count of files', tree(0, {}).replace(/.*\tf\t.*\n/, ''), 1],
    ['a count that is none', tree(0, { f: '-1' }), 1],
    ['fewer numbers than there are', tree(0, { f: '1\t1\t1' }), 1],
    ['a count beyond all numbers', tree(0, { f: '9'.repeat(20) }), 1],
  ])('refuses %s', (_, text, folders) => {
    expect(() => parseTrees(text, folders)).toThrow(FailureError)
  })
})
