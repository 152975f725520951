import { compareArchive } from '../../../../../src/sources/files/check/compare-archive'

const archive = { bytes: 1, sha256: '', files: 3, directories: 2, links: 1, specials: 2 }
const counts = (f: number, d: number, l: number) => new Map(Object.entries({ f, d, l, p: 1, b: 0, c: 1 }))

describe('compareArchive', () => {
  it('accepts the counts of the mirror', () => {
    expect(() => compareArchive(archive, counts(3, 2, 1), { allowEmpty: false })).not.toThrow()
  })

  it('names every kind that differs', () => {
    expect(() => compareArchive(archive, counts(4, 2, 0), { allowEmpty: false })).toThrow(
      'The archive does not hold what the mirror on the server holds: 3 of 4 files, 1 of 0 links.',
    )
  })

  it('does not take silence for agreement', () => {
    expect(() => compareArchive(archive, new Map([['f', 3]]), { allowEmpty: false })).toThrow(
      'the server did not report how many directories there are, the server did not report how many links there are, the server did not report how many fifos and devices there are',
    )
  })

  it('refuses an archive without a file, unless that is allowed', () => {
    const empty = { ...archive, files: 0, links: 0 }
    expect(() => compareArchive(empty, counts(0, 2, 0), { allowEmpty: false })).toThrow('but no files')
    expect(() => compareArchive(empty, counts(0, 2, 0), { allowEmpty: true })).not.toThrow()
  })
})
