import type { Repository } from '../../../src/repository/repository'
import { withRepository } from '../../../src/repository/with-repository'
import { recordingRuntime } from '../recording-runtime'

const { clock } = recordingRuntime()

const settings = {
  ...{ bucket: 'acme', prefix: 'running-backups', region: 'eu-central-1' },
  endpoint: 'https://s3.example.com',
}

describe('withRepository', () => {
  it('works with the prefix in the bucket that the inputs name', async () => {
    const seen = async ({ store, prefix }: Repository) => [store.name, prefix]
    expect(await withRepository({ s3: settings, signing: {} }, clock, seen)).toEqual([
      'https://s3.example.com/acme',
      'running-backups',
    ])
  })

  it('passes on what the work throws', async () => {
    const failure = new Error('no')
    await expect(withRepository({ s3: settings, signing: {} }, clock, () => Promise.reject(failure))).rejects.toBe(
      failure,
    )
  })
})
