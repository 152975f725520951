import { loadMysql } from '../../../../src/inputs/groups/mysql'
import { given, refusal } from '../reading'

describe('loadMysql', () => {
  it('is empty when all inputs are', () => {
    expect(loadMysql(given())).toEqual({})
  })

  it('reads a login over TCP and masks the password', () => {
    const read = given({
      'mysql-user': 'shop',
      'mysql-password': 'p"4\\#; x',
      'mysql-host': '127.0.0.1',
      'mysql-port': '3307',
    })
    expect(loadMysql(read)).toEqual({ user: 'shop', password: 'p"4\\#; x', host: '127.0.0.1', port: 3307 })
    expect(read.secrets).toEqual(['p"4\\#; x'])
  })

  it.each([
    [{ 'mysql-user': 'shop' }, { user: 'shop' }],
    [{ 'mysql-socket': '/run/mysqld/mysqld.sock' }, { socket: '/run/mysqld/mysqld.sock' }],
    [{ 'mysql-host': '[::1]' }, { host: '::1' }],
    [
      { 'mysql-host': 'localhost', 'mysql-port': '3306' },
      { host: 'localhost', port: 3306 },
    ],
    [{ 'mysql-port': '3306' }, { port: 3306 }],
  ])('reads %j', (inputs, access) => {
    expect(loadMysql(given(inputs))).toEqual(access)
  })

  it.each([
    [{ 'mysql-user': 'a\nb' }, 'Input "mysql-user" must be a single line without control characters, got "a\\nb".'],
    [{ 'mysql-user': 'a\0b' }, 'Input "mysql-user" must be a single line without control characters, got "a\\x00b".'],
    [{ 'mysql-user': 'shop', 'mysql-password': 'line\nbreak' }, 'Input "mysql-password" must be a single line.'],
    [{ 'mysql-user': 'shop', 'mysql-password': 'nul\0here' }, 'Input "mysql-password" must be a single line.'],
    [
      { 'mysql-user': 'shop', 'mysql-password': 'abc' },
      'Input "mysql-password" is a secret of fewer than 4 characters.',
    ],
    [{ 'mysql-password': 'secret' }, 'Input "mysql-password" is set without "mysql-user".'],
    [{ 'mysql-host': 'db:3306' }, 'Input "mysql-host" must be a host name or an IP address, got "db:3306".'],
    [{ 'mysql-port': '70000' }, 'Input "mysql-port" must be a whole number from 1 to 65535, got "70000".'],
    [{ 'mysql-socket': 'mysqld.sock' }, 'Input "mysql-socket" must be an absolute path, got "mysqld.sock".'],
    [{ 'mysql-socket': '/s', 'mysql-host': 'db' }, 'Inputs "mysql-socket" and "mysql-host" are both set.'],
    [{ 'mysql-socket': '/s', 'mysql-port': '3306' }, 'Inputs "mysql-socket" and "mysql-port" are both set.'],
  ])('refuses %j', (inputs, message) => {
    expect(refusal(() => loadMysql(given(inputs))).message).toBe(message)
  })

  it('names the input where the port of the host belongs', () => {
    expect(refusal(() => loadMysql(given({ 'mysql-host': 'db:3306' }))).advice).toBe(
      'The port belongs in "mysql-port": "3306".',
    )
  })
})
