import { drillSettings, neededWarning } from '../../../../../src/sources/mysql/drill/drill-settings'
import { initialOptions, serverOptions } from '../../../../../src/sources/mysql/drill/throwaway-options'
import { aDump, aManifest, soundOf } from '../../../commands/restore/a-restore'

type Content = Parameters<typeof aDump>[1]
const of = (settings: Record<string, string>, content: Content = {}, tablespaces: string[] = []) =>
  drillSettings(
    { flavor: 'mysql', settings },
    soundOf(aManifest([aDump('shop', content)]), { needs: { tablespaces } }).databases,
  )
const trait = (name: string, names: string[], statements?: string[]) => ({
  ...{ trait: name, count: names.length, names },
  ...(statements === undefined ? {} : { statements }),
})

describe('drillSettings', () => {
  it('leaves a stock server as it is', () => {
    const stock = of({ innodb_page_size: '16384', lower_case_table_names: '0', sql_mode: 'STRICT_TRANS_TABLES' })
    expect(stock.needed).toEqual([])
    expect(neededWarning(stock)).toEqual([])
    expect(stock.sql).toEqual(["SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES';"])
  })

  it('gives what the old server had, and says what a new one must have', () => {
    const settings = { innodb_page_size: '32768', lower_case_table_names: '1', group_concat_max_len: '5000' }
    const traits = [trait('unsafe-functions', ['f'], ['SET GLOBAL log_bin_trust_function_creators=ON'])]
    const given = of(settings, { longestStatementBytes: 80_000_000, traits }, ['ours', 'innodb_system'])
    expect(given.options).toEqual([
      '--loose-innodb-page-size=32768',
      '--loose-lower-case-table-names=1',
      '--loose-max-allowed-packet=134217728',
    ])
    expect(given.sql).toContain('SET GLOBAL group_concat_max_len = 5000;')
    const space = "CREATE TABLESPACE `ours` ADD DATAFILE 'ours.ibd' ENGINE=InnoDB;"
    expect(given.sql).toContain(space)
    const lines = ['innodb_page_size=32768', 'lower_case_table_names=1', 'max_allowed_packet=134217728']
    expect(given.needed).toEqual([...lines, 'log_bin_trust_function_creators=ON', space])
    expect(neededWarning(given)[0]?.fix).toContain(`[mysqld]`)
  })

  it('has no statement of a manifest but one that makes a spatial reference system', () => {
    const good = `CREATE OR REPLACE SPATIAL REFERENCE SYSTEM 990001 NAME 'it\\'s' DEFINITION 'GEOGCS["x"]'`
    const bad = [
      `${good}; DROP DATABASE shop`,
      "CREATE OR REPLACE SPATIAL REFERENCE SYSTEM 1 NAME 'a\\\\' DEFINITION ' , x'; SELECT 1; -- '",
      "CREATE USER evil@'%' IDENTIFIED BY 'x'",
    ]
    expect(of({}, { traits: [trait('reference-systems', ['990001'], [good, ...bad])] }).sql).toEqual([`${good};`])
  })

  it('passes over values that are none', () => {
    const settings = { innodb_page_size: '1 --init-file=/x', sql_mode: "'; SELECT 1; --", time_zone: '+01:00' }
    expect(of(settings)).toMatchObject({ options: [], sql: ["SET GLOBAL time_zone = '+01:00';"] })
    const zones = ['Europe/Berlin', '../../etc/passwd', '-x', 'America/Argentina/Buenos_Aires']
    expect(of({}, { traits: [trait('named-time-zones', zones)] }).zones).toEqual([
      'Europe/Berlin',
      'America/Argentina/Buenos_Aires',
    ])
  })
})

describe('the options of a throwaway server', () => {
  const paths = { data: '/d', socket: '/s', exchange: '/e', isRoot: false, extra: ['--loose-innodb-page-size=32768'] }

  it('make it no more lenient than the server of a restore', () => {
    const lenient = /strict|restrict|require|trust|large-prefix|sql-mode|max-allowed-packet/
    expect(serverOptions(paths).filter(option => lenient.test(option))).toEqual([])
  })

  it('include what the old server had, when its data folder is made too', () => {
    for (const options of [serverOptions(paths), initialOptions('mysql', paths), initialOptions('mariadb', paths)])
      expect(options).toContain('--loose-innodb-page-size=32768')
  })
})
