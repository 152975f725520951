import { suspectFacts } from '../../../../src/commands/backup/suspect-facts'
import { aBaseline, aDatabaseBaseline, aFilesBaseline, aTable } from '../../repository/a-baseline'

const folder = (name: string, files: number) => ({ name, files, bytes: files * 1000 })
const files = (amounts: ReturnType<typeof folder>[]) => aFilesBaseline({ amounts: { 'first-level folder': amounts } })

describe('suspectFacts', () => {
  it('says how the tables come back that are gone, and the folders', () => {
    const before = aBaseline([
      aDatabaseBaseline({ parts: [aTable('orders'), aTable("it's"), aTable('users')] }),
      files([folder('/srv/www/media', 90), folder('/srv/www/core', 5)]),
    ])
    const now = aBaseline([aDatabaseBaseline({ parts: [aTable('users')] }), files([folder('/srv/www/core', 5)])])
    const { changes, bringBack } = suspectFacts(before, now)
    expect(changes.tables).toMatchObject({ gone: 2, unchanged: 1 })
    expect(changes.folders?.greatest[0]).toMatchObject({ name: '/srv/www/media', files: { before: 90 } })
    expect(bringBack.map(({ commands }) => commands)).toEqual([
      ['snapshot: Monday-12-00', 'databases: |', '  shop=shop_before', 'paths: none'],
      [`mysqldump shop_before orders 'it'\\''s' | mysql shop`, "mysql -e 'DROP DATABASE `shop_before`'"],
      ['snapshot: Monday-12-00', 'databases: none', 'paths: |', '  /srv/www/media=/srv/before/srv/www/media'],
      ['rsync -aHS --ignore-existing /srv/before/srv/www/media/ /srv/www/media/'],
    ])
  })

  it('names what lost the most where nothing is gone, and a whole database or folder that is', () => {
    const before = aBaseline([aDatabaseBaseline({ parts: [aTable('orders', 9000), aTable('users', 500)] })])
    const less = aBaseline([aDatabaseBaseline({ parts: [aTable('orders', 10, 'x'), aTable('users', 400, 'x')] })])
    expect(suspectFacts(before, less).bringBack[1]?.commands[0]).toBe('mysqldump shop_before orders | mysql shop')
    expect(suspectFacts(before, aBaseline([])).bringBack.map(({ commands }) => commands)).toEqual([
      ['snapshot: Monday-12-00', 'databases: |', '  shop', 'paths: none'],
    ])
  })
})
