import { openSession, trySession } from '../../../../../src/sources/mysql/client/import-session'

const { signal } = new AbortController()
const session = (answer: string, old: Record<string, string> = {}, areTrusted = false) =>
  openSession({}, { ...{ old, areTrusted, signal }, runSql: async () => answer })

describe('openSession', () => {
  it('has what the server lets the account set, and nothing else', async () => {
    const answer = 'session\tautocommit\nsession\tcheck_constraint_checks\nsomething else\n'
    expect((await session(answer)).before).toBe('SET SESSION autocommit = 1, check_constraint_checks = 0; ')
    expect((await session('')).before).toBe('')
  })

  it('takes invalid dates, and tables in no folder but their own unless the dump is trusted', async () => {
    expect((await session('')).afterMode).toContain("'ALLOW_INVALID_DATES,NO_DIR_IN_CREATE')")
    expect((await session('', {}, true)).afterMode).toContain("'ALLOW_INVALID_DATES')")
  })

  it('computes generated columns as the old server did', async () => {
    const old = {
      sql_mode: 'STRICT_ALL_TABLES,NO_UNSIGNED_SUBTRACTION',
      default_week_format: '3',
      lc_time_names: 'de_DE',
    }
    const { before, afterMode } = await session('session\tdefault_week_format\nsession\tlc_time_names\n', old)
    expect(before).toBe("SET SESSION default_week_format = 3, lc_time_names = 'de_DE'; ")
    expect(afterMode).toContain("NO_DIR_IN_CREATE,NO_UNSIGNED_SUBTRACTION'")
    expect(afterMode).not.toContain('STRICT')
  })

  it('believes nothing of a manifest that could be more than a value', () => {
    const old = { lc_time_names: "de'; DROP DATABASE shop; --", default_week_format: '3; SELECT 1' }
    expect(trySession(old)).toBe(trySession())
  })

  it('fits on one line, which keeps the numbers of lines in messages right', async () => {
    const answer = [...trySession().matchAll(/SELECT ('session'), '(\w+)'/g)].map(([, , name]) => `session\t${name}`)
    const { before, afterMode } = await session(answer.join('\n'))
    expect(answer.length).toBeGreaterThan(8)
    expect(`${before}${afterMode}`).not.toContain('\n')
  })
})
