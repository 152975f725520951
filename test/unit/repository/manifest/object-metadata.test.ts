import { isFrom, objectMetadata } from '../../../../src/repository/manifest/object-metadata'

const onGitHub = { repository: 'acme/shop', id: '123', attempt: '2', event: 'schedule', url: '' }
const elsewhere = { repository: '', id: '', attempt: '', event: '', url: '' }
const origin = { slot: 'Monday-13-00', run: onGitHub, startedAt: '2026-11-23T13:05:02.120Z' }

describe('objectMetadata', () => {
  it('names slot, run and time, and nothing else', () => {
    expect(objectMetadata(origin)).toEqual({
      'make-a-backup-slot': 'Monday-13-00',
      'make-a-backup-run': '123-2',
      'make-a-backup-taken-at': '2026-11-23T13:05:02.120Z',
    })
  })

  it('draws a run name of its own outside GitHub', () => {
    const draw = () => objectMetadata({ ...origin, run: elsewhere })['make-a-backup-run']
    expect(draw()).toMatch(/^local-[0-9a-f]{16}$/)
    expect(draw()).not.toBe(draw())
  })
})

describe('isFrom', () => {
  it('recognises an object of the same recovery point, outside GitHub too', () => {
    expect(isFrom(origin, objectMetadata(origin))).toBe(true)
    const local = { ...origin, run: elsewhere }
    expect(isFrom(local, objectMetadata(local))).toBe(true)
  })

  it('does not take the object of another slot, run, attempt or time for it', () => {
    expect(isFrom(origin, {})).toBe(false)
    expect(isFrom(origin, objectMetadata({ ...origin, slot: 'Monday-14-00' }))).toBe(false)
    expect(isFrom(origin, objectMetadata({ ...origin, run: { ...onGitHub, attempt: '1' } }))).toBe(false)
    expect(isFrom(origin, objectMetadata({ ...origin, startedAt: '2026-11-23T13:05:02.121Z' }))).toBe(false)
  })
})
