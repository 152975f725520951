import { tmpdir } from 'node:os'
import { requireDiskSpace } from '../../../../src/sources/drill/drill-disk-space'

describe('requireDiskSpace', () => {
  it('says what is needed and what there is, where there is too little', async () => {
    await expect(requireDiskSpace(tmpdir(), 2e18)).rejects.toMatchObject({
      message: expect.stringMatching(/about 2 EB of the runner's disk, and .* has .*B free/),
      advice: expect.stringContaining('level: read'),
    })
    await expect(requireDiskSpace(tmpdir(), 1)).resolves.toBeUndefined()
  })
})
