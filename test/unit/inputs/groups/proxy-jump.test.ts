import { loadProxyJump } from '../../../../src/inputs/groups/proxy-jump'
import { given, refusal } from '../reading'

const load = (value: string) => loadProxyJump(given({ 'ssh-proxy-jump': value }))

describe('loadProxyJump', () => {
  it('is undefined when nothing is set', () => {
    expect(load('')).toBeUndefined()
  })

  it.each([
    ['backup@bastion.example.com', 'backup', 'bastion.example.com', 22],
    ['backup@bastion.example.com:2222', 'backup', 'bastion.example.com', 2222],
    ['backup@192.0.2.7:65535', 'backup', '192.0.2.7', 65535],
    ['backup@2001:db8::1', 'backup', '2001:db8::1', 22],
    ['backup@[2001:db8::1]', 'backup', '2001:db8::1', 22],
    ['backup@[2001:db8::1]:2222', 'backup', '2001:db8::1', 2222],
    ['backup@corp.example@bastion:22', 'backup@corp.example', 'bastion', 22],
    ['DOMAIN\\backup@bastion', 'DOMAIN\\backup', 'bastion', 22],
  ])('reads %s', (value, user, host, port) => {
    expect(load(value)).toEqual({ user, host, port })
  })

  const port = 'The port must be a whole number from 1 to 65535.'
  const user = 'Add the user of the jump host, as in: backup@bastion.example.com'
  const example = 'For example: backup@bastion.example.com:2222'
  it.each([
    ['bastion.example.com', user],
    ['bastion.example.com:2222', user],
    ['@bastion', user],
    ['backup@one,backup@two', 'Only one jump host is supported, not a chain.'],
    ['backup@bastion:', port],
    ['backup@bastion:0', port],
    ['backup@bastion:22a', port],
    ['backup@bastion:65536', port],
    ['backup@[2001:db8::1]:x', port],
    ['backup@', example],
    ['backup@-oProxyCommand=x', example],
    ['backup@$(id)', example],
    ['backup@bastion/x', example],
    ['backup@[2001:db8::g]', example],
    ['-l@bastion', 'For example: backup@bastion.example.com'],
    ['two words@bastion', 'For example: backup@bastion.example.com'],
  ])('refuses %s', (value, advice) => {
    const error = refusal(() => load(value))
    expect(error.message).toBe(`Input "ssh-proxy-jump" must be user@host or user@host:port, got "${value}".`)
    expect(error.advice).toBe(advice)
  })

  it('refuses a scheme', () => {
    expect(refusal(() => load('ssh://backup@bastion')).advice).toBe(
      'Remove the scheme: write only the part after "://".',
    )
  })

  it('refuses a password in it without showing it', () => {
    const error = refusal(() => load('backup:hunter2@bastion'))
    expect(error.message).toBe('Input "ssh-proxy-jump" must not contain a password.')
    expect(JSON.stringify([error.message, error.advice])).not.toContain('hunter2')
  })
})
