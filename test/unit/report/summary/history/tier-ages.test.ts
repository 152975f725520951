import { tierAgesTable } from '../../../../../src/report/summary/history/tier-ages'

const now = new Date('2026-11-23T13:05:02Z')

describe('tierAgesTable', () => {
  it('shows of each tier how many recovery points it has, and how old they are', () => {
    const today = new Date('2026-11-23T00:05:02Z')
    const text = tierAgesTable(
      [
        {
          name: 'ring',
          count: 1680,
          newest: new Date('2026-11-23T13:05:00Z'),
          oldest: new Date('2026-11-20T13:05:02Z'),
        },
        { name: 'daily', count: 1, newest: today, oldest: today },
        { name: 'yearly', count: 0, newest: undefined, oldest: undefined },
      ],
      now,
    )
    expect(text.split('\n')).toEqual([
      '### How far back one can go',
      '',
      '| Tier | Recovery points | Age of the newest | Age of the oldest |',
      '| :-- | --: | --: | --: |',
      '| ring | 1,680 | 2 s | 3 d |',
      '| <code>daily/</code> | 1 | 13 h | 13 h |',
      '| <code>yearly/</code> | 0 | – | – |',
    ])
  })

  it('shows nothing where there are no tiers', () => {
    expect(tierAgesTable([], now)).toBe('')
  })
})
