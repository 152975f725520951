import { manyOf } from '../../../../../src/repository/manifest/kinds/kind'
import { kindOf, kinds } from '../../../../../src/repository/manifest/kinds/kinds'
import { aDatabaseArtifact, aFilesArtifact } from '../../a-baseline'

describe('kinds', () => {
  it('can be told apart by their names in keys', () => {
    expect(new Set(kinds.map(({ artifactName }) => artifactName)).size).toBe(kinds.length)
  })

  it('have words for their things that no message can confuse', () => {
    const things = kinds.flatMap(kind => kind.things)
    const [names, ones, plurals] = [
      kinds.map(kind => kind.artifactName),
      things.map(({ one }) => one),
      things.map(manyOf),
    ]
    const apart = [new Set(names), new Set(ones), new Set(plurals)].flatMap(words => [...words])
    expect(apart).toEqual([...new Set(apart)])
  })
})

describe('kindOf', () => {
  it('knows what is in an artifact, and how much of it', () => {
    const contents = [aDatabaseArtifact(), aFilesArtifact()].map(artifact =>
      kindOf(artifact).things.map(({ one, count }) => [one, count?.(artifact)]),
    )
    expect(contents).toEqual([
      [
        ['table', 2],
        ['view', 1],
        ['trigger', 2],
        ['routine', 0],
        ['event', 0],
        ['obstacle', undefined],
      ],
      [
        ['file', 2521],
        ['directory', 300],
        ['symbolic link', 2],
        ['folder', undefined],
        ['mount', undefined],
        ['first-level folder', undefined],
        ['link that leads out', undefined],
      ],
    ])
  })
})
