import { openRepository } from '../../../src/repository/open-repository'

describe('openRepository', () => {
  it('is the prefix in the bucket that the inputs name', () => {
    const { store, prefix } = openRepository({
      ...{ bucket: 'acme', prefix: 'running-backups', region: 'eu-central-1' },
      endpoint: 'https://s3.example.com',
    })
    store.close()
    expect([store.name, prefix]).toEqual(['https://s3.example.com/acme', 'running-backups'])
  })
})
