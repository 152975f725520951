import type { SqlRequest } from '../../../../../src/sources/mysql/client/run-sql'
import { deniedDefiners } from '../../../../../src/sources/mysql/target/denied-definers'

function asking(definers: readonly string[], answer: string | Error) {
  const asked: SqlRequest[] = []
  const runSql = async (request: SqlRequest) => {
    asked.push(request)
    if (answer instanceof Error) throw answer
    return answer
  }
  return { asked, denied: deniedDefiners(runSql, { access: {}, database: 'my`shop', definers }) }
}

describe('deniedDefiners', () => {
  it('takes the word of the server for each name', async () => {
    const answer = [
      'Error\t1227\tAccess denied; you need (at least one of) the SYSTEM_USER privilege(s) for this operation\nasked',
      "Error\t1539\tUnknown event 'x'\nasked",
      'Error\t1227\tAccess denied; you need (at least one of) the SUPER, SET USER privilege(s) for this operation\nasked',
      "Error\t1049\tUnknown database 'my`shop'\nasked\n",
    ].join('\n')
    const { denied, asked } = asking(['root@localhost', 'a@%', 'b@%', 'role'], answer)
    expect([...(await denied)]).toEqual([
      ['root@localhost', 'system-user'],
      ['b@%', 'right'],
    ])
    expect(asked).toMatchObject([{ goesOn: true }])
    expect(asked[0]?.sql).toContain("ALTER DEFINER='root'@'localhost' EVENT `my``shop`.`")
    expect(asked[0]?.sql).toContain('ALTER DEFINER=`role` EVENT')
  })

  it('knows nothing where there is no answer, and asks nothing without a name', async () => {
    expect([...(await asking(['a@%'], new Error('gone')).denied)]).toEqual([])
    const { asked, denied } = asking([], '')
    expect([...(await denied)]).toEqual([])
    expect(asked).toEqual([])
  })
})
