import { aDatabase, aTable, type FactOptions } from '../../../commands/restore/a-restore'
import { type PlanOptions, plan } from '../../../commands/restore/planning'

const filled = aDatabase('shop', { tables: [aTable] })

describe('describeDatabase', () => {
  it.each<[string, FactOptions, NonNullable<PlanOptions['inputs']>, string, string]>([
    ['absent', {}, {}, 'is not there', 'it is made'],
    ['empty', { databases: [aDatabase()] }, {}, 'is there and empty', 'it is filled'],
    ['filled', { databases: [filled] }, {}, 'holds 1 table', 'refused, since it is not to be overwritten'],
    [
      'filled, with overwrite',
      { databases: [filled] },
      { overwrite: true },
      'holds 1 table',
      'it is dumped into the bucket, then replaced',
    ],
    [
      'filled, with overwrite and without a dump of it',
      { databases: [filled] },
      { overwrite: true, safetyBackup: false },
      'holds 1 table',
      'it is replaced without a dump of it',
    ],
  ])('says what would become of a database that is %s', (_, facts, inputs, before, becomes) => {
    expect(plan({ facts, inputs }).items[0]).toEqual({
      ...{ noun: 'database', name: 'shop', target: 'shop', bytes: 12_300_000, count: '2 tables' },
      ...{ holds: '2 tables, 1 view, 1 trigger, 1 routine, 1 event', before, becomes },
    })
  })
})
