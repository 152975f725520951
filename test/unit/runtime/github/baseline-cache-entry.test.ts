import { baselineCacheEntry } from '../../../../src/runtime/github/baseline-cache-entry'

describe('baselineCacheEntry', () => {
  const facts = {
    scope: 'k3Jx_-9',
    run: { id: '123', attempt: '2' },
    tempFolder: '/runner/_temp',
    now: new Date('2026-11-23T13:05:02.120Z'),
  }

  it('names the same file for every run, and a key of its own behind the prefix of the site', () => {
    const first = baselineCacheEntry(facts)
    const later = baselineCacheEntry({ ...facts, now: new Date('2026-11-23T13:05:02.121Z') })
    expect(first).toEqual({
      path: '/runner/_temp/make-a-backup-baseline/baseline.json',
      keyPrefix: 'make-a-backup-baseline-k3Jx_-9-',
      key: 'make-a-backup-baseline-k3Jx_-9-123-2-1795439102120',
    })
    expect(later).toMatchObject({ path: first.path, keyPrefix: first.keyPrefix })
    expect(later.key).not.toBe(first.key)
  })

  it.each(['', 'a,b', 'web1.example.com'])('refuses the scope "%s"', scope => {
    expect(() => baselineCacheEntry({ ...facts, scope })).toThrow(RangeError)
  })
})
