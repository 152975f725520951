import type { DatabaseTrait } from '../../../../../src/repository/manifest/manifest'
import { aDump, aManifest } from '../../../commands/restore/a-restore'
import { findings, fixes, type PlanOptions } from '../../../commands/restore/planning'

const mysql = { flavor: 'mysql', version: '9.7.4' } as const
const trait = (name: string, names: string[], statements?: string[]): DatabaseTrait => ({
  ...{ trait: name, count: names.length, names },
  ...(statements === undefined ? {} : { statements }),
})
const of = (traits: DatabaseTrait[], options: PlanOptions = {}): PlanOptions => ({
  ...{ manifest: aManifest([aDump('shop', { traits })]) },
  ...options,
  facts: { server: mysql, ...options.facts },
})
/** Without the warning that the dump is from another product. */
const own = (options: PlanOptions) => findings(options).filter(each => !each.includes('The dump comes from'))
const errors = (options: PlanOptions) => findings(options).filter(each => each.startsWith('error'))

describe('what the old server had', () => {
  const wide = [trait('wide-rows', ['wide'])]
  const strict = { innodb_strict_mode: 'ON' }

  it('is refused where the login may not set what it takes, with the GRANT', () => {
    const options = of(wide, { facts: { variables: strict } })
    expect(errors(options)[0]).toContain('innodb_strict_mode=OFF')
    expect(errors(options)[0]).toContain('"wide"')
    expect(fixes(options).join('\n')).toContain("GRANT SESSION_VARIABLES_ADMIN ON *.* TO 'root'@'localhost';")
  })

  it('is taken where the login may, or the server does not mind', () => {
    const session = new Set(['innodb_strict_mode'])
    expect(errors(of(wide, { facts: { variables: strict, database: { session } } }))).toEqual([])
    expect(errors(of(wide, { facts: { variables: { innodb_strict_mode: 'OFF' } } }))).toEqual([])
  })

  it('asks for tables without a primary key only of a server that has something against them', () => {
    const keyless = [trait('no-primary-key', ['log'])]
    expect(errors(of(keyless))).toEqual([])
    const variables = { sql_generate_invisible_primary_key: 'ON' }
    expect(errors(of(keyless, { facts: { variables } }))[0]).toContain('sql_generate_invisible_primary_key=OFF')
  })

  it('is asked for by its statement where it is a spatial reference system', () => {
    const statement = "CREATE OR REPLACE SPATIAL REFERENCE SYSTEM 990001 NAME 'ours' DEFINITION 'x'"
    const traits = [trait('reference-systems', ['990001'], [statement])]
    expect(fixes(of(traits)).join('\n')).toContain(`\n${statement};`)
    const abilities = {
      tablespaces: undefined,
      referenceSystems: new Set(['990001']),
      hasTimeZones: true,
      hasKeys: true,
    }
    expect(errors(of(traits, { facts: { database: { abilities } } }))).toEqual([])
  })

  it('is asked for where it is keys, time zones or trust in functions', () => {
    const traits = [
      trait('encrypted-tables', ['secret']),
      trait('named-time-zones', ['Europe/Berlin']),
      trait('unsafe-functions', ['f']),
    ]
    const none = { tablespaces: undefined, referenceSystems: new Set<string>(), hasTimeZones: false, hasKeys: false }
    const found = errors(of(traits, { facts: { variables: { log_bin: 'ON' }, database: { abilities: none } } }))
    expect(found).toHaveLength(3)
    const all = { ...none, hasTimeZones: true, hasKeys: true }
    const variables = { log_bin: 'ON', log_bin_trust_function_creators: 'ON' }
    expect(errors(of(traits, { facts: { variables, database: { abilities: all } } }))).toEqual([])
  })

  it('is a tablespace: refused when it is missing, doubted when that cannot be seen', () => {
    const needs = { tablespaces: ['ours', 'innodb_system'] }
    const abilities = { referenceSystems: new Set<string>(), hasTimeZones: true, hasKeys: true }
    const seen = (tablespaces: ReadonlySet<string> | undefined) =>
      own(of([], { needs, facts: { database: { abilities: { ...abilities, tablespaces } } } }))
    expect(seen(new Set())).toEqual([expect.stringMatching(/^error: .*does not have: "ours"\.$/)])
    expect(seen(undefined)).toEqual([expect.stringMatching(/^warning: .*may not see them\): "ours"\.$/)])
    expect(seen(new Set(['ours']))).toEqual([])
  })

  it('is a folder of its own, which a dump does not choose', () => {
    const needs = { folders: ['/mnt/fast/'] }
    expect(own(of([], { needs }))).toEqual([expect.stringMatching(/^warning: .*DATA DIRECTORY.*"\/mnt\/fast\/"/)])
  })
})
