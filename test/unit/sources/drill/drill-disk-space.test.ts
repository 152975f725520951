import { tmpdir } from 'node:os'
import { neededSpace, requireDiskSpace } from '../../../../../src/sources/mysql/drill/drill-disk-space'

describe('roomNeeded', () => {
  it('counts rows with their indexes, a server, and the files as they are', () => {
    expect(neededSpace({ dumpBytes: 1e9, fileBytes: 0 })).toBe(2.4e9)
    expect(neededSpace({ dumpBytes: 1e9, fileBytes: 5e9 })).toBe(7.4e9)
  })

  it('needs no server for files alone', () => {
    expect(neededSpace({ dumpBytes: 0, fileBytes: 5e9 })).toBe(5e9)
  })
})

describe('requireRoom', () => {
  it('says what is needed and what there is, where there is too little', async () => {
    await expect(requireDiskSpace(tmpdir(), { dumpBytes: 1e18, fileBytes: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/about 2 EB of the runner's disk, and .* has .*B left/),
      advice: expect.stringContaining('level: read'),
    })
    await expect(requireDiskSpace(tmpdir(), { dumpBytes: 0, fileBytes: 1 })).resolves.toBeUndefined()
  })
})
