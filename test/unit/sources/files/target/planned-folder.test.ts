import type { TargetPlace } from '../../../../../src/sources/files/target/folder-target-facts'
import { plan } from '../../../commands/restore/planning'

describe('describeFolder', () => {
  it.each<[TargetPlace['state'], boolean, string]>([
    ['absent', false, 'it is created'],
    ['empty', false, 'it is created'],
    ['folder', false, 'refused, since it must not be overwritten'],
    ['mount', true, 'refused, since it must not be overwritten'],
    ['folder', true, 'it is moved to /var/www/html.before-restore-…, the restored one takes its place'],
    ['link', true, 'refused, since it must not be overwritten'],
  ])('says what would become of a place that is %s, with overwrite %s', (state, overwrite, becomes) => {
    expect(plan({ facts: { places: [{ state }] }, inputs: { overwrite } }).items[1]).toMatchObject({
      ...{ noun: 'folder', name: '/var/www/html', count: '2,521 files', becomes },
      holds: '2,521 files, 300 directories, 2 symbolic links',
    })
  })
})
