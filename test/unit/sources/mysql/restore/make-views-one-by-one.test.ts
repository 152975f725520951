import { Writable } from 'node:stream'
import type { ImportContext } from '../../../../../src/sources/mysql/restore/import-dump'
import {
  brokenViewWarnings,
  makeViewsOneByOne,
  usesWhatIsMissing,
} from '../../../../../src/sources/mysql/restore/make-views-one-by-one'
import { aJobReport } from '../../../server/a-job-report'

/** The end of a dump with views, as mysqldump and mariadb-dump write it. */
const views = Buffer.from(
  ['open_orders', 'bücher`s', 'totals']
    .map(
      name => `--
-- Final view structure for view \`${name.replaceAll('`', '``')}\`
--

/*!50001 DROP VIEW IF EXISTS \`${name.replaceAll('`', '``')}\`*/;
/*!50001 CREATE ALGORITHM=UNDEFINED */
/*!50001 VIEW \`${name.replaceAll('`', '``')}\` AS select 1 AS \`1\` */;
`,
    )
    .join('\n'),
)

/** A server that takes SQL, and answers each import with what the test says of it. */
function aContext(answer: (sql: string) => Error | undefined) {
  const imports: string[] = []
  const openImport = async () => {
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<typeof aJobReport>>()
    promise.catch(() => {})
    let sql = ''
    const input = new Writable({
      write: (chunk, _encoding, done) => {
        sql += String(chunk)
        done()
      },
      final: done => {
        imports.push(sql)
        const error = answer(sql)
        if (error === undefined) resolve(aJobReport({ done: true }))
        else reject(error)
        done()
      },
    })
    return { input, done: promise, close: () => {} }
  }
  const context = { server: { openImport }, access: {}, hasGzip: false, signal: new AbortController().signal }
  return { imports, context: context as unknown as ImportContext }
}

describe('makeViewsOneByOne', () => {
  it('makes each view by itself', async () => {
    const { imports, context } = aContext(() => undefined)
    expect(await makeViewsOneByOne(views, 'shop', context)).toEqual([])
    expect(imports).toHaveLength(3)
    for (const sql of imports) {
      expect(sql).toMatch(/^SET NAMES utf8mb4;/)
      expect(sql.match(/ VIEW `/g)).toHaveLength(1)
    }
  })

  it('leaves out the view that stands on nothing, and tells its name', async () => {
    const { imports, context } = aContext(sql =>
      sql.includes('bücher``s') ? new Error("Table 'shop.books' doesn't exist (error 1146)") : undefined,
    )
    const broken = await makeViewsOneByOne(views, 'shop', context)
    expect(broken.map(({ name }) => name)).toEqual(['bücher`s'])
    expect(imports).toHaveLength(3)
    expect(brokenViewWarnings(broken)).toEqual([
      {
        code: 'view-not-made',
        level: 'warning',
        what: expect.stringContaining('The view "bücher`s" was left out'),
      },
    ])
  })

  it('throws what is not about something missing', async () => {
    const { context } = aContext(() => new Error('Access denied (error 1227)'))
    await expect(makeViewsOneByOne(views, 'shop', context)).rejects.toThrow('error 1227')
  })
})

describe('usesWhatIsMissing', () => {
  it.each([1146, 1049, 1356])('knows error %d', code => {
    expect(usesWhatIsMissing(new Error(`the server said so (error ${code})`))).toBe(true)
  })
  it('takes nothing else for it', () => {
    expect(usesWhatIsMissing(new Error('1146 rows (error 1205)'))).toBe(false)
  })
})
