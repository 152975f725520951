import { hostNames } from '../../../../src/ssh/dial/route'
import { parseHostKeyPins } from '../../../../src/ssh/keys/host-keys'

describe('hostNames', () => {
  it('puts an IPv6 address into brackets before the port', () => {
    const target = { host: '2001:db8::1', port: 22, user: 'deploy', hostKeys: parseHostKeyPins('') }
    expect(hostNames(target, undefined, false).where).toBe('[2001:db8::1]:22')
    expect(hostNames(target, undefined, true).Where).toBe('The jump host [2001:db8::1]:22')
  })
})
