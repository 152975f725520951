import { quotedAccount, quotedIdentifier } from '../../../../../src/sources/mysql/client/sql-names'

describe('quotedIdentifier', () => {
  it.each([
    ['shop', '`shop`'],
    ['a`b``c', '`a``b````c`'],
    ['a b;-- "\'\\', '`a b;-- "\'\\`'],
    ['', '``'],
  ])('quotes %j', (name, quoted) => {
    expect(quotedIdentifier(name)).toBe(quoted)
  })
})

describe('quotedAccount', () => {
  it.each([
    ['root@localhost', "'root'@'localhost'"],
    ['me@home@10.%', "'me@home'@'10.%'"],
    ["o'x@localhost", "`o'x`@'localhost'"],
    ['a\\b@%', "`a\\b`@'%'"],
    ["`'@%", "```'`@'%'"],
    ['@%', "''@'%'"],
    // A role, or a definer without a host.
    ['role', "'role'@'%'"],
  ])('quotes %j', (user, quoted) => {
    expect(quotedAccount(user)).toBe(quoted)
  })
})
