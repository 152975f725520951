import { copyProgress } from '../../../../../src/sources/files/mirror/copy-progress'
import { editsOf, editsReader } from '../../../../../src/sources/files/mirror/edits-reader'

describe('editsReader', () => {
  it('knows how many files changed, and the folders with the most changes', () => {
    const edits = editsReader()
    expect(edits.edited).toBeUndefined()
    edits.read({ word: 'edits', value: '12 3 1' })
    edits.read({ word: 'edited', value: '12 0 0 srv/www/gr\\#303\\#266\\#303\\#237e and more' })
    edits.read({ word: 'edited', value: 'x 0 0 srv' })
    expect(edits.edited).toEqual({
      ...{ added: 12, changed: 3, removed: 1 },
      folders: [{ added: 12, changed: 0, removed: 0, folder: '/srv/www/größe and more' }],
    })
  })

  it('keeps no more folders than the script sends', () => {
    const edits = editsReader()
    edits.read({ word: 'edits', value: '0 0 0' })
    for (let index = 0; index < 1000; index++) edits.read({ word: 'edited', value: `1 0 0 folder-${index}` })
    expect(edits.edited?.folders).toHaveLength(15)
  })
})

describe('the edits of several passes', () => {
  const pass = (added: number, folder: string) => ({
    ...{ added, changed: 1, removed: 0 },
    folders: [{ added, changed: 1, removed: 0, folder }],
  })

  it('are added up, by folder, the most first', () => {
    expect(editsOf([pass(1, '/a'), undefined, pass(2, '/b'), pass(4, '/a')])).toEqual({
      ...{ added: 7, changed: 3, removed: 0 },
      folders: [
        { added: 5, changed: 2, removed: 0, folder: '/a' },
        { added: 2, changed: 1, removed: 0, folder: '/b' },
      ],
    })
  })

  it('are not known where those of the first one are not', () => {
    expect(editsOf([])).toBeUndefined()
    expect(editsOf([undefined, pass(1, '/a')])).toBeUndefined()
  })
})

describe('copyProgress', () => {
  it('says how much of the first copy is done, and how long the rest takes at this speed', () => {
    let nowMs = 0
    const progress = copyProgress({ monotonicMs: () => nowMs })
    expect(progress.words()).toBeUndefined()
    nowMs = 60_000
    progress.read({ word: 'progress', value: '1200000000 2900000000' })
    expect(progress.words()).toBe('41 % of 2.9 GB, about 1 m 25 s left')
    progress.read({ word: 'progress', value: 'nonsense' })
    progress.read({ word: 'progress', value: '5 0' })
    expect(progress.words()).toBe('41 % of 2.9 GB, about 1 m 25 s left')
    progress.read({ word: 'progress', value: '0 100' })
    expect(progress.words()).toBe('0 % of 100 B')
  })
})
