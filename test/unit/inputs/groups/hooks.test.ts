import { loadHooks } from '../../../../src/inputs/groups/hooks'
import { given, refusal } from '../reading'

describe('loadHooks', () => {
  it('is empty when nothing is set', () => {
    expect(loadHooks(given())).toEqual({})
  })

  it('takes text of several lines as it is', () => {
    const text = `cd /var/www/html\nif true; then\n\t# flush: 'all' "caches" \\ $HOME\n  wp cache flush\nfi`
    expect(loadHooks(given({ 'before-command': text, 'after-command': 'true' }))).toEqual({
      before: text,
      after: 'true',
    })
    expect(loadHooks(given({ 'after-command': 'x' }))).toEqual({ after: 'x' })
  })

  it('mends the line breaks of Windows', () => {
    expect(loadHooks(given({ 'before-command': 'one\r\ntwo' }))).toEqual({ before: 'one\ntwo' })
  })

  it.each(['before-command', 'after-command'])('refuses a NUL in %s', name => {
    expect(refusal(() => loadHooks(given({ [name]: 'a\0b' }))).message).toBe(
      `Input "${name}" must not contain a NUL character.`,
    )
  })

  it('refuses what is too long for a command', () => {
    expect(loadHooks(given({ 'before-command': 'x'.repeat(65_536) })).before).toHaveLength(65_536)
    expect(refusal(() => loadHooks(given({ 'before-command': 'x'.repeat(65_537) }))).message).toBe(
      'Input "before-command" must be at most 65536 bytes long, got 65537.',
    )
  })
})
