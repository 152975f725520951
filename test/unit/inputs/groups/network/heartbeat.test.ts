import { loadHeartbeat } from '../../../../../src/inputs/groups/network/heartbeat'
import { given, refusal } from '../../reading'

describe('loadHeartbeat', () => {
  it('is undefined when nothing is set', () => {
    expect(loadHeartbeat(given())).toBeUndefined()
  })

  it.each([
    'https://hc-ping.com/5f3c7f0e-1111-2222-3333-444455556666',
    'http://127.0.0.1:8000/ping/key/slug?create=1',
    'HTTPS://HC.example/a/',
  ])('takes %s as it is, and masks it', url => {
    const read = given({ 'heartbeat-url': url })
    expect(loadHeartbeat(read)).toBe(url)
    expect(read.secrets).toEqual([url])
  })

  it.each([
    ['hc-ping.com/zq1', 'must be an http or https URL'],
    ['ftp://zq1.example', 'must be an http or https URL'],
    ['https://', 'must be an http or https URL'],
    ['https://[zq1', 'must be an http or https URL'],
    ['https://zq1.example/a b', 'must not contain spaces or line breaks'],
    ['https://zq1.example/a\nhttps://zq1.example/b', 'must not contain spaces or line breaks'],
    ['https://user:zq1@hc.example', 'must not contain a user or a password'],
    ['https://zq1@hc.example', 'must not contain a user or a password'],
    ['abc', 'is a secret of fewer than 4 characters'],
  ])('refuses %j without showing it', (value, rule) => {
    const error = refusal(() => loadHeartbeat(given({ 'heartbeat-url': value })))
    expect(error.message).toBe(`Input "heartbeat-url" ${rule}.`)
    expect(`${error.message}${error.advice}`).not.toContain('zq1')
  })
})
