import { scopedBaseline } from '../../../../src/repository/guards/scoped-baseline'
import { aBaseline, aDatabaseBaseline, aFilesBaseline } from '../a-baseline'

describe('scopedBaseline', () => {
  it('leaves everything in that is still requested', () => {
    expect(scopedBaseline(aBaseline(), kept => ({ kept }))).toEqual({ baseline: aBaseline(), warnings: [] })
  })

  it('leaves out what the workflow dropped, and says so', () => {
    const { baseline, warnings } = scopedBaseline(aBaseline(), before =>
      before.kind === 'files' ? { kept: undefined, dropped: 'files' } : { kept: before },
    )
    expect(baseline).toEqual(aBaseline([aDatabaseBaseline()]))
    expect(warnings).toEqual([
      {
        code: 'part-dropped',
        level: 'warning',
        what: 'The last good recovery point, Monday-12-00 taken 2026-11-23T12:05:02.120Z, has files, which the workflow no longer requests. Within a week the ring forgets it.',
      },
    ])
  })

  it('takes what is left of an artifact for the whole of it', () => {
    const less = aFilesBaseline({ files: 1 })
    const { baseline, warnings } = scopedBaseline(aBaseline([aFilesBaseline()]), () => ({ kept: less }))
    expect(baseline.artifacts).toEqual([less])
    expect(warnings).toEqual([])
  })
})
