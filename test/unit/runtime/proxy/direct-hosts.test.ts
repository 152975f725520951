import { isDirect, parseDirectHosts } from '../../../../src/runtime/proxy/direct-hosts'

describe('NO_PROXY', () => {
  it.each([
    ['example.com', 'example.com'],
    ['example.com', 's3.example.com'],
    ['.example.com', 'example.com'],
    ['.example.com', 's3.example.com'],
    ['*.example.com', 's3.example.com'],
    ['EXAMPLE.com.', 's3.Example.COM'],
    ['a.test, b.test', 'b.test.'],
    ['a.test b.test', 'b.test'],
    ['*', 'anything.test'],
    ['example.com:9000', 'example.com'],
    ['127.0.0.1', '127.0.0.1'],
    ['10.0.0.0/8', '10.20.30.40'],
    ['10.0.0.0/8:9000', '10.20.30.40'],
    ['::1', '[::1]'],
    ['[::1]', '::1'],
    ['[::1]:9000', '::1'],
    ['2001:db8::/32', '2001:db8:1::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
  ])('%p takes out %p', (value, host) => {
    expect(isDirect(parseDirectHosts(value), host, 9000)).toBe(true)
  })

  it.each([
    ['', 'example.com'],
    [' , ', 'example.com'],
    ['example.com', 'badexample.com'],
    ['s3.example.com', 'example.com'],
    ['example.com:443', 'example.com'],
    ['[::1]:443', '::1'],
    ['10.0.0.0/8', '11.0.0.1'],
    ['10.0.0.0/8', '::1'],
    ['10.0.0.0/99', '10.0.0.1'],
    ['0.0.1', '127.0.0.1'],
    ['localhost', '127.0.0.1'],
    ['http://example.com', 'example.com'],
  ])('%p does not take out %p', (value, host) => {
    expect(isDirect(parseDirectHosts(value), host, 9000)).toBe(false)
  })
})
