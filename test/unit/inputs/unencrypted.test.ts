import { unencrypted } from '../../../src/inputs/unencrypted'

const whatOf = (endpoint?: string, heartbeatUrl?: string) =>
  unencrypted({
    s3: endpoint === undefined ? {} : { endpoint },
    ...(heartbeatUrl === undefined ? {} : { heartbeatUrl }),
  }).map(({ what }) => what)

describe('unencrypted', () => {
  it('has nothing to say of https, and of AWS', () => {
    expect(whatOf()).toEqual([])
    expect(whatOf('https://s3.example.com', 'https://hc-ping.com/1')).toEqual([])
  })

  it.each([
    'http://127.0.0.1:9000',
    'http://127.1.2.3',
    'http://localhost:9000',
    'http://[::1]:9000',
    'http://2130706433',
  ])('has nothing to say of this machine: %s', endpoint => {
    expect(whatOf(endpoint, `${endpoint}/ping`)).toEqual([])
  })

  it.each([
    'http://s3.example.com',
    'HTTP://10.0.0.1:9000',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
  ])('says what %s gives away', endpoint => {
    expect(whatOf(endpoint)).toEqual([expect.stringMatching(/^"s3-endpoint" .* can read every database and file/)])
  })

  it('says all in one warning', () => {
    const [what, ...others] = whatOf('http://s3.example.com', 'http://monitor.example.com/1')
    expect(others).toEqual([])
    expect(what).toContain('"s3-endpoint" begins with http://')
    expect(what).toContain('"heartbeat-url" begins with http://')
    // It is a secret.
    expect(what).not.toContain('monitor.example.com')
  })
})
