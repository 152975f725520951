import {
  alterDatabase,
  createDatabase,
  dropDatabase,
} from '../../../../../src/sources/mysql/client/database-statements'

const defaults = { characterSet: 'utf8mb4', collation: 'utf8mb4_0900_ai_ci' }

describe('the statements about a database', () => {
  it('name it in quotes, with its defaults', () => {
    expect(createDatabase('sh`op', defaults)).toBe(
      'CREATE DATABASE `sh``op` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;',
    )
    expect(alterDatabase('shop', defaults)).toBe(
      'ALTER DATABASE `shop` CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;',
    )
    expect(dropDatabase('sh`op')).toBe('DROP DATABASE IF EXISTS `sh``op`;')
  })

  it('leave the server its own defaults where none are known', () => {
    expect(createDatabase('shop', { characterSet: '', collation: '' })).toBe('CREATE DATABASE `shop`;')
  })

  it.each(['utf8mb4; DROP DATABASE mysql', 'utf8mb4 ', '`x`', 'utf8-mb4', 'x\n'])(
    'take no %j for a character set or a collation',
    odd => {
      expect(() => createDatabase('shop', { ...defaults, characterSet: odd })).toThrow(/is called/)
      expect(() => alterDatabase('shop', { ...defaults, collation: odd })).toThrow(/is called/)
    },
  )
})
