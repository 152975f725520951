import { tmpdir } from 'node:os'
import { requireRoom, roomNeeded } from '../../../../../src/sources/mysql/drill/drill-room'

describe('roomNeeded', () => {
  it('counts rows with their indexes, a server, and the files as they are', () => {
    expect(roomNeeded({ dumpBytes: 1e9, fileBytes: 0 })).toBe(2.4e9)
    expect(roomNeeded({ dumpBytes: 1e9, fileBytes: 5e9 })).toBe(7.4e9)
  })

  it('needs no server for files alone', () => {
    expect(roomNeeded({ dumpBytes: 0, fileBytes: 5e9 })).toBe(5e9)
  })
})

describe('requireRoom', () => {
  it('says what is needed and what there is, where there is too little', async () => {
    await expect(requireRoom(tmpdir(), { dumpBytes: 1e18, fileBytes: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/about 2 EB of the runner's disk, and .* has .*B left/),
      advice: expect.stringContaining('level: read'),
    })
    await expect(requireRoom(tmpdir(), { dumpBytes: 0, fileBytes: 1 })).resolves.toBeUndefined()
  })
})
