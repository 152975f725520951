import { warning } from '../../../../src/findings/finding'
import { setBackupOutputs } from '../../../../src/report/outputs/outputs'
import { recordingRuntime } from '../../recording-runtime'
import { aDatabase, aReport } from '../a-report'

describe('setBackupOutputs', () => {
  it('sets each output', () => {
    const runtime = recordingRuntime()
    setBackupOutputs(runtime, aReport({ artifacts: [aDatabase()], warnings: [warning('a', 'b', 'c\nd')] }))
    expect(Object.fromEntries(runtime.outputs)).toEqual({
      status: 'good',
      slot: 'Monday-13-00',
      'manifest-key': 'running-backups/Monday-13-00.manifest.json',
      artifacts: JSON.stringify([
        {
          name: 'database',
          key: 'running-backups/Monday-13-00.database.sql.gz',
          bytes: 12_300_000,
          sha256: 'd'.repeat(64),
        },
      ]),
      bytes: '12300000',
      'sent-bytes': '0',
      'duration-seconds': '98',
      warnings: '[{"code":"a","message":"b c d"}]',
    })
  })

  it('adds up the stored bytes', () => {
    const runtime = recordingRuntime()
    setBackupOutputs(runtime, aReport())
    expect(runtime.outputs.get('bytes')).toBe('252300000')
  })

  it('keeps secrets out of the warnings', () => {
    const runtime = recordingRuntime()
    runtime.mask('hunter22')
    setBackupOutputs(runtime, aReport({ warnings: [warning('stderr', 'got hunter22')] }))
    expect(runtime.outputs.get('warnings')).toBe('[{"code":"stderr","message":"got ***"}]')
  })

  it('stays within what GitHub takes, says what is left out, and stays JSON', () => {
    const runtime = recordingRuntime()
    const artifacts = Array.from({ length: 5_000 }, (_, index) => aDatabase({ name: `db${index}.database` }))
    const warnings = Array.from({ length: 300 }, () => warning('stderr', '"'.repeat(1_000)))
    setBackupOutputs(runtime, aReport({ artifacts, warnings }))
    const characters = [...runtime.outputs.values()].reduce((sum, value) => sum + value.length, 0)
    expect(characters * 2).toBeLessThan(1024 * 1024)
    const listed: unknown[] = JSON.parse(runtime.outputs.get('artifacts') ?? '')
    expect(listed.length).toBeGreaterThan(1_000)
    expect(runtime.lines[0]?.text).toContain(`the first ${listed.length} of 5000 artifacts`)
    const told: { code: string; message: string }[] = JSON.parse(runtime.outputs.get('warnings') ?? '')
    expect(told.at(-1)).toEqual({
      code: 'more-warnings',
      message: `${301 - told.length} more: see the log or the manifest.`,
    })
  })
})
