import { scopeFiles } from '../../../../../src/sources/files/plan/scope-files'
import { aFilesBaseline, withoutNames } from '../../../repository/a-baseline'

const before = aFilesBaseline({ paths: ['/srv/a', '/srv/b'] })

describe('scopeFiles', () => {
  it.each([
    ['the same folders', ['/srv/a', '/srv/b']],
    ['a folder more', ['/srv/a', '/srv/b', '/srv/c']],
    ['a wider folder, in which they lie', ['/srv']],
  ])('keeps all for %s', (_, paths) => {
    expect(scopeFiles(before, paths)).toEqual({ kept: before })
  })

  it.each<[string, string[], string]>([
    ['the files', [], 'files'],
    ['a folder', ['/srv/a'], 'the folders /srv/b'],
    ['folders whose names only begin alike', ['/srv/a', '/srv/bc'], 'the folders /srv/b'],
    ['one folder, and took a part of another', ['/srv/a/sub'], 'the folders /srv/a, /srv/b'],
  ])('keeps nothing when the workflow dropped %s, and names it', (_, paths, dropped) => {
    const isGone = paths.length === 0 ? { isGone: true } : {}
    expect(scopeFiles(before, paths)).toEqual({ kept: undefined, dropped, ...isGone })
  })

  it('says when nothing is left in common', () => {
    expect(scopeFiles(before, ['/srv/c'])).toMatchObject({ isGone: true })
  })

  it('keeps all where the folders are not known', () => {
    const unknown = withoutNames(before)
    expect(scopeFiles(unknown, ['/srv/c'])).toEqual({ kept: unknown })
  })
})
