import { readName } from '../../../../src/inputs/groups/name'
import { given, refusal } from '../reading'

const read = (name: string) => readName(given({ name }))

describe('readName', () => {
  it.each(['before-update', 'Release_7', 'x'.repeat(80)])('takes %s', name => {
    expect(read(name)).toBe(name)
  })

  it('is absent for a run of the ring', () => {
    expect(read('')).toBeUndefined()
  })

  it.each([
    ['before update!', 'before-update'],
    ['manual/before-update', 'before-update'],
    ['../x', 'x'],
    ['v1.2', 'v1-2'],
    ['ä', 'before-update'],
    ['x'.repeat(81), 'x'.repeat(80)],
  ])('refuses "%s" and proposes %s', (name, better) => {
    const error = refusal(() => read(name))
    expect(error.message).toMatch(/^Input "name" must have only letters A to Z, digits/)
    expect(error).toMatchObject({ advice: `For example: ${better}` })
  })
})
