import { loadTiers } from '../../../../src/inputs/groups/tiers'
import { given, refusal } from '../reading'

describe('loadTiers', () => {
  it('keeps nothing beside the ring when nothing is set', () => {
    expect(loadTiers(given())).toEqual({ daily: 0, weekly: 0, monthly: 0, yearly: 0 })
  })

  it('reads each count', () => {
    const inputs = { 'keep-daily': '14', 'keep-weekly': '8', 'keep-monthly': '0', 'keep-yearly': '10000' }
    expect(loadTiers(given(inputs))).toEqual({ daily: 14, weekly: 8, monthly: 0, yearly: 10_000 })
  })

  it.each(['-1', '10001', '1.5', '07', 'all', 'true', '1 day'])('refuses %s', value => {
    expect(refusal(() => loadTiers(given({ 'keep-weekly': value }))).message).toBe(
      `Input "keep-weekly" must be a whole number from 0 to 10000, got "${value}".`,
    )
  })

  it('names every wrong count', () => {
    const inputs = { 'keep-daily': 'x', 'keep-weekly': 'x', 'keep-monthly': 'x', 'keep-yearly': 'x' }
    expect(refusal(() => loadTiers(given(inputs))).message).toMatch(/^4 things are wrong: /)
  })
})
