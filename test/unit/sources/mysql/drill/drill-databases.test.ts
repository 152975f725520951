import { spaceForDumps } from '../../../../../src/sources/mysql/drill/drill-databases'

describe('spaceForDumps', () => {
  it('counts rows with their indexes, and a server', () => {
    expect(spaceForDumps(1e9)).toBe(2.4e9)
  })

  it('needs no server for nothing', () => {
    expect(spaceForDumps(0)).toBe(0)
  })
})
