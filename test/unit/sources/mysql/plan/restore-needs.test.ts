import { restoreNeeds } from '../../../../../src/sources/mysql/plan/restore-needs'

const inventory = {
  server: { flavor: 'mariadb', version: '10.11.19' },
  dumpTool: '',
  user: 'b@localhost',
  grants: { lines: [], partialRevokes: false },
  accounts: { seen: new Set<string>(), rights: [], roles: [], defaultRoles: [], plugins: new Map<string, string>() },
  databases: [],
} as const
const empty = {
  characterSet: '',
  collation: '',
  tables: [],
  triggers: [],
  routines: [],
  events: [],
  definers: [],
  ambiguous: [],
}
const needs = (database: object, settings: Record<string, string>) =>
  restoreNeeds(
    { ...inventory, grants: { lines: [], partialRevokes: false }, databases: [] },
    [{ name: 'my_shop', ...empty, ...database }],
    new Map(Object.entries(settings)),
  )

describe('restoreNeeds', () => {
  it('names the product, the tools and the right on just this database', () => {
    const { tools, others } = needs({}, { lower_case_table_names: '0', max_allowed_packet: '16777216' })
    expect(tools).toEqual(['mariadb', 'mariadb-dump'])
    expect(others).toEqual(['MariaDB 10.11 or newer, and a login with ALL PRIVILEGES on `my\\_shop`.*.'])
  })

  it('names settings that a stock server would not have, where something needs them', () => {
    const settings = {
      lower_case_table_names: '1',
      max_allowed_packet: '67108864',
      event_scheduler: 'ON',
      log_bin_trust_function_creators: 'ON',
    }
    const [, definers, wanted] = needs(
      { events: ['e'], triggers: [{ name: 't', table: 'x' }], definers: ['shop@%'] },
      settings,
    ).others
    expect(definers).toContain('shop@%')
    expect(wanted).toBe(
      'In the settings of the database server, as here: lower_case_table_names=1 (set before its data folder is made), max_allowed_packet=67108864 (67.1 MB) or more, event_scheduler=ON, log_bin_trust_function_creators=ON.',
    )
    expect(needs({}, { event_scheduler: 'ON', log_bin_trust_function_creators: 'ON' }).others).toHaveLength(1)
  })
})
