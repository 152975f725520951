import { loadGuards } from '../../../../src/inputs/groups/guards'
import { given, refusal } from '../reading'

const load = (inputs: Readonly<Record<string, string>>) => loadGuards(given(inputs))

describe('loadGuards', () => {
  it('doubts what is smaller than half, and allows nothing, when nothing is set', () => {
    expect(load({})).toEqual({
      maxShrink: { kind: 'percent', percent: 50 },
      acceptShrink: false,
      adoptPrefix: false,
      allowedBlindSpots: new Set(),
    })
  })

  it('reads the switches', () => {
    expect(load({ 'accept-shrink': 'true', 'adopt-prefix': 'false' })).toMatchObject({
      acceptShrink: true,
      adoptPrefix: false,
    })
    expect(load({ 'adopt-prefix': 'True' })).toMatchObject({ acceptShrink: false, adoptPrefix: true })
  })

  it.each(['accept-shrink', 'adopt-prefix'])('refuses an unclear %s', name => {
    expect(refusal(() => load({ [name]: 'yes' })).message).toBe(`Input "${name}" must be true or false, got "yes".`)
  })

  it.each([
    ['0%', 0],
    ['50%', 50],
    ['100%', 100],
    ['5 %', 5],
  ])('reads the percentage %s', (value, percent) => {
    expect(load({ 'max-shrink': value }).maxShrink).toEqual({ kind: 'percent', percent })
  })

  it('reads off', () => {
    expect(load({ 'max-shrink': 'off' }).maxShrink).toEqual({ kind: 'off' })
  })

  it.each([
    ['50', 'If you mean percent, write: 50%'],
    ['0', 'If you mean percent, write: 0%'],
    ['101%', 'For example: 50%'],
    ['101', 'For example: 50%'],
    ['-5%', 'For example: 50%'],
    ['12.5%', 'For example: 50%'],
    ['050%', 'For example: 50%'],
    ['%', 'For example: 50%'],
    ['half', 'For example: 50%'],
    ['false', 'For example: 50%'],
    ['Off', 'For example: 50%'],
    ['10MB', 'For example: 50%'],
  ])('refuses the shrink %s', (value, advice) => {
    const error = refusal(() => load({ 'max-shrink': value }))
    expect(error.message).toBe(`Input "max-shrink" must be a whole percentage from 0% to 100%, or off, got "${value}".`)
    expect(error.advice).toBe(advice)
  })

  it.each([
    ['triggers', ['triggers']],
    ['triggers\n\n# not these:\nroutines\nevents\nviews', ['triggers', 'routines', 'events', 'views']],
    ['triggers events', ['triggers', 'events']],
    ['triggers, events', ['triggers', 'events']],
    ['views\nviews', ['views']],
  ])('reads the blind spots %j', (value, kinds) => {
    expect([...load({ 'allow-blind-spots': value }).allowedBlindSpots]).toEqual(kinds)
  })

  it.each(['trigger', 'Triggers', 'tables', '*', 'all', 'true'])('refuses the blind spot %s', word => {
    expect(refusal(() => load({ 'allow-blind-spots': `events\n${word}` })).message).toBe(
      `Input "allow-blind-spots" must name triggers, routines, events or views, one per line, got "${word}".`,
    )
  })

  it('names every unknown blind spot', () => {
    const error = refusal(() => load({ 'allow-blind-spots': 'tables\nviews\nindexes' }))
    expect(error.message).toMatch(/got "tables"[\s\S]*got "indexes"/)
  })
})
