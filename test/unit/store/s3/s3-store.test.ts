import type { S3Settings } from '../../../../src/store/s3/s3-settings'
import { openS3Store } from '../../../../src/store/s3/s3-store'

const settings: S3Settings = { bucket: 'acme', prefix: 'running-backups', region: 'eu-central-1' }

describe('openS3Store', () => {
  it.each([
    [undefined, 's3://acme', 10_000],
    ['https://s3.example.com', 'https://s3.example.com/acme', 10_000],
    ['https://s3.example.com:9000/', 'https://s3.example.com:9000/acme', 10_000],
    ['https://s3.fr-par.scw.cloud', 'https://s3.fr-par.scw.cloud/acme', 1_000],
    ['https://scw.cloud.example.com', 'https://scw.cloud.example.com/acme', 10_000],
  ])('names the store at %p %p and knows its limit of parts', (endpoint, name, maxParts) => {
    const store = openS3Store({ ...settings, ...(endpoint === undefined ? {} : { endpoint }) })
    expect(store.name).toBe(name)
    expect(store.maxParts).toBe(maxParts)
    store.close()
  })

  describe('without credentials anywhere', () => {
    const environment = { ...process.env }

    beforeEach(() => {
      for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
      process.env['AWS_EC2_METADATA_DISABLED'] = 'true'
      process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/nonexistent'
      process.env['AWS_CONFIG_FILE'] = '/nonexistent'
    })

    afterEach(() => {
      process.env = { ...environment }
    })

    it('says which inputs to set', async () => {
      const store = openS3Store(settings)
      await expect(store.head('a')).rejects.toMatchObject({
        message: 'Could not read the metadata of "a" in s3://acme: no S3 credentials were found.',
        advice: expect.stringContaining('"s3-access-key-id" and "s3-secret-access-key"'),
      })
      store.close()
    })
  })
})
