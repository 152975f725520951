import { checkDump } from '../../../../../../src/sources/mysql/check/dump-check'
import { referencedDatabases } from '../../../../../../src/sources/mysql/check/needs/referenced-databases'
import { mysqlDump } from '../../dumps'

describe('referencedDatabases', () => {
  it('are those into which foreign keys lead, but for the schemas of the server', () => {
    const key = (target: string) => `CONSTRAINT \`k\` FOREIGN KEY (\`a\`) REFERENCES ${target} (\`id\`)`
    const keys = ['`orders`', '`crm`.`customers`', '`mysql`.`user`', '`crm`.`x`'].map(key)
    const check = checkDump({ needs: true })
    check.write(Buffer.from(mysqlDump(`CREATE TABLE \`t\` (\n  \`a\` int,\n  ${keys.join(',\n  ')}\n);\n`)))
    const { needs } = check.finish()
    expect(referencedDatabases([needs, undefined])).toEqual(['crm'])
  })
})
