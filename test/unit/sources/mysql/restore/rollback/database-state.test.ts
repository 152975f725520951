import {
  type DatabaseState,
  parseDatabasesState,
  progressInWords,
  untouchedInWords,
} from '../../../../../../src/sources/mysql/restore/rollback/database-state'

const database = (phase: DatabaseState['phase'], target = 'shop'): DatabaseState => ({
  ...{ target, was: 'filled', characterSet: 'utf8mb4', collation: '', safetyKey: 'k', phase },
})
const state = (...databases: DatabaseState[]) => ({ databases, uploads: [{ key: 'k', id: 'u' }], accounts: [] })

describe('parseDatabasesState', () => {
  it('reads what was saved as JSON', () => {
    const saved = state(database('writing'), { ...database('waiting'), was: 'absent', safetyKey: null })
    expect(parseDatabasesState(JSON.parse(JSON.stringify(saved)))).toEqual(saved)
  })

  it('believes nothing that is not a whole state', () => {
    expect(() => parseDatabasesState({ databases: [] })).toThrow(/uploads/)
    expect(() => parseDatabasesState(undefined)).toThrow()
  })
})

describe('untouchedInWords', () => {
  it('says that no database was touched, when there was one to touch', () => {
    expect(untouchedInWords(state(database('intact')), 1, [])).toEqual(['No database was touched.'])
    expect(untouchedInWords(state(), 0, [])).toEqual([])
    expect(untouchedInWords(state(database('waiting')), 1, ['a', 'b'])).toEqual([
      'Dumps of the databases as they were: a, b.',
    ])
  })
})

describe('progressInWords', () => {
  it('names what was being written, else what was done', () => {
    expect(progressInWords(state(database('done'), database('writing', 'blog')))).toBe(
      'The import into the database "blog" had begun.',
    )
    expect(progressInWords(state(database('done'), database('waiting', 'blog')))).toBe(
      'The database "shop" had been restored already.',
    )
    expect(progressInWords(state(database('waiting')))).toBeUndefined()
  })
})
