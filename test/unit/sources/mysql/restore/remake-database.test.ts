import { endOwnConnections, remakeDatabase } from '../../../../../src/sources/mysql/restore/remake-database'

const defaults = { characterSet: 'utf8mb4', collation: 'utf8mb4_general_ci' }

/** A database server that notes what it is told, and answers what the test says. */
function aServer(answer: (sql: string) => string | Error) {
  const ran: string[] = []
  const runSql = async ({ sql }: { sql: string }) => {
    ran.push(sql)
    const answered = answer(sql)
    if (answered instanceof Error) throw answered
    return answered
  }
  return { ran, place: { server: { runSql }, access: {} } }
}

describe('remakeDatabase', () => {
  it('drops a database and makes it with its defaults, and waits for nobody longer than two minutes', async () => {
    const { ran, place } = aServer(() => '')
    await remakeDatabase(place, 'shop', defaults, 'the making')
    expect(ran).toHaveLength(1)
    expect(ran[0]).toMatch(
      /^SET lock_wait_timeout = 120;\nDROP DATABASE IF EXISTS `shop`;\nCREATE DATABASE `shop`.*utf8mb4_general_ci/,
    )
  })

  it('keeps the database whose folder holds a file that is not of the server', async () => {
    const { ran, place } = aServer(sql =>
      sql.includes('DROP') ? new Error("Error dropping database (can't rmdir './shop') (error 1010)") : '',
    )
    await remakeDatabase(place, 'shop', defaults, 'the making')
    expect(ran).toHaveLength(2)
    expect(ran[1]).toContain('ALTER DATABASE `shop`')
  })

  it('throws whatever else goes wrong', async () => {
    const { ran, place } = aServer(() => new Error('Lock wait timeout exceeded (error 1205)'))
    await expect(remakeDatabase(place, 'shop', defaults, 'the making')).rejects.toThrow('error 1205')
    expect(ran).toHaveLength(1)
  })
})

describe('endOwnConnections', () => {
  it('ends each connection that it finds, also when one is gone already', async () => {
    const { ran, place } = aServer(sql => {
      if (sql.includes('PROCESSLIST')) return '12\n14\n'
      return sql.includes('KILL 12') ? new Error('Unknown thread id: 12 (error 1094)') : ''
    })
    await endOwnConnections(place, "shop'; --")
    expect(ran.slice(1)).toEqual(['KILL 12;', 'KILL 14;'])
    expect(ran[0]).toContain(`x'${Buffer.from("shop'; --").toString('hex').toUpperCase()}'`)
  })

  it('leaves what it may not see', async () => {
    const { ran, place } = aServer(() => new Error('Access denied (error 1227)'))
    await endOwnConnections(place, 'shop')
    expect(ran).toHaveLength(1)
  })
})
