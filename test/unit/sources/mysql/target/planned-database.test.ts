import { holdings, plannedDatabase } from '../../../../../src/sources/mysql/target/planned-database'
import { aDatabase, aDump, aTable, type FactOptions, someFacts } from '../../../commands/restore/a-restore'
import { type PlanOptions, plan } from '../../../commands/restore/planning'

const filled = aDatabase('shop', { tables: [aTable] })

const planned = (target: string, facts: FactOptions) =>
  plannedDatabase({ artifact: aDump(), target }, someFacts(facts).databases.database)

describe('plannedDatabase', () => {
  it.each([
    ['absent', []],
    ['empty', [aDatabase('shop')]],
    ['empty', [aDatabase('shop', { triggers: [] })]],
    ['absent', [aDatabase('Shop', { tables: [aTable] })]],
    ['filled', [filled]],
    ['filled', [aDatabase('shop', { tables: [{ ...aTable, kind: 'view', name: 'v' }] })]],
    ['filled', [aDatabase('shop', { routines: [{ name: 'f', kind: 'function', isReadable: true }] })]],
    ['filled', [aDatabase('shop', { events: ['e'] })]],
  ])('takes a database for %s', (state, databases) => {
    expect(planned('shop', { databases }).state).toBe(state)
  })

  it.each(['1', '2'])('knows a database by any case of its name with lower_case_table_names=%s', folding => {
    const facts = { databases: [filled], variables: { lower_case_table_names: folding } }
    expect(planned('SHOP', facts)).toMatchObject({ target: 'SHOP', state: 'filled' })
  })
})

describe('holdings', () => {
  it('tells what a database holds, in words', () => {
    const database = aDatabase('shop', {
      tables: [aTable, { ...aTable, kind: 'sequence' }, { ...aTable, kind: 'view' }],
      triggers: [{ name: 't', table: 'orders' }],
      routines: [{ name: 'f', kind: 'function', isReadable: true }],
      events: ['a', 'b'],
    })
    expect(holdings(database)).toBe('2 tables, 1 view, 1 routine, 2 events')
    expect(holdings(aDatabase())).toBe('')
  })
})

describe('describeDatabase', () => {
  it.each<[string, FactOptions, NonNullable<PlanOptions['inputs']>, string, string]>([
    ['absent', {}, {}, 'does not exist', 'it is created'],
    ['empty', { databases: [aDatabase()] }, {}, 'exists and is empty', 'it is filled'],
    ['filled', { databases: [filled] }, {}, 'has 1 table', 'refused, since it must not be overwritten'],
    [
      'filled, with overwrite',
      { databases: [filled] },
      { overwrite: true },
      'has 1 table',
      'it is dumped into the bucket, then replaced',
    ],
    [
      'filled, with overwrite and without a dump of it',
      { databases: [filled] },
      { overwrite: true, safetyBackup: false },
      'has 1 table',
      'it is replaced without a dump',
    ],
  ])('says what would become of a database that is %s', (_, facts, inputs, before, becomes) => {
    expect(plan({ facts, inputs }).items[0]).toEqual({
      ...{ noun: 'database', name: 'shop', target: 'shop', bytes: 12_300_000, count: '2 tables' },
      ...{ holds: '2 tables, 1 view, 1 trigger, 1 routine, 1 event', before, becomes },
    })
  })
})
