import {
  compareSeries,
  nameOf,
  parseServerVersion,
  seriesOf,
} from '../../../../../src/sources/mysql/target/server-version'

describe('parseServerVersion', () => {
  it.each([
    ['mariadbd  Ver 10.11.19-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64 (Debian 12)', 'mariadb', '10.11.19'],
    ['/usr/sbin/mysqld  Ver 11.8.3-MariaDB for Linux on x86_64 (MariaDB Server)', 'mariadb', '11.8.3'],
    ['/usr/sbin/mysqld  Ver 8.0.46-0ubuntu0.24.04.1 for Linux on x86_64 ((Ubuntu))', 'mysql', '8.0.46'],
    ['mysqld  Ver 8.4.10 for Linux on x86_64 (MySQL Community Server - GPL)', 'mysql', '8.4.10'],
    ['/usr/sbin/mysqld  Ver 8.0.35-27 for Linux on x86_64 (Percona Server (GPL), Release 27)', 'mysql', '8.0.35'],
    ['a warning first\n/usr/sbin/mysqld  Ver 5.7.44 for Linux on x86_64 (MySQL)\n', 'mysql', '5.7.44'],
  ])('reads %j', (text, flavor, version) => {
    expect(parseServerVersion(text)).toEqual({ flavor, version })
  })

  it.each(['', 'mysqld: command not found', 'Ver x.y'])('knows nothing of %j', text => {
    expect(parseServerVersion(text)).toBeUndefined()
  })
})

describe('seriesOf', () => {
  it.each([
    ['10.11.19-MariaDB-0+deb12u1', '10.11'],
    ['8.0.46', '8.0'],
    ['11.4', '11.4'],
    ['eleven', undefined],
    ['11', undefined],
    ['', undefined],
  ])('of %j is %j', (version, series) => {
    expect(seriesOf(version)).toBe(series)
  })
})

describe('compareSeries', () => {
  it('compares by numbers and not by letters, and leaves the patch level out', () => {
    expect(compareSeries('10.4.1', '10.11')).toBeLessThan(0)
    expect(compareSeries('11.4', '10.11.19')).toBeGreaterThan(0)
    expect(compareSeries('8.0.1', '8.0.46')).toBe(0)
  })
})

describe('nameOf', () => {
  it('is how people write it', () => {
    expect(nameOf({ flavor: 'mariadb', version: '11.4' })).toBe('MariaDB 11.4')
    expect(nameOf({ flavor: 'mysql', version: '8.4' })).toBe('MySQL 8.4')
    expect(nameOf({ flavor: 'postgres', version: '17' })).toBe('postgres 17')
  })
})
