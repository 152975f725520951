import { spawnSync } from 'node:child_process'
import { hostname } from 'node:os'
import { isDead, ownerText, parseOwner, thisOwner } from '../../../../src/sources/drill/owner'

describe('owner', () => {
  it('goes through a word and back', () => {
    expect(parseOwner(`${ownerText(thisOwner())}\n`)).toEqual(thisOwner())
    expect(thisOwner()).toEqual({
      host: hostname(),
      pid: process.pid,
      started: expect.stringMatching(/^\d+$/),
    })
  })

  it.each(['', 'x', 'host:pid:1', ':1:2', 'host:1'])('is not to be read from %j', text => {
    expect(parseOwner(text)).toBeUndefined()
  })

  it('lives as long as its process', () => {
    expect(isDead(thisOwner())).toBe(false)
    const { pid } = spawnSync('true')
    expect(isDead({ host: hostname(), pid, started: '1' })).toBe(true)
  })

  it('is dead when another process has its number', () => {
    expect(isDead({ ...thisOwner(), started: '1' })).toBe(true)
  })

  it('is not taken for dead where processes cannot be seen', () => {
    const hidden = '/no/such/folder'
    expect(isDead(thisOwner(), hidden)).toBe(false)
    expect(isDead({ ...thisOwner(), started: '' })).toBe(false)
    // Somebody else's, when this is not root.
    expect(isDead({ host: hostname(), pid: 1, started: '' }, hidden)).toBe(false)
    const { pid } = spawnSync('true')
    expect(isDead({ host: hostname(), pid, started: '1' }, hidden)).toBe(true)
  })

  it('is not known to be dead when it is of another machine', () => {
    expect(isDead({ host: 'elsewhere', pid: 999_999_999, started: '1' })).toBe(false)
  })
})
