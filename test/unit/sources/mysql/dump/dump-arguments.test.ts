import { connectionOptions, dumpArguments } from '../../../../../src/sources/mysql/dump/dump-arguments'

const request = {
  database: '-odd',
  selection: { excluded: ['a b'], structureOnly: ['log'] },
  extra: ['--skip-extended-insert'],
  canIgnoreTableData: true,
}

describe('dumpArguments', () => {
  it('puts the database behind "--", so that no name can pass for an option', () => {
    expect(dumpArguments(request).main.slice(-2)).toEqual(['--', '-odd'])
  })

  it('puts the extra options behind the base, so that they win where they may', () => {
    const { main } = dumpArguments(request)
    expect(main.indexOf('--skip-extended-insert')).toBeGreaterThan(main.indexOf('--single-transaction'))
  })

  it('leaves out rows by an option where the tool has one', () => {
    const { main, structure } = dumpArguments(request)
    expect(main).toEqual(expect.arrayContaining(['--ignore-table=-odd.a b', '--ignore-table-data=-odd.log']))
    expect(structure).toEqual([])
  })

  it('takes the structure in a pass of its own where it has none', () => {
    const { main, structure } = dumpArguments({ ...request, canIgnoreTableData: false })
    expect(main).toEqual(expect.arrayContaining(['--ignore-table=-odd.a b', '--ignore-table=-odd.log']))
    expect(structure).toEqual(expect.arrayContaining(['--no-data', '--skip-routines', '--skip-events']))
    expect(structure.slice(-3)).toEqual(['--', '-odd', 'log'])
  })

  it('needs one pass when no table is structure-only', () => {
    const selection = { excluded: [], structureOnly: [] }
    expect(dumpArguments({ ...request, selection, canIgnoreTableData: false }).structure).toEqual([])
  })

  it('leaves out the questions for triggers where there are none, and does not record that', () => {
    const { main, structure, options } = dumpArguments({ ...request, canIgnoreTableData: false, hasNoTriggers: true })
    for (const given of [main, structure])
      expect(given.lastIndexOf('--skip-triggers')).toBeGreaterThan(given.indexOf('--triggers'))
    expect(options).not.toContain('--skip-triggers')
    expect(dumpArguments(request).main).not.toContain('--skip-triggers')
  })

  it('records options without names of databases or tables', () => {
    expect(dumpArguments(request).options.join(' ')).not.toMatch(/odd|log|a b/)
  })
})

describe('connectionOptions', () => {
  it('picks what the inventory client needs to get in, and nothing that only a dump tool knows', () => {
    expect(
      connectionOptions([
        '--ssl-mode=DISABLED',
        '--skip-ssl',
        '--loose-ssl-ca=/ca.pem',
        '--skip-extended-insert',
        '--tls-version=TLSv1.2',
      ]),
    ).toEqual(['--ssl-mode=DISABLED', '--skip-ssl', '--loose-ssl-ca=/ca.pem', '--tls-version=TLSv1.2'])
  })
})
