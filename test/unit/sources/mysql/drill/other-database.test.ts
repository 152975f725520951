import { problem } from '../../../../../src/findings/finding'
import { explainOtherDatabase } from '../../../../../src/sources/mysql/drill/other-database'

const finding = (what: string, code = 'import') => ({
  ...problem(code, `The import into database "shop" failed at line 9, the view "v": ${what}.`),
  key: 'p/a.sql.gz',
})
const databases = ['shop', 'wiki.old']

describe('explainOtherDatabase', () => {
  it.each([
    ["Table 'crm.clients' doesn't exist (error 1146)", 'crm'],
    ["Unknown database 'crm' (error 1049)", 'crm'],
    ['FUNCTION crm.rate does not exist (error 1305)', 'crm'],
    ["Table 'shopping.t' doesn't exist (error 1146)", 'shopping'],
  ])('names the database that is missing: %s', (what, name) => {
    expect(explainOtherDatabase(finding(what), databases)).toEqual({
      ...finding(what, 'other-database'),
      fix: expect.stringContaining(`Add "${name}" to "databases"`),
    })
  })

  it.each([
    "Table 'shop.t' doesn't exist (error 1146)",
    "Table 'wiki.old.t' doesn't exist (error 1146)",
    "Unknown database 'shop' (error 1049)",
    "Table 't' doesn't exist (error 1146)",
    "Duplicate column name 'crm.twice' (error 1060)",
  ])('leaves alone what is about the databases that were backed up: %s', what => {
    expect(explainOtherDatabase(finding(what), databases)).toEqual(finding(what))
  })

  it('leaves alone what no import said', () => {
    const check = finding("Table 'crm.t' doesn't exist (error 1146)", 'drill-check')
    expect(explainOtherDatabase(check, databases)).toEqual(check)
  })
})
