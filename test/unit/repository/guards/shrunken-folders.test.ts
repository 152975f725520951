import type { ArtifactBaseline } from '../../../../src/repository/guards/baseline'
import { describeShrink } from '../../../../src/repository/guards/shrink-error'
import { shrunkenFolders } from '../../../../src/repository/guards/shrunken-folders'
import { aFilesBaseline } from '../a-baseline'

const MiB = 1024 * 1024

/** Folders of files with 1 KiB each, unless a pair says how many bytes. */
function withFolders(
  folders: Record<string, number | [number, number]>,
  mounts: Record<string, number> = {},
): ArtifactBaseline {
  const amounts = (all: Record<string, number | [number, number]>) =>
    Object.entries(all).map(([name, held]) => {
      const [files, bytes] = typeof held === 'number' ? [held, held * 1024] : held
      return { name, files, bytes }
    })
  return aFilesBaseline({ amounts: { mount: amounts(mounts), 'first-level folder': amounts(folders) } })
}

const told = (before: ArtifactBaseline, after: ArtifactBaseline, percent = 50) =>
  describeShrink(shrunkenFolders(before, after, percent))

describe('shrunkenFolders', () => {
  it.each<[string, string, ArtifactBaseline, ArtifactBaseline]>([
    [
      'is gone',
      'codebase: the first-level folder "/s/a" had 10 files and has none',
      withFolders({ '/s/a': 10 }),
      withFolders({}),
    ],
    [
      'is empty',
      'codebase: the first-level folder "/s/a" had 1 file and has none',
      withFolders({ '/s/a': 1, '/s/b': 1 }),
      withFolders({ '/s/a': 0, '/s/b': 1 }),
    ],
    [
      'has far fewer files',
      'codebase: the first-level folder "/s/a" had 40 files and has 19 (−53 %)',
      withFolders({ '/s/a': 40 }),
      withFolders({ '/s/a': 19 }),
    ],
    [
      'has far fewer bytes',
      'codebase: the first-level folder "/s/a" shrank from 5.2 MB to 1 MB (−80 %)',
      withFolders({ '/s/a': [40, 5 * MiB] }),
      withFolders({ '/s/a': [40, MiB] }),
    ],
    [
      'is a mount that is gone',
      'codebase: the mount "/s/a/up" had 40 files and is gone or empty',
      withFolders({}, { '/s/a/up': 40 }),
      withFolders({}),
    ],
    [
      'is a mount of the first level that is gone, once',
      'codebase: the mount "/s/a" had 40 files and is gone or empty',
      withFolders({ '/s/a': 40 }, { '/s/a': 40 }),
      withFolders({ '/s/a': 40 }),
    ],
  ])('reports a folder that %s', (_, text, before, after) => {
    expect(told(before, after)).toBe(text)
  })

  it.each<[string, ArtifactBaseline, ArtifactBaseline]>([
    ['had nothing', withFolders({ '/s/a': 0 }, { '/s/m': 0 }), withFolders({})],
    ['lost half of its files', withFolders({ '/s/a': 40 }), withFolders({ '/s/a': 20 })],
    ['had a few files and was removed', withFolders({ '/s/a': 9 }), withFolders({})],
    ['lost a few files', withFolders({ '/s/a': 10 }), withFolders({ '/s/a': 1 })],
    [
      'lost a rotated log of less than a tenth of all',
      withFolders({ '/s/a': [9, 90_000] }),
      withFolders({ '/s/a': [9, 9] }),
    ],
    ['is of a time that did not record folders', aFilesBaseline(), withFolders({})],
    ['is not known now', withFolders({ '/s/a': 40 }), aFilesBaseline()],
  ])('is silent about a folder that %s', (_, before, after) => {
    expect(shrunkenFolders(before, after, 50)).toEqual([])
  })

  it('names several in one sentence, and says when a name is not known', () => {
    const before = withFolders({ '/s/a': 40, '/s/b': 30 })
    expect(told(before, withFolders({}))).toBe(
      'codebase: the first-level folder "/s/a" had 40 files and has none, "/s/b" had 30 files and has none',
    )
    const unnamed = aFilesBaseline({ amounts: { mount: [{ name: undefined, files: 7, bytes: 7 }] } })
    expect(told(unnamed, withFolders({}))).toBe(
      'codebase: the mount (its name is not known) had 7 files and is gone or empty',
    )
  })
})
