import { aDump, aManifest } from '../../../commands/restore/a-restore'
import { findings, fixes, type PlanOptions } from '../../../commands/restore/planning'

const manifest = aManifest([aDump()])
const told = (options: PlanOptions) => findings({ manifest, ...options })

describe('checkDumpNeeds', () => {
  const mysql80 = ['utf8mb4_general_ci', 'utf8mb4_0900_ai_ci', 'utf8mb3_general_ci', 'latin1_swedish_ci']
  const mysql57 = ['utf8mb4_general_ci', 'utf8_general_ci', 'latin1_swedish_ci']
  const mariadb114 = ['utf8mb4_general_ci', 'utf8mb3_general_ci', 'uca1400_ai_ci', 'utf8mb4_uca1400_nopad_ai_ci']

  it.each([
    ['utf8mb4_0900_ai_ci', mysql80, true],
    ['utf8mb4_0900_ai_ci', mysql57, false],
    ['utf8mb4_0900_ai_ci', mariadb114, false],
    ['utf8mb4_uca1400_ai_ci', mariadb114, true],
    ['latin2_uca1400_ai_ci', mariadb114, true],
    ['utf8mb4_uca1400_as_ci', mariadb114, false],
    ['utf8mb4_uca1400_ai_ci', mysql80, false],
    // New servers take the old name, old ones do not take the new.
    ['utf8_general_ci', mysql80, true],
    ['utf8_general_ci', mysql57, true],
    ['utf8mb3_general_ci', mysql57, false],
    ['utf8_esperanto_ci', mysql80, false],
    ['latin1_binary', ['utf8mb4_general_ci', 'binary'], false],
    ['whatever', [], true],
  ])('knows whether the collation %s is among %j: %s', (collation, known, isKnown) => {
    const needs = { collations: [collation] }
    const facts = { database: { collations: new Set(known) } }
    expect(told({ needs, facts })).toEqual(
      isKnown
        ? []
        : [`error: The dump of "shop" needs what this database server does not know: the collation ${collation}.`],
    )
  })

  it.each([
    ['utf8mb3', ['utf8mb4', 'utf8'], true],
    ['utf8', ['utf8mb4', 'utf8mb3'], true],
    ['utf8', ['utf8mb4'], false],
    ['binary', ['utf8mb4'], true],
    ['gb18030', ['utf8mb4'], false],
    ['gb18030', [], true],
  ])('knows whether the character set %s is among %j: %s', (characterSet, known, isKnown) => {
    const needs = { characterSets: [characterSet] }
    const facts = { database: { characterSets: new Set(known) } }
    expect(told({ needs, facts })).toHaveLength(isKnown ? 0 : 1)
  })

  it('asks for the defaults of the database too, which the dump does not name', () => {
    const content = { characterSet: 'GB18030', collation: 'gb18030_chinese_ci' }
    expect(told({ manifest: aManifest([aDump('shop', content)]) })).toEqual([
      'error: The dump of "shop" needs what this database server does not know: the character set gb18030, the collation gb18030_chinese_ci.',
    ])
  })

  it.each([
    [['InnoDB', 'MyISAM'], []],
    [['INNODB'], []],
    [['Aria', 'InnoDB', 'ROCKSDB'], ['Aria, ROCKSDB']],
  ])('looks for the storage engines %j', (engines, missing) => {
    expect(told({ needs: { engines } })).toEqual(
      missing.map(names => `error: The dump of "shop" has tables of storage engines that this server lacks: ${names}.`),
    )
  })

  it.each([
    [16_777_215, undefined],
    [16_777_216, 17 * 2 ** 20],
    [40_000_000, 39 * 2 ** 20],
    [2 ** 31, 2 ** 30],
  ])('holds the longest statement (%i bytes) against max_allowed_packet of 16 MiB', (longestStatementBytes, size) => {
    const mends = fixes({ manifest, needs: { longestStatementBytes } })
    expect(mends).toHaveLength(size === undefined ? 0 : 1)
    if (size !== undefined) expect(mends[0]).toMatch(new RegExp(`\\nSET GLOBAL max_allowed_packet=${size};$`))
  })

  it('says nothing of a packet size that it does not know', () => {
    const facts = { variables: { max_allowed_packet: 'unknown' } }
    expect(told({ needs: { longestStatementBytes: 1e9 }, facts })).toEqual([])
  })

  it.each([
    ['0', 0],
    ['1', 1],
    ['2', 0],
  ])('judges names with capitals with lower_case_table_names=%s', (folding, count) => {
    const tables = [{ name: 'Orders', bytes: 1, sha256: '' }]
    const facts = { variables: { lower_case_table_names: folding } }
    const given = findings({ manifest: aManifest([aDump('shop', { tables })]), facts })
    expect(given).toHaveLength(count)
    if (count > 0) expect(given[0]).toMatch(/such as "Orders"/)
  })

  it('refuses a dump that sets GTID_PURGED', () => {
    expect(told({ needs: { hasGtidPurged: true } })).toEqual([
      'error: The dump of "shop" sets GTID_PURGED of the whole server.',
    ])
  })

  it('refuses statements that no dump tool writes, unless they are named', () => {
    const what =
      'The dump of "shop" has statements that no dump tool writes for one database, and the import would run them: CREATE USER, SET GLOBAL.'
    const needs = { unusual: ['CREATE USER', 'SET GLOBAL'] }
    expect(told({ needs })).toEqual([`error: ${what}`])
    expect(fixes({ manifest, needs })[0]).toMatch(/add "statements" to "allow-entries"/)
    const inputs = (kind: 'devices' | 'statements') => ({ allowedEntries: new Set([kind]) })
    expect(told({ needs, inputs: inputs('devices') })).toEqual([`error: ${what}`])
    expect(told({ needs, inputs: inputs('statements') })).toEqual([`warning: ${what}`])
  })

  it.each<[string[] | 'all', string | undefined, string[], string[]]>([
    ['all', undefined, [], []],
    ['all', undefined, ['shop'], []],
    ['all', 'shop', ['shop'], []],
    ['all', 'blog', [], ['"blog"']],
    ['all', undefined, ['shop', 'mysql', 'blog'], ['"mysql", "blog"']],
    ['all', 'blog', ['blog'], ['"blog"']],
    [['shop=copy'], undefined, [], []],
    [['shop=copy'], undefined, ['copy'], []],
    [['shop=copy'], undefined, ['shop'], ['"shop"']],
    [['shop=copy'], 'shop', [], ['"shop"']],
  ])('restores %j of a dump that goes to %s and names %j', (databases, usesDatabase, strangers, others) => {
    const target = databases === 'all' ? 'shop' : 'copy'
    expect(told({ inputs: { databases }, needs: { usesDatabase, strangers } })).toEqual(
      others.map(names => `error: The dump of "shop" would write outside of "${target}": it names ${names}.`),
    )
  })
})
