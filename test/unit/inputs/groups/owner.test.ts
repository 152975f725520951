import { readOwner } from '../../../../src/inputs/groups/owner'
import { given } from '../reading'

const read = (owner: string) => readOwner(given({ owner }))

describe('the input "owner"', () => {
  it('is a user, with a group or with that of its login', () => {
    expect(read('')).toBeUndefined()
    expect(read('www-data')).toEqual({ user: 'www-data', group: undefined })
    expect(read('deploy:www-data')).toEqual({ user: 'deploy', group: 'www-data' })
    expect(read('33:33')).toEqual({ user: '33', group: '33' })
    expect(read('CORP\\deploy:domain users')).toEqual({ user: 'CORP\\deploy', group: 'domain users' })
  })

  it.each(['33', ':www-data', 'www-data:', 'a:b:c', '-R', 'a/b'])('refuses %j', value => {
    expect(() => read(value)).toThrow(/^Input "owner" must be a user, or a user and a group, got /)
  })
})
