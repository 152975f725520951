import type { Manifest } from '../../../../../src/repository/manifest/manifest'
import { settingSteps } from '../../../../../src/sources/mysql/target/check-settings'
import type { TargetDatabase } from '../../../../../src/sources/mysql/target/database-target-facts'
import { aDump, aManifest } from '../../../commands/restore/a-restore'
import { findings } from '../../../commands/restore/planning'

function withSettings(settings: Record<string, string>): Manifest {
  const manifest = aManifest([aDump()])
  const { database } = manifest.server
  if (database === undefined) throw new Error('A manifest of a database.')
  return { ...manifest, server: { ...manifest.server, database: { ...database, settings } } }
}

describe('the settings of the server', () => {
  const told = (old: Record<string, string>, variables: Record<string, string>) =>
    findings({ manifest: withSettings(old), facts: { variables } })

  it('are told where they may refuse a table', () => {
    const pages = told({ innodb_page_size: '32768' }, { innodb_page_size: '16384' })
    expect(pages).toEqual([expect.stringMatching(/^warning: The old server had pages of 32768 bytes/)])
    const rows = told({}, { innodb_default_row_format: 'compact' })
    expect(rows).toEqual([expect.stringMatching(/^warning: Tables without a row format get compact/)])
    const keys = told({}, { innodb_force_primary_key: 'ON' })
    expect(keys).toEqual([expect.stringMatching(/^warning: .* requires a primary key/)])
    const stock = { innodb_page_size: '16384', innodb_default_row_format: 'dynamic', innodb_force_primary_key: 'OFF' }
    expect(told({ innodb_page_size: '16384' }, stock)).toEqual([])
  })

  it.each([
    ['disabled_storage_engines', 'MyISAM,Archive', ['myisam']],
    ['enforce_storage_engine', 'InnoDB', ['MyISAM']],
  ])('refuse engines by %s', (name, value, engines) => {
    const facts = { variables: { [name]: value } }
    const found = findings({ manifest: aManifest([aDump()]), needs: { engines: ['InnoDB', ...engines] }, facts })
    expect(found).toEqual([expect.stringMatching(/^error: .*does not allow: "myisam"\.$/i)])
  })
})

describe('settingSteps', () => {
  const target = (flavor: 'mariadb' | 'mysql', settings: Record<string, string>) =>
    ({
      found: { inventory: { server: { flavor, version: '10.11.19' }, settings: new Map(Object.entries(settings)) } },
    }) as unknown as TargetDatabase

  it('are lines for my.cnf of what the old server had otherwise', () => {
    const manifest = withSettings({ sql_mode: '', group_concat_max_len: '5000', time_zone: 'SYSTEM' })
    const here = { sql_mode: 'STRICT_TRANS_TABLES', group_concat_max_len: '1024', time_zone: 'SYSTEM' }
    expect(settingSteps(manifest, target('mariadb', here))).toMatchObject([
      { commands: ['[mysqld]', 'sql_mode=', 'group_concat_max_len=5000'], language: 'ini' },
    ])
    expect(settingSteps(manifest, target('mariadb', { ...here, sql_mode: '', group_concat_max_len: '5000' }))).toEqual(
      [],
    )
  })

  it('are none for another product, and for values that are more than a value', () => {
    expect(settingSteps(withSettings({ sql_mode: 'ORACLE' }), target('mysql', { sql_mode: '' }))).toEqual([])
    const odd = withSettings({ sql_mode: 'A\nplugin_load_add=evil.so' })
    expect(settingSteps(odd, target('mariadb', { sql_mode: '' }))).toEqual([])
    expect(settingSteps(withSettings({ sql_mode: 'A' }), undefined)).toEqual([])
  })
})
