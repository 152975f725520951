import { type GrantRules, parseGrants } from '../../../../../src/sources/mysql/inventory/grants'
import { missingRights } from '../../../../../src/sources/mysql/target/restore-rights'

const mariadb: GrantRules = { flavor: 'mariadb', partialRevokes: false }
const mysql: GrantRules = { flavor: 'mysql', partialRevokes: false }

const everything =
  'SELECT, INSERT, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES, CREATE VIEW, SHOW VIEW, TRIGGER, CREATE ROUTINE, ALTER ROUTINE, EVENT'

const missing = (lines: readonly string[], rules = mariadb, database = 'shop') =>
  missingRights({ grants: parseGrants(lines, rules), user: 'shop@localhost', database })

describe('missingRights', () => {
  it.each([
    'GRANT ALL PRIVILEGES ON *.* TO `shop`@`localhost` WITH GRANT OPTION',
    "GRANT ALL PRIVILEGES ON `shop`.* TO 'shop'@'localhost'",
    `GRANT ${everything} ON \`sh\\_p\`.* TO \`shop\`@\`localhost\`\nGRANT ${everything} ON *.* TO \`shop\`@\`localhost\``,
    `GRANT ${everything}, UPDATE, DELETE HISTORY ON \`sh%\`.* TO \`shop\`@\`localhost\``,
  ])('finds none with %j', lines => {
    expect(missing(lines.split('\n'))).toBeUndefined()
    expect(missing(lines.split('\n'), mysql)).toBeUndefined()
  })

  it('adds up what builds on everything and on the database', () => {
    const lines = [
      'GRANT SELECT, INSERT, CREATE, DROP, ALTER, INDEX, REFERENCES ON *.* TO `shop`@`localhost`',
      'GRANT LOCK TABLES, CREATE VIEW, SHOW VIEW, TRIGGER, CREATE ROUTINE, ALTER ROUTINE ON `shop`.* TO `shop`@`localhost`',
    ]
    expect(missing(lines)).toEqual({
      missing: ['EVENT'],
      grant: "GRANT EVENT ON `shop`.* TO 'shop'@'localhost';",
    })
  })

  it('names everything for a user without rights, on a name without wildcards', () => {
    expect(missing(['GRANT USAGE ON *.* TO `shop`@`localhost`'], mariadb, 'my_shop')).toEqual({
      missing: everything.split(', '),
      grant: `GRANT ${everything} ON \`my\\_shop\`.* TO 'shop'@'localhost';`,
    })
  })

  it('writes to the pattern that would hide a new grant', () => {
    const lines = ['GRANT SELECT ON `my%`.* TO `shop`@`localhost`']
    expect(missing(lines, mariadb, 'my_shop')?.grant).toMatch(/ ON `my%`\.\* TO /)
  })

  it('writes a statement for each pattern where all must agree', () => {
    const lines = [
      `GRANT ${everything.replace(', EVENT', '')} ON \`my%\`.* TO \`shop\`@\`localhost\``,
      `GRANT ${everything.replace(', EVENT', '')} ON \`my\\_shop\`.* TO \`shop\`@\`localhost\``,
    ]
    expect(missing(lines, mysql, 'my_shop')?.grant).toBe(
      "GRANT EVENT ON `my%`.* TO 'shop'@'localhost'; GRANT EVENT ON `my\\_shop`.* TO 'shop'@'localhost';",
    )
  })

  it('takes no right on single tables for one on the database', () => {
    expect(missing(['GRANT ALL PRIVILEGES ON `shop`.`orders` TO `shop`@`localhost`'])?.missing).toHaveLength(14)
  })
})
