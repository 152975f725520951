import { parseKey } from '../../../../src/repository/names/keys'
import { safetyFolder, safetyKey, timeStamp } from '../../../../src/repository/names/safety-key'

describe('timeStamp', () => {
  it('is the second in UTC, without colons, and sorts by time', () => {
    expect(timeStamp(new Date('2026-11-23T14:05:02.987+01:00'))).toBe('2026-11-23T13-05-02Z')
  })
})

describe('safetyKey', () => {
  it.each([
    ['running-backups', 'shop', 'running-backups/before-restore/2026-11-23T13-05-02Z.shop.database.sql.gz'],
    ['', 'shop', 'before-restore/2026-11-23T13-05-02Z.shop.database.sql.gz'],
    ['a/b', 'odd/na me', 'a/b/before-restore/2026-11-23T13-05-02Z.odd%2Fna%20me.database.sql.gz'],
  ])('lies below the prefix %j, the name of %j encoded', (prefix, database, key) => {
    expect(safetyKey(prefix, '2026-11-23T13-05-02Z', database, { compression: 'gzip' })).toBe(key)
    expect(key.startsWith(prefix === '' ? `${safetyFolder}/` : `${prefix}/${safetyFolder}/`)).toBe(true)
  })

  it('shows that the dump is encrypted', () => {
    const encoded = { compression: 'gzip', isEncrypted: true } as const
    expect(safetyKey('p', '2026-11-23T13-05-02Z', 'shop', encoded)).toMatch(/\.shop\.database\.sql\.gz\.age$/)
  })

  it.each(['before-restore', '', 'running-backups'])(
    'is no key of the ring or of a tier, which backups remove: %j',
    prefix => {
      expect(
        parseKey(prefix, safetyKey(prefix, '2026-11-23T13-05-02Z', 'shop', { compression: 'gzip' })),
      ).toBeUndefined()
    },
  )
})
