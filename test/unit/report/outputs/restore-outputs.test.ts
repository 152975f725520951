import type { RestoreReport } from '../../../../src/commands/restore/restore-result'
import { setDifferences, setRestoreOutputs } from '../../../../src/report/outputs/restore-outputs'
import { recordingRuntime } from '../../recording-runtime'
import { aRestoreReport } from '../a-restore-report'

function outputs(overrides: Partial<RestoreReport> = {}): Record<string, string> {
  const runtime = recordingRuntime()
  setRestoreOutputs(runtime, aRestoreReport(overrides))
  return Object.fromEntries(runtime.outputs)
}

describe('setRestoreOutputs', () => {
  it('sets all of them', () => {
    const { restored, 'safety-backup-keys': keys, ...rest } = outputs()
    expect(rest).toEqual({
      status: 'restored',
      slot: 'Monday-13-00',
      'taken-at': '2026-11-23T13:05:02.120Z',
      differences: '[]',
      'duration-seconds': '98',
    })
    expect(JSON.parse(restored ?? '')).toEqual([
      { kind: 'database', database: 'shop', target: 'shop', tables: 16 },
      {
        ...{ kind: 'folder', path: '/var/www/html', target: '/var/www/html', files: 2521 },
        kept: '/var/www/html.before-restore-2026-11-24T16-05-02Z',
      },
    ])
    expect(JSON.parse(keys ?? '')).toEqual(['running-backups/before-restore/2026-11-24T16-05-02Z.shop.database.sql.gz'])
  })

  it('claims nothing to be restored after a dry run', () => {
    const items = aRestoreReport().items.map(({ output: _, ...planned }) => planned)
    expect(outputs({ result: 'dry-run', items, safetyKeys: [] })).toMatchObject({
      ...{ status: 'dry-run', slot: 'Monday-13-00', restored: '[]', 'safety-backup-keys': '[]' },
    })
  })
})

describe('setDifferences', () => {
  it('lists them, and nothing where there are none', () => {
    const set = (differences?: RestoreReport['differences']) => {
      const runtime = recordingRuntime()
      setDifferences(runtime, differences)
      return Object.fromEntries(runtime.outputs)
    }
    const difference = { database: 'shop', target: 'shop', difference: 'table "t" has other rows' }
    expect(set([difference])).toEqual({ differences: JSON.stringify([difference]) })
    expect(set()).toEqual({ differences: '[]' })
  })
})
