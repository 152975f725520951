import { FailureError } from '../../../../../src/runtime/errors'
import { parseTrees } from '../../../../../src/sources/files/restore/count-trees'

const tree = (number: number, counts: Readonly<Record<string, string>>) =>
  Object.entries(counts)
    .map(([kind, count]) => `tree\t${number}\t${kind}\t${count}\n`)
    .join('')

describe('parseTrees', () => {
  it('reads the counts of each folder', () => {
    const text =
      tree(1, { f: '0', d: '1', l: '0', bytes: '0' }) + tree(0, { f: '2521', d: '300', l: '2', bytes: '123456' })
    expect(parseTrees(text, 2)).toEqual([
      { files: 2521, directories: 300, links: 2, fileBytes: 123_456 },
      { files: 0, directories: 1, links: 0, fileBytes: 0 },
    ])
  })

  it.each(['', '-', '1e3'])('does not know the bytes where the server says %j', bytes => {
    expect(parseTrees(tree(0, { f: '1', d: '1', l: '0', bytes }), 1)[0]?.fileBytes).toBeUndefined()
  })

  it('takes no bytes at all in files that are there for a server that cannot tell', () => {
    const [tree0] = parseTrees(tree(0, { f: '3', d: '1', l: '0', bytes: '0' }), 1)
    expect(tree0).toEqual({ files: 3, directories: 1, links: 0, fileBytes: undefined })
  })

  it.each([
    ['nothing', '', 1],
    ['fewer folders than were asked for', tree(0, { f: '1', d: '1', l: '0', bytes: '1' }), 2],
    ['no count of files', tree(0, { d: '1', l: '0', bytes: '1' }), 1],
    ['a count that is none', tree(0, { f: '-1', d: '1', l: '0', bytes: '1' }), 1],
    ['a count beyond all numbers', tree(0, { f: '9'.repeat(20), d: '1', l: '0', bytes: '1' }), 1],
  ])('refuses %s', (_, text, folders) => {
    expect(() => parseTrees(text, folders)).toThrow(FailureError)
  })
})
