import { acceptedShrink, describeShrink, shrinkError } from '../../../../src/repository/guards/shrink-error'
import type { ShrinkFinding } from '../../../../src/repository/guards/shrink-finding'
import { UserError } from '../../../../src/runtime/errors'

const against = { slot: 'Monday-12-00', takenAt: '2026-11-23T12:05:02.120Z' }
const content: ShrinkFinding = {
  artifact: 'database',
  what: 'content bytes',
  before: 57_800_000,
  after: 12_000_000,
}

function gone(what: ShrinkFinding['what'], name?: string, artifact = 'database'): ShrinkFinding {
  return { artifact, what, before: 1, after: 0, ...(name === undefined ? {} : { name }) }
}

describe('describeShrink', () => {
  it.each<[string, ShrinkFinding[]]>([
    ['database: the content shrank from 57.8 MB to 12 MB (−79 %)', [content]],
    ['database: 16 tables became 7 (−56 %)', [{ artifact: 'database', what: 'tables', before: 16, after: 7 }]],
    ['codebase: 25,210 files became 0 (−100 %)', [{ artifact: 'codebase', what: 'files', before: 25210, after: 0 }]],
    [
      'codebase: 100,000 files became 1 (−99.9 %)',
      [{ artifact: 'codebase', what: 'files', before: 100_000, after: 1 }],
    ],
    ['database: the table "orders" is gone', [gone('table', 'orders')]],
    ['database: the views "a", "b" are gone', [gone('view', 'a'), gone('view', 'b')]],
    ['database: 1 of 3 events is gone', [{ artifact: 'database', what: 'event', before: 3, after: 2 }]],
    ['database: 2 of 3 events are gone', [{ artifact: 'database', what: 'event', before: 3, after: 1 }]],
    ['the database "blog" is gone, with everything in it', [gone('database', 'blog', 'blog.database')]],
    ['a database is gone', [gone('database')]],
    ['2 databases are gone', [gone('database'), gone('database')]],
    ['codebase: no files were backed up any more', [gone('codebase', undefined, 'codebase')]],
    ['codebase: the folder "/srv" is gone', [gone('folder', '/srv', 'codebase')]],
  ])('says: %s', (text, findings) => {
    expect(describeShrink(findings)).toBe(text)
  })

  it('names five of a kind and counts the others', () => {
    const tables = Array.from({ length: 1200 }, (_, index) => gone('table', `t${index}`))
    expect(describeShrink([content, ...tables])).toBe(
      'database: the content shrank from 57.8 MB to 12 MB (−79 %); database: the tables "t0", "t1", "t2", "t3", "t4" and 1,195 more are gone',
    )
  })

  it('shows a name that is made to deceive as what it is', () => {
    expect(describeShrink([gone('table', 'a\n::error::b')])).toBe('database: the table "a\\x0a::error::b" is gone')
  })
})

describe('shrinkError', () => {
  const facts = {
    suspectManifestKey: 'running-backups/suspect/Monday-13-00.manifest.json',
    slot: 'Monday-13-00',
  }

  it('says what shrank, what is safe, how to look at it and how to accept it', () => {
    const error = shrinkError({ findings: [content, gone('table', 'orders')], against }, facts)
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe(
      'The new recovery point is suspect, so it did not replace slot Monday-13-00. Compared with the last good one (slot Monday-12-00, taken 2026-11-23T12:05:02.120Z): database: the content shrank from 57.8 MB to 12 MB (−79 %); database: the table "orders" is gone.',
    )
    expect(error.safe).toBe(
      'Slot Monday-13-00 is unchanged, and so is every other slot. The suspect recovery point is whole and is stored apart from them.',
    )
    expect(error.advice).toContain('Inspect it: "running-backups/suspect/Monday-13-00.manifest.json"')
    expect(error.advice).toContain('"accept-shrink: true"')
    expect(error.advice).toContain('slot Monday-12-00')
    expect(error.detail).toHaveLength(2)
  })

  it('does not send anybody to look at what could not be stored', () => {
    const error = shrinkError({ findings: [content], against }, { ...facts, suspectManifestKey: undefined })
    expect(error.safe).not.toContain('suspect recovery point')
    expect(error.advice).not.toContain('Inspect it')
  })

  it('keeps the list for the log within bounds', () => {
    const findings = Array.from({ length: 1200 }, (_, index) => gone('table', `t${index}`))
    const { detail } = shrinkError({ findings, against }, facts)
    expect(detail).toHaveLength(201)
    expect(detail.at(-1)).toBe('… and 1,000 more')
  })
})

describe('acceptedShrink', () => {
  it('warns of what was accepted, and to take the input out again', () => {
    expect(acceptedShrink({ suspect: false, findings: [content], against })).toEqual({
      code: 'shrink-accepted',
      level: 'warning',
      what: 'Accepted as the new normal: database: the content shrank from 57.8 MB to 12 MB (−79 %). Take "accept-shrink" out again: while it is set, nothing stops an empty backup.',
    })
  })

  it('has nothing to say of a suspect one, nor where nothing shrank', () => {
    expect(acceptedShrink({ suspect: true, findings: [content], against })).toBeUndefined()
    expect(acceptedShrink({ suspect: false, findings: [], against })).toBeUndefined()
  })
})
