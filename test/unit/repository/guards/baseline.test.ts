import { baselineOf, sameSource } from '../../../../src/repository/guards/baseline'
import { parseManifest, serializeManifest } from '../../../../src/repository/manifest/manifest-codec'
import { aBaseline, aDatabaseArtifact, aDatabaseBaseline, aFilesArtifact, aManifest, aTable } from '../a-baseline'

describe('baselineOf', () => {
  it('takes from a manifest how much there was, and of what', () => {
    expect(baselineOf(aManifest())).toEqual({
      slot: 'Monday-12-00',
      takenAt: '2026-11-23T12:05:02.120Z',
      artifacts: [
        {
          kind: 'database',
          name: 'database',
          source: 'shop',
          bytes: 12_000,
          contentBytes: 100_000,
          counts: { table: 2, view: 1, trigger: 2, routine: 0, event: 0 },
          parts: [aTable('customers'), aTable('orders', 5000)],
          names: {},
        },
        {
          kind: 'files',
          name: 'codebase',
          source: '',
          bytes: 12_000,
          contentBytes: 1_000_000,
          counts: { file: 2521, directory: 300, 'symbolic link': 2 },
          names: { folder: ['/var/www/html'] },
        },
      ],
    })
  })

  it('knows views, triggers, routines and events by name where the manifest names them, also when it was read back', () => {
    const objects = { views: ['sales'], triggers: ['a', 'b'], routines: [], events: [] }
    const manifest = aManifest({
      artifacts: [{ ...aDatabaseArtifact(), content: { ...aDatabaseArtifact().content, ...{ objects } } }],
    })
    const names = { view: ['sales'], trigger: ['a', 'b'], routine: [], event: [] }
    expect(baselineOf(manifest).artifacts[0]).toMatchObject({ names })
    const readBack = parseManifest(serializeManifest(manifest), 'key')
    expect(baselineOf(readBack).artifacts[0]).toMatchObject({ names })
  })

  it.each([
    ['names and numbers that disagree', { views: ['sales', 'stock'], triggers: ['a', 'b'] }, { trigger: ['a', 'b'] }],
    ['names that are no list', { views: 'sales' }, {}],
    ['no object', 7, {}],
  ])('names nothing for %s', (_, objects, names) => {
    // As another version, or another hand, might write it.
    const content = Object.assign({ ...aDatabaseArtifact().content }, { objects: JSON.parse(JSON.stringify(objects)) })
    const [database] = baselineOf(aManifest({ artifacts: [{ ...aDatabaseArtifact(), content }] })).artifacts
    expect(database).toHaveProperty('names', names)
  })
})

describe('sameSource', () => {
  it('goes by the database, not by the name of its artifact', () => {
    const before = aBaseline([aDatabaseBaseline({ name: 'database', source: 'shop' })])
    const shop = aDatabaseBaseline({ name: 'shop.database', source: 'shop' })
    const blog = aDatabaseBaseline({ name: 'database', source: 'blog' })
    expect(sameSource(before, shop)).toBe(before.artifacts[0])
    expect(sameSource(before, blog)).toBeUndefined()
  })

  it('never takes a database without a name for another one', () => {
    const before = aBaseline([aDatabaseBaseline({ source: undefined })])
    expect(sameSource(before, aDatabaseBaseline({ source: undefined }))).toBeUndefined()
  })

  it('finds files by their kind, and nothing in nothing', () => {
    const [files] = baselineOf(aManifest({ artifacts: [aFilesArtifact()] })).artifacts
    if (files === undefined) throw new Error('no artifact')
    expect(sameSource(aBaseline(), files)?.kind).toBe('files')
    expect(sameSource(undefined, files)).toBeUndefined()
  })
})
