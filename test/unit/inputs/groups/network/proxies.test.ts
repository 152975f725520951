import { loadProxies } from '../../../../../src/inputs/groups/network/proxies'
import { faultsOf, given, refusal } from '../../reading'

const load = (environment: Record<string, string>) => loadProxies(given({}), environment)

describe('loadProxies', () => {
  it('has none without the variables, or when they are empty', () => {
    expect(load({})).toBeUndefined()
    expect(load({ HTTPS_PROXY: ' ', http_proxy: '', NO_PROXY: '*' })).toBeUndefined()
  })

  it('reads the usual variables, of which the lower-case ones count', () => {
    expect(
      load({
        HTTPS_PROXY: 'http://one.test:3128',
        https_proxy: 'https://two.test',
        HTTP_PROXY: 'three.test:8080',
        NO_PROXY: 'a.test',
        no_proxy: 'b.test,c.test:80',
      }),
    ).toEqual({
      https: { variable: 'https_proxy', origin: 'https://two.test' },
      http: { variable: 'HTTP_PROXY', origin: 'http://three.test:8080' },
      direct: [{ host: 'b.test' }, { host: 'c.test', port: 80 }],
    })
  })

  it('decodes user and password, and masks every form of them', () => {
    const read = given({})
    const { https } = loadProxies(read, { https_proxy: 'http://runner:p%40ss%3Aword@proxy.test:3128/' }) ?? {}
    const header = `Basic ${Buffer.from('runner:p@ss:word').toString('base64')}`
    expect(https).toEqual({ variable: 'https_proxy', origin: 'http://proxy.test:3128', authorization: header })
    expect(read.secrets).toEqual(
      expect.arrayContaining(['runner:p%40ss%3Aword', 'p%40ss%3Aword', 'p@ss:word', 'runner:p@ss:word', header]),
    )
    expect(read.secrets).not.toContain('runner')
  })

  it.each([
    'socks5://proxy.test:1080',
    'http://',
    'http://proxy.test:99999',
    'http://user:p@ss#word@proxy.test:3128',
    'not a proxy',
    'http://proxy.test:3128?a=b',
  ])('refuses %p by the name of the variable, without its value', value => {
    const read = given({})
    const { message, advice } = refusal(() => loadProxies(read, { HTTP_PROXY: value }))
    expect(message).toBe('The variable HTTP_PROXY in the environment of the runner is not the URL of an HTTP proxy.')
    expect(advice).toMatch(/percent-encoded/)
    expect(`${message}${advice}`).not.toContain('p@ss')
    if (value.includes('p@ss')) expect(read.secrets).toContain('p@ss#word')
  })

  it('refuses both at once', () => {
    const error = refusal(() => load({ HTTP_PROXY: 'ftp://a', HTTPS_PROXY: 'ftp://b' }))
    expect(faultsOf(error).filter(line => /The variable HTTPS?_PROXY/.test(line))).toHaveLength(2)
  })
})
