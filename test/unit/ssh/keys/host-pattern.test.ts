import { knownHostsName } from '../../../../src/ssh/keys/host-pattern'

describe('knownHostsName', () => {
  it('puts host and port into brackets unless the port is 22', () => {
    expect(knownHostsName('Web1', 22)).toBe('web1')
    expect(knownHostsName('web1', 2222)).toBe('[web1]:2222')
  })
})
