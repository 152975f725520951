import { titleOf } from '../../../../src/runtime/text/title-of'

describe('titleOf', () => {
  it.each([
    ['The database "shopp" does not exist. It sees: shop.', 'database "shopp" does not exist'],
    ['Input "ssh-port" must be a whole number, got "22a".', 'input "ssh-port" must be a whole number, got "22a"'],
    ['Could not write to s3://acme: access denied.', 'could not write to s3://acme: access denied'],
    ['Monday-13-00 is not proven.', 'Monday-13-00 is not proven'],
    ['web1.example.com:22 refused the connection.\nIs sshd up?', 'web1.example.com:22 refused the connection'],
    ['The folder "/srv/A. B" does not exist. Check.', 'folder "/srv/A. B" does not exist'],
    ['', ''],
    ['no end', 'no end'],
  ])('makes of %j the title %j', (message, title) => {
    expect(titleOf(message)).toBe(title)
  })

  it('cuts a long sentence where a clause ends, and not within a name', () => {
    const names = Array.from({ length: 40 }, (_, index) => `"name, ${index}"`).join(', ')
    const title = titleOf(`The database "shop" has tables that cannot be written: ${names}.`)
    expect(title).toMatch(/^database "shop" has tables that cannot be written: "name, 0", .*"name, \d+"$/)
    expect(title.length).toBeLessThanOrEqual(140)
  })

  it('cuts what has no clauses with an ellipsis', () => {
    expect(titleOf('x'.repeat(500))).toBe(`${'x'.repeat(139)}…`)
  })
})
